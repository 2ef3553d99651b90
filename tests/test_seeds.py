"""The five seed articles, read and compared with what a person found in them (tests/expected)."""

import json

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.records import MentionKind, Reading
from extractors.speech.reading import Reader, Unread
from tests.conftest import ROOT, SEEDS

pytestmark = pytest.mark.slow

NAMES = sorted(path.stem for path in SEEDS.glob("*.txt"))
EXPECTED = {name: json.loads((ROOT / "tests" / "expected" / f"{name}.json").read_text("utf-8")) for name in NAMES}
TEXTS = {name: (SEEDS / f"{name}.txt").read_bytes().decode() for name in NAMES}


@pytest.fixture(scope="session")
def readings() -> dict[str, Reading]:
    """The seeds as one reader reads them, in one batch."""
    articles = [
        Unread(article_id=name, title=None, text=TEXTS[name], published_at=None, language="en") for name in NAMES
    ]
    return dict(zip(NAMES, Reader(load_watchlist()).read_all(articles), strict=True))


def own_mentions(reading: Reading, kind: MentionKind):
    """Return the mentions of a kind that stand in the article's own sentences."""
    return [
        mention
        for mention in reading.mentions
        if mention.kind is kind and any(sentence.covers(mention.span) for sentence in reading.sentences)
    ]


def read(row: dict[str, object]) -> dict[str, object]:
    """Return a row as it is read, where that is known to differ from what a person found; each such row says why."""
    known = dict(row.get("read_as", {"why": "-"}))
    assert known.pop("why")
    return {key: value for key, value in row.items() if key != "read_as"} | known


def test_there_are_five_seeds():
    """The seeds and what is expected of them are here."""
    assert len(NAMES) == 5


@pytest.mark.parametrize("name", NAMES)
def test_officials_are_those_a_person_found(readings, name):
    """Each official of the body is found under each of his names and roles, and nobody else."""
    found: dict[str, set[str]] = {}
    for mention in own_mentions(readings[name], MentionKind.OFFICIAL):
        found.setdefault(str(mention.ref_id), set()).add(mention.surface)
    assert {official: sorted(surfaces) for official, surfaces in found.items()} == EXPECTED[name]["officials"]


@pytest.mark.parametrize("name", NAMES)
def test_topics_are_those_a_person_found(readings, name):
    """Each topic of the body is found."""
    found = {mention.ref_id for mention in own_mentions(readings[name], MentionKind.TOPIC)}
    assert set(EXPECTED[name]["topics"]) <= found


@pytest.mark.parametrize("name", NAMES)
def test_statements_are_those_a_person_found(readings, name):
    """Each statement has the words, place, speaker and cue that a person found, but for `read_as`; there is no other."""
    found = []
    for statement in readings[name].statements:
        row = {
            "speaker": statement.speaker,
            "speaker_id": statement.speaker_id,
            "speaker_surface": statement.speaker_surface,
            "cue": statement.cue,
            "kind": statement.kind.value,
            "text": statement.text,
            "start": statement.span.start,
            "end": statement.span.end,
        }
        if len(statement.spans) > 1:
            row["spans"] = [[span.start, span.end] for span in statement.spans]
        found.append(row)
    assert found == [read(row) for row in EXPECTED[name]["statements"]]


@pytest.mark.parametrize("name", NAMES)
def test_known_misses_are_still_missed(readings, name):
    """What is listed as missed is missed: a statement that is found belongs among those expected."""
    found = {statement.text.strip(" .,“”") for statement in readings[name].statements}
    assert not found & {miss["text"].strip(" .,“”") for miss in EXPECTED[name]["missed"]}


@pytest.mark.parametrize("name", NAMES)
def test_everything_stands_where_it_says(readings, name):
    """Statements, speakers, cues, mentions and sentences are the characters of the text at their spans."""
    text, reading = TEXTS[name], readings[name]
    for statement in reading.statements:
        assert statement.span.slice(text) == statement.text
        assert statement.speaker_span is not None
        assert statement.speaker_span.slice(text) == statement.speaker_surface
        assert statement.cue_span is None or statement.cue_span.slice(text) == statement.cue
    assert all(mention.span.slice(text) == mention.surface for mention in reading.mentions)
    assert all(sentence.slice(text) == sentence.slice(text).strip() != "" for sentence in reading.sentences)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("000_83b7437b0368f824", "Maxim Guchek", id="a photo's credit"),
        pytest.param("000_83b7437b0368f824", "walk during a meeting in Sochi", id="a photo's caption"),
        pytest.param("000_83b7437b0368f824", "Adam Morrow", id="the byline"),
        pytest.param("000_83b7437b0368f824", "contributed to this report", id="the credit line"),
        pytest.param("001_16506607363ae513", "Latest Firearms News", id="the site's header"),
        pytest.param("001_16506607363ae513", "Your email address", id="the reply form"),
        pytest.param("003_1ac3a902d5ad9604", "Any peace deal with the current", id="the first reader's comment"),
        pytest.param("003_1ac3a902d5ad9604", "Selensky isn’t clear in the head", id="the last reader's comment"),
        pytest.param("004_42295e8637bd59b3", "Tags Antony Blinken", id="the tags"),
        pytest.param("004_42295e8637bd59b3", "removed its comment section", id="the comment policy"),
    ],
)
def test_what_is_no_article_is_in_no_sentence(readings, name, words):
    """Captions, credits, comments and site furniture stand in none of the article's sentences."""
    at = TEXTS[name].index(words)
    assert not any(sentence.start <= at < sentence.end for sentence in readings[name].sentences)


def test_the_article_ends_where_the_comments_begin(readings):
    """In the seed with comments the last sentence is the article's last."""
    name = "003_1ac3a902d5ad9604"
    assert readings[name].sentences[-1].slice(TEXTS[name]).endswith("“liberating” the Donbas.")


def test_mentions_in_asides_are_kept(readings):
    """A mention in a caption is recorded, only never in a sentence."""
    name = "000_83b7437b0368f824"
    caption = TEXTS[name].index("Vladimir Medinsky")
    assert any(mention.span.start == caption for mention in readings[name].mentions)
