"""Whom role nouns mean: one row a construction."""

from __future__ import annotations

from datetime import date

import pytest

from extractors.officials.mentions import MentionFinder, finder_for
from extractors.officials.watchlist import load_watchlist
from extractors.records import MentionKind

FINDER = finder_for(load_watchlist())
WAR = date(2022, 3, 29)
TALKS = date(2025, 10, 1)


def officials(text, on=TALKS, known=frozenset()):
    """The (id, surface) of each official mentioned."""
    mentions = FINDER.find(text, on=on, known=known)
    return [(each.ref_id, each.surface) for each in mentions if each.kind is MentionKind.OFFICIAL]


@pytest.mark.parametrize(
    ("text", "on", "found"),
    [
        pytest.param(
            "Ukraine’s foreign minister said", WAR, "dmytro-kuleba: Ukraine’s foreign minister", id="possessive"
        ),
        pytest.param(
            "Ukraine's foreign minister said", TALKS, "andrii-sybiha: Ukraine's foreign minister", id="by date"
        ),
        pytest.param(
            "Ukrainian Foreign Minister, alone", WAR, "dmytro-kuleba: Ukrainian Foreign Minister", id="adjective"
        ),
        pytest.param("the foreign minister of Ukraine", WAR, "dmytro-kuleba: foreign minister of Ukraine", id="of"),
        pytest.param(
            "Kyiv’s top diplomat said", WAR, "dmytro-kuleba: Kyiv’s top diplomat", id="a capital owns an office"
        ),
        pytest.param(
            "the Kremlin spokesperson said", WAR, "dmitry-peskov: Kremlin spokesperson", id="of an institution"
        ),
        pytest.param("The Kremlin’s spokesman", WAR, "dmitry-peskov: Kremlin’s spokesman", id="its possessive"),
        pytest.param(
            "Russia’s leading negotiator", WAR, "vladimir-medinsky: Russia’s leading negotiator", id="leading"
        ),
        pytest.param("The Russian negotiator said", WAR, "vladimir-medinsky: Russian negotiator", id="the negotiator"),
        pytest.param(
            "the leader of Ukraine’s negotiating team in Istanbul",
            WAR,
            "davyd-arakhamia: leader of Ukraine’s negotiating team",
            id="a country within",
        ),
        pytest.param(
            "head of the Russian delegation to the talks",
            WAR,
            "vladimir-medinsky: head of the Russian delegation",
            id="an article within",
        ),
        pytest.param(
            "the speaker of Russia’s upper house of parliament",
            WAR,
            "valentina-matviyenko: speaker of Russia’s upper house of parliament",
            id="a chamber of parliament",
        ),
        pytest.param(
            "President of Ukraine", WAR, "volodymyr-zelenskyy: President of Ukraine", id="a title in capitals"
        ),
        pytest.param("the Turkish president", WAR, "recep-tayyip-erdogan: Turkish president", id="without its article"),
        pytest.param("the U.S. president’s plan", TALKS, "donald-trump: U.S. president", id="an abbreviated country"),
        pytest.param(
            "the United States’ president", TALKS, "donald-trump: United States’ president", id="a plural owner"
        ),
        pytest.param(
            "the secretary of state said", TALKS, "marco-rubio: secretary of state", id="an office of one country"
        ),
        pytest.param(
            "Ukraine's new defence minister", TALKS, "denys-shmyhal: Ukraine's new defence minister", id="new"
        ),
        pytest.param(
            "the German leader", TALKS, "friedrich-merz: German leader", id="who leads a country with a chancellor"
        ),
        pytest.param(
            "the Turkish president’s new bid", TALKS, "recep-tayyip-erdogan: Turkish president", id="'s ends it"
        ),
        pytest.param(
            "the British foreign secretary", TALKS, "yvette-cooper: British foreign secretary", id="its own word"
        ),
        pytest.param("the Chinese leader", TALKS, "xi-jinping: Chinese leader", id="who leads one with a president"),
        pytest.param("EU’s top diplomat", TALKS, "kaja-kallas: EU’s top diplomat", id="a body has a diplomat"),
        pytest.param("the NATO chief", TALKS, "mark-rutte: NATO chief", id="a body has a chief"),
        pytest.param("the pope prayed", TALKS, "pope-leo-xiv: pope", id="the pope"),
        pytest.param(
            "Ukrainian Foreign Minister Says No", WAR, "dmytro-kuleba: Ukrainian Foreign Minister", id="headline"
        ),
        pytest.param(
            "Ukrainian President\nSomeone", WAR, "volodymyr-zelenskyy: Ukrainian President", id="a line's end"
        ),
    ],
)
def test_role_nouns(text, on, found):
    """A role noun means who held the office on the day, as printed without its article."""
    assert [f"{ref_id}: {surface}" for ref_id, surface in officials(text, on=on)] == [found]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ukrainian Foreign Minister Ivan Nobody", id="before a name we do not know"),
        pytest.param("the former Ukrainian foreign minister", id="former"),
        pytest.param("Ukraine’s former foreign minister", id="former inside"),
        pytest.param("ex-president of Ukraine", id="ex-"),
        pytest.param("then-Russian president", id="then-"),
        pytest.param("a pro-Russian leader", id="pro-"),
        pytest.param("the Russian deputy foreign minister", id="an office several hold"),
        pytest.param("Ukraine’s first deputy foreign minister", id="a deputy"),
        pytest.param("the U.S. president-elect", id="-elect"),
        pytest.param("a Kremlin spokesman said", id="an indefinite article"),
        pytest.param("Russian negotiators said", id="a plural"),
        pytest.param("Georgia Secretary of State said", id="a country that has none on the roster"),
        pytest.param("head of the Russian delegation to the OSCE", id="a delegation elsewhere"),
        pytest.param("won election as president of the United States", id="what someone becomes"),
        pytest.param("the foreign minister of Ruritania", id="no country"),
        pytest.param("a foreign minister", id="no country at all"),
        pytest.param("in Ukraine. Foreign Minister", id="a sentence's end between"),
        pytest.param("was president of Ukraine", id="what someone was"),
        pytest.param("a contender for US president", id="what someone wants to be"),
        pytest.param("a sitting American president", id="an article further off"),
        pytest.param("the Kansas secretary of state", id="another's office of that name"),
        pytest.param("Olivia Pope", id="a surname that is a title"),
        pytest.param("in Moscow president", id="a capital that does not own it"),
        pytest.param("the presidents of Russia", id="a plural title"),
        pytest.param("the UN chief spokesman", id="another's office inside his"),
    ],
)
def test_role_nouns_that_mean_nobody(text):
    """A role noun that is not a holder's now is no mention."""
    assert officials(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Ukrainian Foreign Minister Dmytro Kuleba said", ["Dmytro Kuleba"], id="foreign minister"),
        pytest.param("the Kremlin spokesperson Dmitry Peskov", ["Dmitry Peskov"], id="spokesperson"),
        pytest.param("Russian Foreign Minister Lavrov", ["Lavrov"], id="a surname"),
        pytest.param("EU chief von der Leyen", ["von der Leyen"], id="a name without a capital"),
        pytest.param(
            "Medinsky, Russia’s chief negotiator", ["Medinsky", "Russia’s chief negotiator"], id="an apposition"
        ),
    ],
)
def test_a_role_before_a_name_is_no_mention(text, found):
    """Straight before a name a role noun is a title; set off by a comma it is a mention."""
    assert [surface for _, surface in officials(text)] == found


@pytest.mark.parametrize(
    ("text", "on", "found"),
    [
        pytest.param("Ukraine’s foreign minister", None, [], id="without a date nobody"),
        pytest.param("Ukraine’s foreign minister, Dmytro Kuleba", None, ["dmytro-kuleba"] * 2, id="but who is named"),
        pytest.param(
            "Ukraine’s foreign minister. Sybiha, Kuleba", None, ["andrii-sybiha", "dmytro-kuleba"], id="if one"
        ),
        pytest.param("head of the Ukrainian delegation", date(2024, 1, 1), [], id="nobody known to hold it then"),
        pytest.param(
            "Arakhamia, head of the Ukrainian delegation", date(2024, 1, 1), ["davyd-arakhamia"] * 2, id="held once"
        ),
        pytest.param(
            "Lavrov, head of the Ukrainian delegation", date(2024, 1, 1), ["sergei-lavrov"] * 2, id="or named with it"
        ),
        pytest.param(
            "Galuzin, the Russian deputy foreign minister", TALKS, ["mikhail-galuzin"] * 2, id="shared, and named"
        ),
    ],
)
def test_a_role_nobody_is_known_to_hold(text, on, found):
    """Without a date or holder a role noun means only the one person named who ever held the office."""
    assert [ref_id for ref_id, _ in officials(text, on=on)] == found


def test_of_roles_with_one_wording_the_first_counts():
    """A wording of several roles means the first listed that someone holds."""
    extra = """
        roles = [{ role = "a chief", titles = ["leader", "boss"] }]
        officials = [{ name = "Ivan Nobody", country = "UA", gender = "m", terms = [{ role = "a chief" }] }]
    """
    finder = MentionFinder(load_watchlist(extra))
    found = [each.ref_id for each in finder.find("Ukrainian leader, Ukrainian boss", on=WAR)]
    assert found == ["volodymyr-zelenskyy", "ivan-nobody"]
