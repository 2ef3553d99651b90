"""The roster's facts, and what happens to a user's additions."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from extractors.officials.roles import role_index_for
from extractors.officials.watchlist import WatchlistProblem, load_watchlist
from extractors.text.words import fold

WATCHLIST = load_watchlist()
REQUIRED_TOPICS = """
ceasefire security-guarantees nato-membership eu-membership neutrality territory sanctions talks talks-venue
istanbul-communique peace-deal mediation prisoner-child-exchange military-aid military-operations nuclear energy-strikes
grain-black-sea peacekeepers frozen-assets war-crimes-accountability demilitarization denazification-language
humanitarian
"""
CANONICAL_NAMES = """
Volodymyr Zelenskyy, Davyd Arakhamia, Oleksiy Arestovych, Alexander Lukashenko, Dmytro Kuleba, Dmitry Peskov
Vladimir Medinsky, Valentina Matviyenko, Leonid Slutsky, António Guterres, Gerhard Schroeder, Vladimir Putin
Xi Jinping, Joe Biden, Antony Blinken, John Kirby, Donald Trump, Keith Kellogg, Boris Gryzlov
Andrei Rudenko, Thomas Pickering
"""
NEW_OFFICIAL = """
[[officials]]
name = "Ivan Nobody"
country = "UA"
gender = "m"
given = ["Ivan", "Іван"]
surname = ["Nobody", "Ніхто"]
terms = [{ role = "foreign minister", since = 2030-01-01 }]
"""


def name_of(text: str) -> str | None:
    """The canonical name behind a spelling."""
    official = WATCHLIST.official(text)
    return official and official.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("dmitry-peskov", "Dmitry Peskov", id="by id"),
        pytest.param("DMITRY PESKOV", "Dmitry Peskov", id="whatever the case"),
        pytest.param("Peskov", "Dmitry Peskov", id="by an unshared surname"),
        pytest.param("Песков", "Dmitry Peskov", id="in Cyrillic"),
        pytest.param("Antonio Guterres", "António Guterres", id="without accents"),
        pytest.param("Schröder", "Gerhard Schroeder", id="with another spelling"),
        pytest.param("Aleksandr Lukashenko", "Alexander Lukashenko", id="with another first name"),
        pytest.param("Alexey Arestovich", "Oleksiy Arestovych", id="in Russian spelling"),
        pytest.param("David Arakhamia", "Davyd Arakhamia", id="in English spelling"),
        pytest.param("Sergei Lavrov", "Sergei Lavrov", id="by name"),
        pytest.param("Xi", "Xi Jinping", id="surname first"),
        pytest.param("Ivan Nobody", None, id="nobody"),
        pytest.param("", None, id="no text"),
        *(
            pytest.param(spelling, "Volodymyr Zelenskyy", id=spelling)
            for spelling in ("Zelensky", "Zelenskyy", "Zelenskiy", "Zelenski", "Selensky", "Зеленский", "Зеленський")
        ),
    ],
)
def test_officials_go_by_many_names(text, name):
    """An official is found by id, name, alias or unshared surname."""
    assert name_of(text) == name


@pytest.mark.parametrize("name", CANONICAL_NAMES.strip().replace("\n", ", ").split(", "))
def test_canonical_names(name):
    """These names are stored under these very spellings."""
    assert name_of(name) == name


@pytest.mark.parametrize(
    ("role", "country", "on", "name"),
    [
        pytest.param("foreign minister", "UA", date(2024, 9, 4), "Dmytro Kuleba", id="until the day before `until`"),
        pytest.param("foreign minister", "UA", date(2024, 9, 5), "Andrii Sybiha", id="from the day of `since`"),
        pytest.param("foreign minister", "RU", date(2022, 3, 1), "Sergei Lavrov", id="RU foreign minister"),
        pytest.param("foreign minister", "US", date(2022, 3, 1), "Antony Blinken", id="a secretary of state is one"),
        pytest.param("foreign minister", "TR", date(2022, 3, 1), "Mevlüt Çavuşoğlu", id="TR foreign minister 2022"),
        pytest.param("foreign minister", "TR", date(2024, 3, 1), "Hakan Fidan", id="TR foreign minister 2024"),
        pytest.param("president", "US", date(2022, 3, 29), "Joe Biden", id="US president 2022"),
        pytest.param("president", "US", date(2025, 3, 29), "Donald Trump", id="US president 2025"),
        pytest.param("president", "US", date(2018, 3, 29), "Donald Trump", id="a second term of one person"),
        pytest.param("defence minister", "UA", date(2025, 1, 1), "Rustem Umerov", id="UA defence minister 2025"),
        pytest.param("presidential office head", "UA", date(2025, 6, 1), "Andriy Yermak", id="head of office 2025"),
        pytest.param("secretary-general", "NATO", date(2024, 10, 1), "Mark Rutte", id="NATO changes hands"),
        pytest.param("chief negotiator", "RU", date(2022, 3, 29), "Vladimir Medinsky", id="the delegation of 2022"),
        pytest.param("pope", "VA", date(2025, 4, 20), "Pope Francis", id="until the last day"),
        pytest.param("pope", "VA", date(2025, 4, 21), None, id="nobody in a vacancy"),
        pytest.param("supreme leader", "IR", date(2025, 6, 1), "Ali Khamenei", id="IR supreme leader 2025"),
        pytest.param("foreign minister", "IR", date(2024, 8, 1), "Ali Bagheri Kani", id="IR foreign minister 2024"),
        pytest.param("defence minister", "IL", date(2024, 11, 7), "Yoav Gallant", id="IL defence minister 2024"),
        pytest.param("defence minister", "IL", date(2025, 1, 1), "Israel Katz", id="IL defence minister 2025"),
        pytest.param("political bureau head", "HAMAS", date(2025, 1, 1), None, id="nobody for nobody known"),
        pytest.param("prime minister", "PK", date(2025, 5, 1), "Shehbaz Sharif", id="PK prime minister 2025"),
        pytest.param("foreign minister", "UA", date(1999, 1, 1), None, id="nobody known before the first term"),
        pytest.param("presidential adviser", "UA", date(2022, 3, 1), None, id="nobody where several hold it"),
        pytest.param("foreign minister", "XX", date(2022, 3, 1), None, id="nobody in no country"),
    ],
)
def test_who_held_an_office_when(role, country, on, name):
    """An office means its holder on the day."""
    holder = WATCHLIST.holder(role, country, on)
    assert (holder and holder.name) == name


def test_the_roster_is_large_enough():
    """The people and topics that the talks turn on are there."""
    assert len(WATCHLIST.officials) >= 150
    sides = Counter(official.side for official in WATCHLIST.officials)
    least = {"ukraine": 30, "russia": 30, "us": 30, "europe": 40, "israel": 15, "iran": 15, "hamas": 8, "mediator": 30}
    assert {side: sides[side] for side, count in least.items() if sides[side] < count} == {}
    assert set(REQUIRED_TOPICS.split()) <= {topic.topic for topic in WATCHLIST.topics}
    assert all(len(topic.phrases) >= 5 for topic in WATCHLIST.topics)


@pytest.mark.parametrize("ids", ["officials", "topics", "organisations", "places"])
def test_ids_are_unique_ascii(ids):
    """Ids are lower-case ASCII with hyphens, each once."""
    named = [entry.official_id if ids == "officials" else entry.topic if ids == "topics" else entry.ref_id
             for entry in getattr(WATCHLIST, ids)]  # fmt: skip
    assert [each for each, count in Counter(named).items() if count > 1] == []
    assert [each for each in named if not each.isascii() or each != each.lower() or " " in each] == []


def test_no_two_officials_share_a_name():
    """Only a surname that needs a first name may be two people's."""
    owners: dict[str, set[str]] = {}
    for official in WATCHLIST.officials:
        for alias in (official.name, *official.aliases):
            owners.setdefault(fold(alias).lower(), set()).add(official.official_id)
    assert {alias: ids for alias, ids in owners.items() if len(ids) > 1} == {}


def test_no_name_is_a_decoy():
    """A decoy never hides an official's own name."""
    aliases = {alias for official in WATCHLIST.officials for alias in (official.name, *official.aliases)}
    assert aliases & set(WATCHLIST.decoys) == set()


def test_terms_of_one_office_do_not_overlap():
    """No two people hold an unshared office of one country at once."""
    shared = {role.role for role in WATCHLIST.roles if role.shared}
    terms = [(official.name, term) for official in WATCHLIST.officials for term in official.terms]
    clashes = [
        (one, other, first.role)
        for (one, first), (other, second) in combinations(terms, 2)
        if (first.role, first.country) == (second.role, second.country) and first.role not in shared
        if (first.since or date.min) < (second.until or date.max)
        and (second.since or date.min) < (first.until or date.max)
    ]
    assert clashes == []


def test_every_role_is_held_and_spoken_of():
    """Roles in the file have wordings and a holder."""
    held = {term.role for official in WATCHLIST.officials for term in official.terms}
    assert [role.role for role in WATCHLIST.roles if not (role.titles or role.forms or role.fixed)] == []
    assert {role.role for role in WATCHLIST.roles} == held


def test_gender_and_side_are_known():
    """Pronouns and side: selectors rely on them."""
    assert {official.gender for official in WATCHLIST.officials} == {"m", "f"}
    sides = {official.side for official in WATCHLIST.officials}
    parties = {"ukraine", "russia", "us", "europe", "mediator", "other"}
    parties |= {"israel", "palestinians", "hamas", "iran", "lebanon", "hezbollah", "houthis"}
    assert sides == parties


def test_an_official_is_known_by_the_office_of_the_day():
    """The office beside a name is the one held then, listed first."""
    umerov = WATCHLIST.official("Rustem Umerov")
    assert umerov.term_on(date(2024, 1, 1)).role == "defence minister"
    assert umerov.term_on(date(2026, 1, 1)).role == "security council secretary"
    assert umerov.term_on(None).role == "security council secretary"
    assert umerov.term_on(date(2020, 1, 1)) is None
    assert WATCHLIST.official("Antony Blinken").term_on(date(2022, 1, 1)).title == "Secretary of State"


def test_a_new_official_is_one_entry():
    """A user's official is found like any other and succeeds an open term."""
    watchlist = load_watchlist(NEW_OFFICIAL)
    nobody = watchlist.official("Іван Ніхто")
    assert nobody.official_id == "ivan-nobody"
    assert nobody.side == "ukraine"
    assert watchlist.holder("foreign minister", "UA", date(2030, 1, 1)) == nobody
    assert watchlist.holder("foreign minister", "UA", date(2029, 1, 1)).name == "Andrii Sybiha"


def test_a_known_id_is_added_to():
    """An entry of a known id adds to lists and replaces single values."""
    extra = '[[officials]]\nid = "dmitry-peskov"\naliases = ["The Moustache"]\nside = "kremlin"\n'
    peskov = load_watchlist(extra).official("the moustache")
    assert (peskov.name, peskov.side) == ("Dmitry Peskov", "kremlin")
    assert "Dmitriy Peskov" in peskov.aliases


def test_a_topic_gains_phrases():
    """A user's phrases join those of a known topic, or make a new one."""
    extra = (
        '[[topics]]\ntopic = "ceasefire"\nphrases = ["tregua"]\n[[topics]]\ntopic = "x"\nname = "X"\nphrases = ["y"]'
    )
    watchlist = load_watchlist(extra)
    assert {"tregua", "truce"} <= set(watchlist.topic("ceasefire").phrases)
    assert watchlist.topic("X").phrases == ("y",)


def test_the_version_is_that_of_the_text():
    """The version changes with the text and with nothing else."""
    assert load_watchlist().version == WATCHLIST.version
    assert load_watchlist("").version != WATCHLIST.version
    assert load_watchlist("decoys = []").version != load_watchlist("decoys = [ ]").version


def test_what_was_read_from_the_same_text_is_the_same():
    """It is parsed once, and what is made of it too; another text, and tables, are read anew."""
    assert load_watchlist("decoys = []") is load_watchlist("decoys = []")
    assert role_index_for(load_watchlist()) is role_index_for(WATCHLIST)
    assert load_watchlist({"decoys": ["Nobody"]}).decoys != load_watchlist({"decoys": ["Noone"]}).decoys


def test_topics_go_by_id_or_name():
    """A topic is found by id or name, whatever the case."""
    assert WATCHLIST.topic("Security-Guarantees") == WATCHLIST.topic("security guarantees")
    assert WATCHLIST.topic("ceasefires") is None


OFFICIAL = '[[officials]]\nname = "Ivan Nobody"\ncountry = "UA"\ngender = "m"\n'


@pytest.mark.parametrize(
    ("extra", "line"),
    [
        pytest.param("x = ", "not valid TOML: Invalid value (at end of document)", id="no TOML"),
        pytest.param("[[official]]", 'unknown table "official"; did you mean "officials"?', id="a misspelt table"),
        pytest.param("[officials]", "[[officials]] must be a list", id="single brackets"),
        pytest.param("officials = [1]", "[[officials]] must be a table", id="an entry that is no table"),
        pytest.param('[[officials]]\ngender = "m"', 'an entry of [[officials]] needs "name"', id="no name"),
        pytest.param('[[officials]]\nid = 3\nname = "A"', 'needs "name", text in quotes', id="an id that is no text"),
        pytest.param('[[topics]]\nname = "A"', 'an entry of [[topics]] needs "topic"', id="no topic"),
        pytest.param('[[officials]]\nid = "Ivan N"', 'lower-case ASCII with hyphens: "ivan-n"', id="a bad id"),
        pytest.param(
            OFFICIAL + 'gendr = "m"',
            'officials "ivan-nobody": unknown key "gendr"; did you mean "gender"?',
            id="a misspelt key",
        ),
        pytest.param(
            '[[officials]]\nname = "Ivan N"\ncountry = "UA"', '"ivan-n": "gender" is missing', id="a missing key"
        ),
        pytest.param(OFFICIAL + 'aliases = "X"', '"ivan-nobody": "aliases" must be a list', id="text for a list"),
        pytest.param(OFFICIAL + "aliases = [1]", '"aliases" must be a list of texts in quotes', id="a list of numbers"),
        pytest.param(OFFICIAL + 'aliases = [" "]', '"aliases" must be a list of texts in quotes', id="an empty alias"),
        pytest.param(
            OFFICIAL.replace('"m"', '"x"'), '"gender" must be "m" or "f"', id="a gender we have no pronoun for"
        ),
        pytest.param(
            OFFICIAL.replace("UA", "UAA"), 'unknown country "UAA"; did you mean "UA"?', id="an unknown country"
        ),
        pytest.param(
            OFFICIAL + 'terms = [{ role = "foreign ministr" }]',
            'a term: unknown role "foreign ministr"; did you mean "foreign minister"?',
            id="an unknown role",
        ),
        pytest.param(
            OFFICIAL + "terms = [{ since = 2020-01-01 }]", 'a term: "role" is missing', id="a term of no role"
        ),
        pytest.param(OFFICIAL + "terms = [1]", "a term must be a table", id="a term that is no table"),
        pytest.param(
            OFFICIAL + 'terms = [{ role = "president", since = "2020" }]',
            '"since" must be a date such as',
            id="no date",
        ),
        pytest.param(
            OFFICIAL + 'terms = [{ role = "president", since = 2020-01-01T10:00:00 }]',
            '"since" must be a date',
            id="a time",
        ),
        pytest.param(
            OFFICIAL + 'terms = [{ role = "president", since = 2020-01-01, until = 2019-01-01 }]',
            '"since" must be before "until", 2020-01-01 is not before 2019-01-01',
            id="an end before the start",
        ),
        pytest.param(OFFICIAL + 'aliases = ["Dmitriy Peskov"]', 'is already that of "', id="another's name"),
        pytest.param('decoys = "x"', "decoys must be a list", id="decoys that are no list"),
        pytest.param(
            '[[places]]\nname = "X"\ncountry = "ZZZ"', 'places "x": unknown country', id="a place in no country"
        ),
        pytest.param('[[roles]]\nrole = "r"\nforms = ["head"]', 'form "head" needs one word *', id="a form without *"),
        pytest.param(
            '[[roles]]\nrole = "r"\nfixed.ZZ = ["x"]', 'roles "r": unknown country "ZZ"', id="a role in no country"
        ),
        pytest.param(
            '[[roles]]\nrole = "r"\nfixed.UA = "x"', '"fixed.UA" must be a list', id="a wording that is no list"
        ),
    ],
)
def test_a_mistake_is_one_clear_line(extra, line):
    """A mistake says which entry, what is wrong and what is near."""
    with pytest.raises(WatchlistProblem) as raised:
        load_watchlist(extra)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("official_id", "on", "title"),
    [
        pytest.param("tom-barrack", date(2025, 9, 1), "Special Envoy for Syria", id="in office"),
        pytest.param("tom-barrack", date(2025, 1, 1), None, id="before it"),
        pytest.param("robert-malley", date(2022, 5, 1), "Special Envoy for Iran", id="then"),
        pytest.param("robert-malley", date(2024, 5, 1), None, id="after it"),
    ],
)
def test_an_envoy_is_known_by_what_he_is_sent_for(official_id, on, title):
    """On the days he is, and on no others."""
    term = WATCHLIST.official(official_id).term_on(on)
    assert (term and term.title) == title
