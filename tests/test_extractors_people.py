"""Whom names mean: one row a construction."""

from __future__ import annotations

from datetime import date

import pytest

from extractors.officials.mentions import finder_for
from extractors.officials.watchlist import load_watchlist
from extractors.records import MentionKind

FINDER = finder_for(load_watchlist())
TALKS = date(2025, 10, 1)


def officials(text, on=TALKS, known=frozenset()):
    """The (id, surface) of each official mentioned."""
    mentions = FINDER.find(text, on=on, known=known)
    return [(each.ref_id, each.surface) for each in mentions if each.kind is MentionKind.OFFICIAL]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Vladimir Putin spoke", ["vladimir-putin: Vladimir Putin"], id="first name and surname are one"),
        pytest.param("Putin’s army, Putin's", ["vladimir-putin: Putin"] * 2, id="a possessive is left out"),
        pytest.param(
            "PUTIN and Dmitry PESKOV", ["vladimir-putin: PUTIN", "dmitry-peskov: Dmitry PESKOV"], id="capitals"
        ),
        pytest.param("putin, pUtin", [], id="a name has its capital"),
        pytest.param(
            "the Putin-Trump call, a Zelenskyy–Putin meeting",
            ["vladimir-putin: Putin", "donald-trump: Trump", "volodymyr-zelenskyy: Zelenskyy", "vladimir-putin: Putin"],
            id="names joined by a hyphen or dash",
        ),
        pytest.param(
            "Zelensky’s office", ["volodymyr-zelenskyy: Zelensky"], id="an office of a person names the person"
        ),
        pytest.param(
            "Vladimir Vladimirovich Putin", ["vladimir-putin: Vladimir Vladimirovich Putin"], id="a patronymic"
        ),
        pytest.param("Vladimir V. Putin", ["vladimir-putin: Vladimir V. Putin"], id="a middle initial"),
        pytest.param("V. Putin", ["vladimir-putin: Putin"], id="an initial alone stays outside"),
        pytest.param("Joseph R. Biden Jr. won", ["joe-biden: Joseph R. Biden Jr"], id="an alias with initials"),
        pytest.param(
            "Recep Tayyip Erdoğan; Erdogan",
            ["recep-tayyip-erdogan: Recep Tayyip Erdoğan", "recep-tayyip-erdogan: Erdogan"],
            id="accents do not matter",
        ),
        pytest.param("Von der Leyen left", ["ursula-von-der-leyen: Von der Leyen"], id="a particle begins a sentence"),
        pytest.param(
            "Xi met Lula", ["xi-jinping: Xi", "luiz-inacio-lula-da-silva: Lula"], id="the short names of news"
        ),
        pytest.param("Kim Jong Un spoke", ["kim-jong-un: Kim Jong Un"], id="a name that holds an acronym"),
        pytest.param("Donald’s Trump", ["donald-trump: Trump"], id="a possessive ends a name"),
        pytest.param("Vladimir\nPutin", ["vladimir-putin: Putin"], id="a line's end parts a name"),
        pytest.param(
            "Путина, Путину и Путиным",
            ["vladimir-putin: Путина", "vladimir-putin: Путину", "vladimir-putin: Путиным"],
            id="Russian cases",
        ),
        pytest.param(
            "Зеленского, Зеленському, Путіна",
            ["volodymyr-zelenskyy: Зеленского", "volodymyr-zelenskyy: Зеленському", "vladimir-putin: Путіна"],
            id="Ukrainian cases",
        ),
        pytest.param(
            "Владимира Мединского, Сергея Лаврова",
            ["vladimir-medinsky: Владимира Мединского", "sergei-lavrov: Сергея Лаврова"],
            id="cases of both names",
        ),
        pytest.param(
            "Лукашенка, Матвиенко, Кулебой",
            ["alexander-lukashenko: Лукашенка", "valentina-matviyenko: Матвиенко", "dmytro-kuleba: Кулебой"],
            id="names in -о and -а",
        ),
        pytest.param(
            "Захаровой сказали; ЗАХАРОВА",
            ["maria-zakharova: Захаровой", "maria-zakharova: ЗАХАРОВА"],
            id="a woman's name",
        ),
        pytest.param("Захаров и Путиной", [], id="not her husband's, nor his wife's"),
        pytest.param("путин", [], id="Cyrillic has its capital too"),
    ],
)
def test_names(text, found):
    """A name is one mention from its first word to its last."""
    assert [f"{ref_id}: {surface}" for ref_id, surface in officials(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Austin said. The Austin office", [], id="an ambiguous surname alone is nobody"),
        pytest.param("Lloyd Austin left. Austin said", ["Lloyd Austin", "Austin"], id="after the full name it is his"),
        pytest.param("Austin said, then Lloyd Austin", ["Austin", "Lloyd Austin"], id="before the full name too"),
        pytest.param("Defense Secretary Austin; Austin", ["Austin", "Austin"], id="an office before it settles it"),
        pytest.param("U.S. Defense Secretary Austin", ["Austin"], id="with a country before the office"),
        pytest.param("Foreign Minister Austin", [], id="an office he never held does not"),
        pytest.param("Lloyd Austin met Austin Butler", ["Lloyd Austin"], id="as a first name it is another's"),
        pytest.param("Jerome Powell. Powell said", [], id="a namesake is nobody"),
        pytest.param("Daniil Medvedev won. Medvedev said", [], id="a decoy is nobody, and so is his surname"),
        pytest.param("Oleg Lavrov wrote. Lavrov wrote", [], id="a namesake takes the bare surname with him"),
        pytest.param(
            "Kim Jong Un. Eunju Kim said", ["Kim Jong Un"], id="a surname that many have, and a rare first name"
        ),
        pytest.param("Kim Jong Un. The baker Tae-ho Kim", ["Kim Jong Un"], id="and one of two parts"),
        pytest.param(
            "Kim Jong Un. Meanwhile Kim said", ["Kim Jong Un", "Kim"], id="what opens a sentence is no first name"
        ),
        pytest.param("Kim Jong Un. North Korea’s Kim", ["Kim Jong Un", "Kim"], id="nor is whose he is"),
        pytest.param("Kim Jong Un. Chairman Kim", ["Kim Jong Un", "Kim"], id="nor a title"),
        pytest.param("Михаил Зеленский вышел. Анной Захаровой", [], id="a first name of another's, in Russian"),
        pytest.param("Михайло Зеленський вийшов. Івана Єрмака", [], id="and in Ukrainian, in any case"),
        pytest.param("Министру Сергею Лаврову", ["Сергею Лаврову"], id="his own in any case is his"),
        pytest.param("Андрей Мельник. Врач Збышек Мельник", ["Андрей Мельник"], id="in Russian too"),
        pytest.param(
            "Андрей Мельник. Потом Мельник",
            ["Андрей Мельник", "Мельник"],
            id="where a sentence may begin with any word",
        ),
        pytest.param("Oleg Lavrov and Sergei Lavrov. Lavrov", ["Sergei Lavrov", "Lavrov"], id="unless both are named"),
        pytest.param("Hunter Biden, Jill Biden", [], id="relatives are nobody"),
        pytest.param("Hunter Biden and Biden", ["Biden"], id="and take nothing with them"),
        pytest.param("Donald Trump Jr. in Trump Tower", [], id="longer names hide what they hold"),
        pytest.param("Mike Johnson. Johnson", [], id="another's first name"),
        pytest.param("Lady Starmer, Mrs. Trump, Mrs Putin", [], id="a wife's honorific"),
        pytest.param(
            "Mr. Putin, Sir Starmer, Ms Zakharova", ["Putin", "Starmer", "Zakharova"], id="their own honorific"
        ),
        pytest.param("Kim Yo Jong spoke", [], id="another's second name"),
        pytest.param("Kyiv said. Kherson agreed", [], id="a city is no person"),
    ],
)
def test_surnames_others_have(text, found):
    """A surname that others have means an official only where the text says so."""
    assert [surface for _, surface in officials(text)] == found


def test_a_known_official_needs_no_first_name():
    """Who is named elsewhere, say in the title, is known here by an ambiguous surname."""
    assert officials("Austin said", known=frozenset({"lloyd-austin"})) == [("lloyd-austin", "Austin")]
    assert officials("Ukraine’s foreign minister", on=None, known=frozenset({"dmytro-kuleba"})) != []
