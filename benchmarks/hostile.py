"""How the time to read a text grows with its length, on texts made to be hard: a row a shape.

    .venv/bin/python -m benchmarks.hostile [--chars 25000 50000] [--only WORD]

Processor seconds of this process. `skim` runs in the pass, `model` is spaCy's own time, `rest` is ours after it; each
ratio is that of the longer text to the shorter, and says little where the time is a few hundredths.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from unittest.mock import patch

from spacy.language import Language
from spacy.tokens import Doc

from extractors.officials.watchlist import load_watchlist
from extractors.speech import reading
from extractors.speech.parsing import Frame
from extractors.speech.reading import Reader, Skimmer, Unread
from extractors.speech.repairs import parse_rightly
from tests.hostile_texts import SHAPES

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)


def article(text: str, name: str) -> Unread:
    """Return a text as an article; the name of its shape may begin with its language."""
    language = name[:2] if name[2:3] == ":" else "en"
    return Unread(article_id="a", title="Peskov on the talks", text=text, published_at=AT, language=language)


class Model:
    """The language model, its processor seconds counted."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seconds = 0.0

    def parse(self, nlp: Language, frames: Iterable[Frame]) -> Iterator[Doc]:
        """Yield what the model gives."""
        docs = parse_rightly(nlp, frames)
        while True:
            begun = time.process_time()
            doc = next(docs, None)
            self.seconds += time.process_time() - begun
            if doc is None:
                return
            yield doc


def timed(skimmer: Skimmer, reader: Reader, unread: Unread) -> tuple[float, float, float]:
    """Return the seconds of skimming, of the model, and of the rest."""
    model = Model()
    with patch.object(reading, "parse_rightly", model.parse):
        begun = time.process_time()
        skim = skimmer.skim(unread)
        skimmed = time.process_time()
        reader.finish([skim])
        return skimmed - begun, model.seconds, time.process_time() - skimmed - model.seconds


def main() -> None:
    """Print a row for each shape."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chars", type=int, nargs=2, default=(25_000, 50_000))
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    watchlist = load_watchlist()
    skimmer, reader = Skimmer(watchlist), Reader(watchlist)
    for warm in ("en", "ru:", "uk:"):
        timed(skimmer, reader, article("Peskov said so. ", warm))
    print(f"{'shape':32} {'skim s':>7} {'x':>4} {'model s':>8} {'x':>4} {'rest s':>7} {'x':>4}")
    for name, made in SHAPES.items():
        if given.only not in name:
            continue
        short, long = (timed(skimmer, reader, article(made(chars), name)) for chars in given.chars)
        columns = [f"{b:7.2f} {b / max(a, 0.005):4.1f}" for a, b in zip(short, long, strict=True)]
        print(f"{name:32} {'  '.join(columns)}", flush=True)


if __name__ == "__main__":
    main()
