"""An article’s whole reading, and the gate before it."""

from __future__ import annotations

import pickle
from dataclasses import replace
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
from extractors.speech.parties import Party
from extractors.speech.reading import LONGEST_READ, Gate, Reader, Skimmer, Unread
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
        if scope is not Scope.SILENT
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


def dated(text, title=None, language="en"):
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
    assert GATE.skim(dated(text, title)).depth is (Depth.FULL if opens else Depth.LEFT_UNREAD)


def test_without_the_phrase_the_same_words_are_left_unread():
    """A rule's phrases open the gate for as long as the rule is there."""
    assert Gate(WATCHLIST).skim(dated("They spoke of the lighthouse keepers.")).depth is Depth.LEFT_UNREAD


def test_what_is_left_unread_keeps_its_mentions_and_sentences():
    """An article that is not read in full still names places, and says that it was left unread, and by which version."""
    text = "The museum in Ankara opened. NATO has a new building.\n\nPhoto: a door (Reuters)"
    reading = left_unread(dated(text, "In Turkey"))
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


@pytest.mark.parametrize("language", ["bg", "be", "de"])
def test_what_cannot_be_read_has_its_mentions_and_no_statements(language):
    """Roster and topics are found in any language; the gate does not send it to the English model."""
    reading = left_unread(dated("Песков заявил: «Переговоры продолжатся». Lawrow: ceasefire.", language=language))
    assert reading.depth is Depth.NOT_ENGLISH
    assert {"dmitry-peskov", "ceasefire"} <= {each.ref_id for each in reading.mentions}
    assert reading.statements == ()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, title=TITLES)
def test_the_gate_never_loses_what_a_rule_could_match(reader, text, title):
    """Whatever the text, the rules match in the gated reading exactly what they match in the full one."""
    one = dated(text, title)
    full = reader.read(one)
    gated = GATE.skim(one)
    assert matches(one, full if gated.depth is Depth.FULL else gated.as_reading(gated.depth)) == matches(one, full)


@pytest.mark.slow
def test_the_gate_and_the_reader_skim_alike(reader):
    """What is left unread has the watchlist's mentions, and the sentences, that a full reading would have."""
    one = dated("The museum in Ankara opened. NATO has a new building.\n\nPhoto: a door (Reuters)", "In Turkey")
    full = reader.read(one)
    gated = left_unread(one)
    assert gated.sentences == full.sentences
    assert gated.title_mentions == full.title_mentions
    assert gated.mentions == tuple(each for each in full.mentions if each.ref_id)
    assert gated.extractor_version == full.extractor_version


HOSTILE = st.text(alphabet="“”\"'‘’ .,?!aPutin said\n\x00\x1b\u202e\ud800😀ف…(", max_size=60) | st.text(max_size=120)


def unread(text, **known):
    """Return an article with nothing known but its text."""
    return Unread(**{"article_id": "a", "title": None, "text": text, "published_at": None, "language": None} | known)


@pytest.fixture(scope="module")
def reader():
    """A reader with the watchlist that comes with the package."""
    return Reader(load_watchlist())


def test_the_version_tells_code_watchlist_and_model(reader):
    """Whatever a reading depends on is in its version."""
    extra = Reader(load_watchlist('[[topics]]\ntopic = "fishing"\nname = "Fishing"\nphrases = ["fishing rights"]\n'))
    assert reader.version != extra.version
    assert "en_core_web_sm" in reader.version


def test_no_articles_make_no_readings(reader):
    """Nothing in, nothing out."""
    assert reader.read_all([]) == []


@pytest.mark.slow
def test_readings_come_in_the_order_of_articles(reader):
    """A batch is read as each article alone would be."""
    texts = ["“We go,” Putin said.", "", "Nothing here.", "“You stay,” Peskov said."]
    together = reader.read_all(unread(text) for text in texts)
    assert together == [reader.read(unread(text)) for text in texts]
    assert [len(reading.statements) for reading in together] == [1, 0, 0, 1]


def test_other_languages_are_not_parsed(reader, monkeypatch):
    """What is in a language without a reader has mentions and sentences, and needs no model."""
    monkeypatch.setattr("extractors.speech.reading.load_model", lambda: pytest.fail("the model was loaded"))
    text = "Путін сказав: «Ми готові». Зеленський відмовився."
    reading = reader.read(unread(text, language="be"))
    assert (reading.statements, reading.depth) == ((), Depth.NOT_ENGLISH)
    assert [sentence.slice(text) for sentence in reading.sentences] == [
        "Путін сказав: «Ми готові».",
        "Зеленський відмовився.",
    ]
    assert "volodymyr-zelenskyy" in {mention.ref_id for mention in reading.mentions}


@pytest.mark.slow
def test_nothing_is_skimmed_twice(reader):
    """A skim is carried to where it is read on, as from process to process, and what it found is not looked for again."""
    skim = Skimmer(load_watchlist()).skim(unread("“We go,” Putin said. “You stay,” Peskov said.", title="Putin"))
    skim = pickle.loads(pickle.dumps(replace(skim, title_mentions=(), sentences=skim.sentences[:1])))
    (reading,) = reader.finish([skim])
    assert (reading.title_mentions, reading.sentences) == ((), skim.sentences)
    assert [each.text for each in reading.statements] == ["We go"]


@pytest.mark.slow
def test_the_roster_wins_over_the_model(reader):
    """A name of the watchlist has no second mention by the model, and other names have one."""
    text = "Kyiv said Sergey Radchenko of Acme Holdings met Volodymyr Zelensky in Kherson and in Reykjavik."
    reading = reader.read(unread(text))
    found = {mention.surface: (mention.kind, mention.ref_id) for mention in reading.mentions}
    assert found["Volodymyr Zelensky"] == (MentionKind.OFFICIAL, "volodymyr-zelenskyy")
    assert found["Kherson"][0] is MentionKind.PLACE
    assert found["Sergey Radchenko"] == (MentionKind.PERSON, None)
    assert found["Reykjavik"] == (MentionKind.PLACE, None)
    spans = [mention.span for mention in reading.mentions if mention.kind is not MentionKind.TOPIC]
    assert not any(one.meets(other) for one in spans for other in spans if one != other)


@pytest.mark.slow
def test_a_surname_is_a_mention_of_the_fullest_name(reader):
    """A surname names the person whom the article named in full; a single word that nobody bears in full does not."""
    text = "Thomas Bergman met Anna. Later Bergman told Anna that Bergman Group failed."
    reading = reader.read(unread(text))
    people = [(mention.name, mention.surface) for mention in reading.mentions if mention.kind is MentionKind.PERSON]
    assert people == [("Thomas Bergman", "Thomas Bergman"), ("Thomas Bergman", "Bergman")]


@pytest.mark.slow
def test_the_title_is_read_with_what_the_text_names(reader):
    """A surname in the title means whom the text names in full; its copy above the text is no sentence."""
    text = "Talks fail, Kuleba says\n\nUkrainian Foreign Minister Dmytro Kuleba said the talks in Istanbul had failed."
    april = datetime(2022, 4, 1, tzinfo=UTC)
    reading = reader.read(unread(text, title="Talks fail, Kuleba says", published_at=april))
    assert "dmytro-kuleba" in {mention.ref_id for mention in reading.title_mentions}
    assert len(reading.sentences) == 1


@pytest.mark.slow
def test_sentences_never_cross_paragraphs(reader):
    """A paragraph's end ends a sentence, whatever the model thinks."""
    text = "Negotiators met in Istanbul for talks\nthe ceasefire held."
    reading = reader.read(unread(text))
    assert [sentence.slice(text) for sentence in reading.sentences] == text.split("\n")


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE)
def test_any_text_is_read(reader, text):
    """Whatever the text, it is read, and everything found stands where it says."""
    reading = reader.read(unread(text))
    assert all(sentence.slice(text).strip() for sentence in reading.sentences)
    assert all(mention.span.slice(text) == mention.surface for mention in reading.mentions)
    for statement in reading.statements:
        assert statement.span.slice(text) == statement.text
        assert all(statement.span.covers(part) and part.start < part.end for part in statement.spans)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("“" * 30_000, id="marks"),
        pytest.param("a" * 100_000, id="one word"),
        pytest.param("a“b”c" * 3000, id="no blanks"),
        pytest.param("cats and " * 2500, id="one long sentence"),
        pytest.param("“We go,” he said. " * 1000, id="one long paragraph"),
        pytest.param("said\n" * 5000, id="many short paragraphs"),
        pytest.param("said — that, which says " * 800, id="one sentence of cues and breaks"),
    ],
)
def test_odd_and_long_texts_are_read(reader, text):
    """Length and oddity end no reading."""
    assert reader.read(unread(text)).depth is Depth.FULL


LONG = """Dmitry Peskov said on Monday that the talks would go on in Istanbul. The weather was fine.

He said that the ceasefire had failed. It rained.

“Everything is lost,” Peskov said. Sergei Lavrov said that the truce would hold."""


@pytest.mark.slow
def test_a_text_too_long_is_cut_and_says_where(reader, monkeypatch):
    """Statements are looked for up to the last sentence that fits; the mentions and sentences of the rest are there."""
    whole = reader.read(unread(LONG))
    assert whole.cut_at is None
    for limit in (len(LONG) - 1, 150, 100, 3):
        monkeypatch.setattr("extractors.speech.reading.LONGEST_READ", limit)
        cut = reader.read(unread(LONG))
        assert cut.cut_at == max((each.end for each in whole.sentences if each.end <= limit), default=0)
        kept = [each for each in whole.statements if each.span.end <= cut.cut_at]
        assert [(each.text, each.speaker) for each in cut.statements] == [(each.text, each.speaker) for each in kept]
        assert (cut.sentences, cut.title_mentions, cut.depth) == (whole.sentences, whole.title_mentions, Depth.FULL)
        assert "sergei-lavrov" in {each.ref_id for each in cut.mentions}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "language", "process"),
    [
        ("We are ready for a ceasefire.", "en", "ukraine-russia"),
        ("We want a truce in Gaza.", "en", "gaza"),
        ("Ми готові до припинення вогню.", "uk", "ukraine-russia"),
    ],
)
def test_what_the_owner_of_a_post_says_is_about_a_negotiation_too(reader, text, language, process):
    """Like what others say: the one that his words name, else that of his country."""
    owner = Party(name="Volodymyr Zelenskyy", ref_id="volodymyr-zelenskyy", gender="m", is_person=True)
    (said,) = reader.read(unread(text, language=language, owner=owner)).statements
    assert (said.resolved_by, said.process_id) == ("owner", process)


@pytest.mark.slow
def test_a_book_is_read_up_to_the_limit(reader):
    """Past 200,000 characters nothing is parsed; what stays below is read whole."""
    page = "1985 12 31. 1986 01 01. 1987 05 06.\n\n"  # no prose, so that nothing is parsed
    most = page * (LONGEST_READ // len(page))
    skimmer = Skimmer(load_watchlist(), tagging=False)
    fits, cut = reader.finish([skimmer.skim(unread(text)) for text in (most, most + page * 40)])
    assert fits.cut_at is None
    assert LONGEST_READ - len(page) <= cut.cut_at <= LONGEST_READ


@pytest.mark.slow
def test_speakers_resolve_across_pieces(reader, monkeypatch):
    """A long text is parsed in pieces, each whole sentences; who speaks in one may be named in another."""
    whole = reader.read(unread(LONG))
    monkeypatch.setattr("extractors.speech.parsing.FRAME", 20)
    pieces = reader.read(unread(LONG))
    said = [(each.text, each.speaker_id) for each in pieces.statements]
    assert said == [(each.text, each.speaker_id) for each in whole.statements]
    assert ("the ceasefire had failed", "dmitry-peskov") in said
