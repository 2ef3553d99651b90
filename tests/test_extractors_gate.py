"""The cheap gate: what opens it, and that no rule loses a match to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.compiled_rules import compile_rules
from alerts.matching import find_all_matches
from alerts.records import Scope
from alerts.rules import Rule
from extractors.officials.watchlist import load_watchlist
from extractors.records import Article, Depth, MentionKind
from extractors.speech.reading import Gate, Reader, Unread
from tests.conftest import SEEDS

WATCHLIST = load_watchlist()
MAY = datetime(2025, 5, 14, tzinfo=UTC)
KEYWORDS = ("lighthouse keeper", "drone swarm", "topic:ceasefire", "power plant")
OFFICIALS = ("any", "Kremlin", "Turkey", "NATO", "side:ukraine", "Dmitry Peskov")
RULES = compile_rules(
    [
        Rule(
            name=f"{keyword}, {official}, {scope}",
            keywords=(keyword,),
            officials=(official,),
            scope=scope,
            exclude=("hockey",),
            subscribers=("desk",),
        )
        for keyword in KEYWORDS
        for official in OFFICIALS
        for scope in Scope
    ],
    WATCHLIST,
)
GATE = Gate(WATCHLIST, [rule.phrases for rule in RULES])
# Seed prose, which opens the gate, and what may not: dull prose, rules' phrases beside places and institutions.
PROSE = [line for path in sorted(SEEDS.glob("*.txt")) for line in path.read_text("utf-8").split("\n") if len(line) > 60]
DULL = [
    "The hockey team won.",
    "Lighthouse-keepers met, the Kremlin said.",
    "A drone swarm crossed Turkey on Monday.",
    "NATO said that a drone swarm was safe.",
    "Drone\nswarm.",
    "“The lighthouse keeper works,” he said.",
    "A cease fire held in Ankara.",
    "“A drone swarm crossed Turkey,” the mayor said.",
    "The mayor said that the lighthouse keepers had left NATO.",
    "The museum in Ankara opened a new wing.",
    "The band played in Turkey.",
    "Peskov arrived.",
    "Photo: a lighthouse keeper (Reuters)",
]
TITLES = st.sampled_from([None, "Lighthouse keeper", "Turkey", "Dmitry Peskov speaks", "Sport"])
TEXTS = st.lists(st.sampled_from(DULL) | st.sampled_from(PROSE), max_size=4).map("\n\n".join)


@pytest.fixture(scope="module")
def reader():
    """Return a reader in this process."""
    return Reader(WATCHLIST)


def unread(text, title=None, language="en"):
    """Return an article."""
    return Unread(article_id="a1", title=title, text=text, published_at=MAY, language=language)


def left_unread(article):
    """Return the reading of an article that the gate is shut to."""
    skim = GATE.skim(article)
    assert skim.depth is not Depth.FULL
    return skim.as_reading(skim.depth)


def matches(one, reading):
    """Return all that the rules match in an article as it was read."""
    article = Article(
        article_id="a1",
        url="https://one.example/1",
        outlet="One",
        feed_id=None,
        title=one.title,
        author=None,
        published_at=MAY,
        first_seen_at=MAY,
        language=one.language,
        text=one.text,
    )
    return find_all_matches(RULES, article, reading)


@pytest.mark.parametrize(
    ("text", "title", "opens"),
    [
        pytest.param("Peskov arrived.", None, True, id="an official opens it"),
        pytest.param("Ukraine’s foreign minister arrived.", None, True, id="so does his role"),
        pytest.param("New sanctions were imposed.", None, True, id="so does a topic that no rule names"),
        pytest.param("They spoke of the lighthouse keepers.", None, True, id="so does a rule's phrase, inflected"),
        pytest.param("They met.", "Lighthouse keeper", True, id="the title counts"),
        pytest.param("They met.", "Peskov arrives", True, id="and so does an official in it"),
        pytest.param("The hockey team won.", None, True, id="so does a phrase that only excludes"),
        pytest.param("The museum in Ankara opened.", None, False, id="a place alone does not"),
        pytest.param("NATO has a new building.", None, False, id="nor an institution alone"),
        pytest.param("The band played.", "Music", False, id="nor anything else"),
        pytest.param("", None, False, id="nor nothing"),
    ],
)
def test_what_opens_the_gate(text, title, opens):
    """An official, a topic or a rule's own phrase, in title or text."""
    assert GATE.skim(unread(text, title)).depth is (Depth.FULL if opens else Depth.LEFT_UNREAD)


def test_without_the_phrase_the_same_words_are_left_unread():
    """A rule's phrases open the gate for as long as the rule is there."""
    assert Gate(WATCHLIST).skim(unread("They spoke of the lighthouse keepers.")).depth is Depth.LEFT_UNREAD


def test_what_is_left_unread_keeps_its_mentions_and_sentences():
    """An article that is not read in full still names places, and says that it was left unread, and by which version."""
    text = "The museum in Ankara opened. NATO has a new building.\n\nPhoto: a door (Reuters)"
    reading = left_unread(unread(text, "In Turkey"))
    assert [(each.kind, each.name) for each in reading.mentions] == [
        (MentionKind.PLACE, "Ankara"),
        (MentionKind.ORGANISATION, "NATO"),
        (MentionKind.ORGANISATION, "Reuters"),
    ]
    assert [each.name for each in reading.title_mentions] == ["Turkey"]
    assert [span.slice(text) for span in reading.sentences] == [
        "The museum in Ankara opened.",
        "NATO has a new building.",
    ]
    assert (reading.depth, reading.statements, reading.cut_at) == (Depth.LEFT_UNREAD, (), None)
    assert reading.extractor_version.count("+") == 2


@pytest.mark.parametrize("language", ["ru", "uk", "de"])
def test_what_is_not_english_has_its_mentions_and_no_statements(language):
    """Roster and topics are found in any language; the gate does not send it to the English model."""
    reading = left_unread(unread("Песков заявил: «Переговоры продолжатся». Lawrow: ceasefire.", language=language))
    assert reading.depth is Depth.NOT_ENGLISH
    assert {"dmitry-peskov", "ceasefire"} <= {each.ref_id for each in reading.mentions}
    assert reading.statements == ()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, title=TITLES)
def test_the_gate_never_loses_what_a_rule_could_match(reader, text, title):
    """Whatever the text, the rules match in the gated reading exactly what they match in the full one."""
    one = unread(text, title)
    full = reader.read(one)
    gated = GATE.skim(one)
    assert matches(one, full if gated.depth is Depth.FULL else gated.as_reading(gated.depth)) == matches(one, full)


@pytest.mark.slow
def test_the_gate_and_the_reader_skim_alike(reader):
    """What is left unread has the watchlist's mentions, and the sentences, that a full reading would have."""
    one = unread("The museum in Ankara opened. NATO has a new building.\n\nPhoto: a door (Reuters)", "In Turkey")
    full = reader.read(one)
    gated = left_unread(one)
    assert gated.sentences == full.sentences
    assert gated.title_mentions == full.title_mentions
    assert gated.mentions == tuple(each for each in full.mentions if each.ref_id)
    assert gated.extractor_version == full.extractor_version
