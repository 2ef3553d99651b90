"""Time what finding an article's story costs, beside hashing its text alone, with ever more articles stored.

    .venv/bin/python benchmarks/stories.py [--stored 10000 100000]

Prints milliseconds an article: the fingerprint and credits (no database), then looking copies up, confirming and
labelling them in one batch of 200, of which a fifth are edited copies of stored ones. The ratio is to SHA-256 of the
text's words. Texts are made of words drawn by frequency, so that chance meetings are as rare as in prose.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.records import Arrival
from extractors.officials.countries import Countries
from extractors.officials.watchlist import load_watchlist
from extractors.records import Article, Reading
from extractors.text.identity import plain_words
from flows.steps.decide.plan import horizon
from flows.steps.relate import relate, sketch
from warehouse import articles, stories
from warehouse.records import ReadArticle
from warehouse.session import Session
from warehouse.situation import Fresh, load
from warehouse.store import writing

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BATCH = 200
COUNTRIES = Countries(load_watchlist())
NOTHING = Reading(mentions=(), title_mentions=(), statements=(), sentences=(), extractor_version="x")
WORDS = [f"{a}{b}{c}" for a, b, c in itertools.product("btkmnsr", "aeiou", ("l", "nd", "st", "r", "mer", "tion"))]
WEIGHTS = [1 / (rank + 2) for rank in range(len(WORDS))]


def text(random_: random.Random) -> str:
    """Return some 450 words, a sentence a line."""
    lengths = (random_.randint(12, 28) for _ in range(22))
    return "\n".join(" ".join(random_.choices(WORDS, WEIGHTS, k=length)) + "." for length in lengths)


def edited(original: str, random_: random.Random) -> str:
    """Return a copy with its end cut off and a word in thirty replaced."""
    words = original.split(" ")
    return " ".join(
        random_.choice(WORDS) if random_.random() < 1 / 30 else word for word in words[: len(words) * 3 // 4]
    )


def read(number: int, body: str) -> ReadArticle:
    """Return an article of one of forty outlets, one a minute."""
    article = Article(
        article_id=f"{number:016x}",
        url=f"http://127.0.0.1/{number}",
        outlet=f"Outlet {(number + number // 1_000) % 40}",
        feed_id=None,
        title=f"Title {number}",
        author=None,
        published_at=NOW - timedelta(seconds=5 * (number % 100_000)),
        first_seen_at=NOW,
        language="en",
        text=body,
    )
    return ReadArticle(article=article, reading=NOTHING, arrival=Arrival.POLLED)


def fill(session: Session, numbers: Sequence[int], bodies: list[str]) -> None:
    """Store articles with their keys, unrelated."""
    batch = [read(number, bodies[number % len(bodies)] + f"\n{number}") for number in numbers]
    sketches = [sketch(each, COUNTRIES) for each in batch[: len(bodies)]]
    saved = articles.save_articles(session, batch)
    random_ = random.Random(numbers[0])
    keys = []
    for each, kept, known in zip(batch, saved, itertools.cycle(sketches), strict=False):
        row = Fresh(sketch=replace(known, found=each), saved=kept).story_keys
        # Other keys of the same number: making texts for all of them would take longer than all the rest.
        other = tuple(random_.getrandbits(62) for _ in row.keys)
        keys.append(row if each.article.article_id < f"{len(bodies):016x}" else replace(row, keys=other))
    stories.save_keys(session, keys, NOW - timedelta(days=3_650))
    session.run("UPDATE article_rows SET publisher = outlet, copy_kind = 'original', source = outlet")


def measure(stored: int) -> None:
    """Fill a warehouse and time three batches."""
    random_ = random.Random(1)
    bodies = [text(random_) for _ in range(1_000)]
    with TemporaryDirectory() as folder:
        with writing(Path(folder)) as session:
            for start in range(0, stored, 5_000):
                fill(session, range(start, min(start + 5_000, stored)), bodies)
        times = []
        for turn in range(3):
            batch = [
                read(
                    stored + turn * BATCH + n,
                    edited(bodies[turn * BATCH + n], random_) if n % 5 == 0 else text(random_),
                )
                for n in range(BATCH)
            ]
            times.append(timed(Path(folder), batch))
    hashing, sketching, relating, joined = (statistics.median(column) for column in zip(*times, strict=True))
    print(
        f"{stored:8} stored: hash {hashing:6.3f} ms   fingerprint and credits {sketching:6.2f} ms   "
        f"look-up and labels {relating:6.2f} ms   ratio to hashing {(sketching + relating) / hashing:6.0f}   "
        f"copies found {joined:.0f}/{BATCH // 5}"
    )


def timed(folder: Path, batch: Sequence[ReadArticle]) -> tuple[float, float, float, int]:
    """Return milliseconds an article for hashing, sketching and relating, and how many joined a stored story."""
    start = time.perf_counter()
    for each in batch:
        hashlib.sha256(plain_words(each.article.text).encode()).hexdigest()
    hashed = time.perf_counter()
    sketches = [sketch(each, COUNTRIES) for each in batch]
    sketched = time.perf_counter()
    with writing(folder) as session:
        begun = time.perf_counter()
        placed = relate(load(session, sketches, horizon((), ()), NOW))
        related = time.perf_counter()
    joined = sum(placed.story(each.article.article_id) != each.article.article_id for each in batch)
    spans = (hashed - start, sketched - hashed, related - begun)
    hashing, sketching, relating = (1000 * span / len(batch) for span in spans)
    return hashing, sketching, relating, joined


def main() -> None:
    """Measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, nargs="+", default=[10_000, 100_000])
    for stored in parser.parse_args().stored:
        measure(stored)


if __name__ == "__main__":
    main()
