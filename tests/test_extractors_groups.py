"""Several who speak as one, groups that an office names, bodies, and what a pronoun and a paper stand for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.deciding import Case, decision, past_alert
from alerts.history import History
from alerts.letters import about
from alerts.matching import find_matches
from alerts.records import Arrival, Scope
from extractors.officials.mentions import finder_for
from extractors.officials.watchlist import load_watchlist
from extractors.records import MentionKind
from extractors.speech.reading import Reader, Unread
from tests.alert_examples import NOW, article, compiled, notice

WATCHLIST = load_watchlist()
FINDER = finder_for(WATCHLIST)
ON = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "the leaders of Britain, France and Canada",
            ["keir-starmer: leaders of Britain", "emmanuel-macron: France", "mark-carney: Canada"],
            id="leaders of",
        ),
        pytest.param(
            "foreign ministers of Turkey and Ukraine",
            ["hakan-fidan: foreign ministers of Turkey", "andrii-sybiha: Ukraine"],
            id="another office",
        ),
        pytest.param(
            "French and German leaders",
            ["emmanuel-macron: French", "friedrich-merz: German leaders"],
            id="by adjectives",
        ),
        pytest.param(
            "leaders of Israel and Italy",
            ["benjamin-netanyahu: leaders of Israel", "giorgia-meloni: Italy"],
            id="the leader of a country whose president leads no government",
        ),
        pytest.param("former leaders of France and Germany", [], id="former ones are not known"),
        pytest.param("top leaders of France and Germany", [], id="top ones are anybody"),
        pytest.param("leaders of France", [], id="several of one country are not its leader"),
        pytest.param("European leaders", [], id="nobody in particular"),
        pytest.param("ministers of Turkey and Ukraine", [], id="no office"),
    ],
)
def test_a_group_that_an_office_names_is_its_members(text, found):
    """Each is mentioned where his country is, by whoever holds the office that day."""
    mentions = [each for each in FINDER.find(text, on=ON) if each.kind is MentionKind.OFFICIAL]
    assert [f"{each.ref_id}: {each.surface}" for each in mentions] == found


@pytest.fixture(scope="module")
def reader():
    """A reader with the watchlist that comes with the package."""
    return Reader(WATCHLIST)


def reading(reader, text):
    """Return the reading of a text of this year."""
    at = datetime(2026, 11, 29, tzinfo=UTC)
    return reader.read(Unread(article_id="a1", title=None, text=text, published_at=at, language="en"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "officials", "fires_on"),
    [
        pytest.param(
            "Starmer, Macron and Carney said a ceasefire was needed.",
            ["any"],
            {"keir-starmer", "emmanuel-macron", "mark-carney"},
            id="three by name",
        ),
        pytest.param(
            "In a joint statement, the leaders of Britain, France and Canada called for a ceasefire.",
            ["any"],
            {"keir-starmer", "emmanuel-macron", "mark-carney"},
            id="leaders of three countries",
        ),
        pytest.param(
            "“We demand a ceasefire,” the leaders of the UK and France said.",
            ["any"],
            {"keir-starmer", "emmanuel-macron"},
            id="who are quoted",
        ),
        pytest.param(
            "France, Germany and Britain demanded a ceasefire.",
            ["France", "Germany", "United Kingdom"],
            {"france", "germany", "united-kingdom"},
            id="three countries that a rule names",
        ),
        pytest.param(
            "Merz joined Macron and Tusk in calling for a ceasefire.",
            ["any"],
            {"friedrich-merz", "emmanuel-macron", "donald-tusk"},
            id="who joins others in it",
        ),
        pytest.param(
            "Merz joined the French and Polish leaders to call on Russia to accept a ceasefire.",
            ["any"],
            {"friedrich-merz", "emmanuel-macron", "karol-nawrocki"},
            id="who joins others to do it",
        ),
        pytest.param(
            "Fidan, together with Sybiha, demanded a ceasefire. Rutte along with Kallas urged a ceasefire.",
            ["any"],
            {"hakan-fidan", "andrii-sybiha", "mark-rutte", "kaja-kallas"},
            id="who does it along with others",
        ),
        pytest.param("Trump met Putin and called for a ceasefire.", ["any"], {"donald-trump"}, id="not who was met"),
        pytest.param("The Kremlin said a ceasefire was near.", ["Kremlin"], {"kremlin"}, id="an office without a name"),
        pytest.param(
            "Israel’s Prime Minister’s Office said a ceasefire was near.",
            ["Israeli Prime Minister’s Office"],
            {"israeli-prime-ministers-office"},
            id="an office of somebody’s",
        ),
        pytest.param("The Kremlin said a ceasefire was near.", ["any"], set(), id="but any is any person"),
        pytest.param(
            "Peskov said that Macron and Merz want a ceasefire.", ["any"], {"dmitry-peskov"}, id="not who is spoken of"
        ),
    ],
)
def test_a_rule_fires_for_each_of_those_who_speak(reader, text, officials, fires_on):
    """With scope speaks, each of several who speak as one is an official of the rule, and a body it names is."""
    rule = compiled(scope=Scope.SPEAKS, officials=tuple(officials))
    own = article(text)
    assert {match.official_id for match in find_matches(rule, own, reading(reader, text))} == fires_on


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "officials", "named"),
    [
        pytest.param(
            "Starmer, Macron and Carney said a ceasefire was needed.",
            ("any",),
            [("keir-starmer", "Keir Starmer, Emmanuel Macron and Mark Carney")],
            id="by all their names",
        ),
        pytest.param(
            "Starmer, Macron and Carney said a ceasefire was needed.",
            ("Macron", "Merz"),
            [("emmanuel-macron", "Emmanuel Macron")],
            id="of those whom the rule names",
        ),
        pytest.param(
            "Starmer and Macron called for a ceasefire. “Putin must accept a truce,” Macron said.",
            ("any",),
            [("keir-starmer", "Keir Starmer and Emmanuel Macron"), ("emmanuel-macron", "Emmanuel Macron")],
            id="who says something else too has an alert of his own",
        ),
        pytest.param(
            "Peskov said Macron and Merz reject a ceasefire.",
            ("any",),
            [("dmitry-peskov", "Dmitry Peskov")],
            id="who is named in it is none of them",
        ),
    ],
)
def test_what_several_say_as_one_makes_one_alert(reader, text, officials, named):
    """The first of them has it, and it names them all; their letter tells no office that is one’s alone."""
    rule = compiled(scope=Scope.SPEAKS, officials=officials, keywords=("ceasefire", "truce"), cooldown=timedelta(0))
    own, past, fired = article(text), History(), []
    for match in find_matches(rule, own, reading(reader, text)):
        case = Case(rule=rule.rule, match=match, article=own, arrival=Arrival.POLLED, story_id="s", now=NOW, past=past)
        if made := decision(case).alert:
            past.add(past_alert(made))
            fired.append(made)
    assert [(made.official_id, made.official) for made in fired] == named
    told = replace(notice(fired[0]), official_role="prime minister", official_side="europe")
    assert (about(told) == "") is (" and " in fired[0].official)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        pytest.param(
            "Zelenskyy met Trump. Putin stayed at home. “Putin is afraid of a ceasefire,” he said.",
            "Volodymyr Zelenskyy",
            id="nobody calls himself by his name",
        ),
        pytest.param(
            "Sergei Lavrov spoke. Zelenskyy left. He said that Zelenskyy was not ready for a ceasefire.",
            "Sergei Lavrov",
            id="in indirect speech neither",
        ),
        pytest.param(
            "Putin left. He said that Putin wanted a ceasefire.", None, id="and where there is no other, nobody"
        ),
        pytest.param(
            "Zelenskyy left. He said that Ukraine wanted a ceasefire.", "Volodymyr Zelenskyy", id="else the last"
        ),
        pytest.param(
            "Peskov published a statement. “A ceasefire is near,” the statement said.", "Dmitry Peskov", id="a paper"
        ),
        pytest.param(
            "Zelenskyy wrote on Telegram. “A ceasefire must come,” the post reads.", "Volodymyr Zelenskyy", id="a post"
        ),
        pytest.param(
            "Russia’s Defense Ministry left. The ministry said a ceasefire was near.",
            "Russian Defense Ministry",
            id="a ministry",
        ),
        pytest.param("The footage said that a ceasefire was near.", None, id="footage speaks for nobody"),
    ],
)
def test_who_a_pronoun_or_a_paper_stands_for(reader, text, speaker):
    """The last statement is whose it can be by what it says, or whoever the paper or body is."""
    assert reading(reader, text).statements[-1].speaker == speaker
