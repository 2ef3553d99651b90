from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Reader, Skimmer, Unread, is_slavic
from tests.hostile_texts import SHAPES

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
WATCHLIST = load_watchlist()
SKIMMER, READER = Skimmer(WATCHLIST), Reader(WATCHLIST)
SHORT = 4_000


def steps(text: str, language: str) -> int:
    """Count the calls, Python's own and the libraries', that reading a text without the language model takes."""
    unread = Unread(article_id="a", title="Peskov", text=text, published_at=AT, language=language)
    counted = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        skim = SKIMMER.skim(unread)
        if is_slavic(unread):
            READER.finish([skim])
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_as_the_text_does(shape):
    """Whatever a text repeats or leaves open, twice as much of it is at most 2.2 times the work."""
    language = shape[:2] if shape[2:3] == ":" else "en"
    made = SHAPES[shape]
    steps(made(500), language)  # what is made at first use is no part of it
    once, twice = steps(made(SHORT), language), steps(made(2 * SHORT), language)
    assert twice <= 2.2 * once + 2_000
