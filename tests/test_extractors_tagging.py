"""The tagger beside the rules: where its pieces stand, what it adds, what it never does, and reading without it."""

from __future__ import annotations

import tomllib
from functools import cache
from hashlib import sha256
from importlib.resources import files

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.records import Span
from extractors.speech import reading, tagging
from extractors.speech.quotations import find_quotations
from extractors.speech.reading import Reader, Skimmer, Unread
from extractors.speech.sentences import PARAGRAPH
from extractors.speech.tagging import WINDOW, Pieces, Tagger, Tags, load_tagger, pieces_of

TEXT = (
    "There was a warning from Marta Quill that the lighthouse would not survive another winter.\n"
    "The keepers packed their lamps."
)
WORDS = "the lighthouse would not survive another winter"


@cache
def tagger() -> Tagger:
    """Load the tagger once."""
    loaded = load_tagger()
    assert loaded is not None
    return loaded


def tags_of(text: str) -> Tags:
    """Return what the tagger makes of a text."""
    return tagger().tags(text, [Span(*each.span()) for each in PARAGRAPH.finditer(text)], find_quotations(text))


def pieces(text: str) -> Pieces:
    """Return the pieces of a text."""
    paragraphs = [Span(*each.span()) for each in PARAGRAPH.finditer(text)]
    return pieces_of(text, paragraphs, find_quotations(text), tagger().words)


def said(text: str, *, tagging: bool) -> list[tuple[str | None, str | None, str]]:
    """Return speaker, cue and words of what is said in a text, read with the tagger or without."""
    article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
    skim = Skimmer(load_watchlist(), tagging=tagging).skim(article)
    (found,) = Reader(load_watchlist()).finish([skim])
    return [(each.speaker, each.cue, each.text) for each in found.statements]


def test_pieces_stand_in_the_text():
    """Each piece covers letters of its own, in order, and a mark between paragraphs covers none."""
    found = pieces(TEXT)
    spans = [Span(int(start), int(end)) for start, end in zip(found.starts, found.ends, strict=True)]
    assert spans == sorted(spans)
    assert "".join(span.slice(TEXT) for span in spans) == "".join(TEXT.split())
    assert [int(each) for each, span in zip(found.ids, spans, strict=True) if span.start == span.end] == [102, 102]


def test_pieces_know_their_capitals_and_quotation_marks():
    """What a vocabulary in small letters drops is told beside it."""
    found = pieces("NATO said “no deal” to Quill.")
    told = zip(found.starts, found.casing, found.quoted, strict=True)
    assert {int(start): (int(case), int(quoted)) for start, case, quoted in told if start in {0, 5, 11, 23}} == {
        0: (2, 0),
        5: (0, 0),
        11: (0, 1),
        23: (1, 0),
    }


@pytest.mark.parametrize("count", [1, WINDOW - 3, WINDOW - 2, WINDOW - 1, 3 * WINDOW])
def test_windows_leave_no_piece_out(count):
    """However long a text is, each of its pieces is read, and none in a window that is too long for the network."""
    found = pieces("a " * count)
    windows = list(found.windows())
    assert {at for window in windows for at in range(window.start, window.stop)} == set(range(len(found)))
    assert all(window.stop - window.start <= WINDOW - 2 for window in windows)


def test_the_same_text_has_the_same_tags():
    """A second reading gives each number again, whatever was read in between."""
    first = tags_of(TEXT)
    tags_of("Another text, about nothing. " * 40)
    assert first.contents(Span(0, len(TEXT))) == tags_of(TEXT).contents(Span(0, len(TEXT)))


def test_the_tagger_finds_what_no_rule_does():
    """A noun may report as well as a verb; the words come with the cue and the source that the tagger hears."""
    assert said(TEXT, tagging=False) == []
    assert said(TEXT, tagging=True) == [("Marta Quill", "warning", WORDS)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "Governor Marta Quill said the time for easy answers is over, and the state has to act.",
            "the time for easy answers is over, and the state has to act",
            id="a clause that the parser has hung elsewhere is said",
        ),
        pytest.param(
            "Governor Marta Quill concluded that patience is nice, but sometimes the state has to act.",
            "patience is nice, but sometimes the state has to act",
            id="so is her own but, to its end, though the tagger breaks off before",
        ),
        pytest.param(
            "Governor Marta Quill noted her rival’s comment that she wanted to visit the lighthouse.",
            "her rival’s comment that she wanted to visit the lighthouse",
            id="what the comment is about begins with the comment",
        ),
        pytest.param(
            "The dam was safe, Governor Marta Quill said.\nThe governor went on to say, “We have looked at every single "
            "wall of it, and there is nothing to worry about at all. We will look again.”",
            "“We have looked at every single wall of it, and there is nothing to worry about at all. We will look again.”",
            id="the cue's own words are not said",
        ),
        pytest.param(
            "Governor Marta Quill said the state had lost the money, a sum of four million dollars.",
            "the state had lost the money",
            id="the writer's aside stays off",
        ),
    ],
)
def test_the_tagger_mends_where_words_begin_and_end(text, words):
    """Where rules and tagger differ, what it is sure of counts, up to a stop of the sentence."""
    assert [each for *_, each in said(text, tagging=True)][-1] == words


def test_half_a_character_is_read_over():
    """Text from the web may hold what no text may: it costs nothing but itself."""
    broken = TEXT.replace("lamps", "la\ud83dmps")
    assert [text for *_, text in said(broken, tagging=True)] == [text for *_, text in said(TEXT, tagging=True)]


def test_without_its_files_the_rules_read_alone(monkeypatch):
    """An installation without the network reads as one that has turned it off, and under the same version."""
    watchlist = load_watchlist()
    off, full = (reading.extractor_version(watchlist, tagging=each) for each in (False, True))
    monkeypatch.setattr(tagging, "NETWORK", "missing.onnx")
    tagging.has_tagger.cache_clear()
    tagging.load_tagger.cache_clear()
    try:
        assert load_tagger() is None
        assert reading.extractor_version(watchlist) == off != full
        assert said(TEXT, tagging=True) == said(TEXT, tagging=False)
    finally:
        monkeypatch.undo()
        tagging.has_tagger.cache_clear()
        tagging.load_tagger.cache_clear()


def test_the_version_stands_for_the_network_that_is_there():
    """The digest that `extractor_version` is made of is that of the network beside it."""
    folder = files("extractors")
    named = tomllib.loads(folder.joinpath("tagger.toml").read_text("utf-8"))["network"]
    assert sha256(folder.joinpath(tagging.NETWORK).read_bytes()).hexdigest() == named
