"""Measure what finding other reports of a batch costs, and what was said before of the like, by what is stored.

    .venv/bin/python benchmarks/joining.py [10000 100000 1000000]

Fills a warehouse with so many invented things said in a year, a fifth of them by one speaker, what is more than a
hundred thousand being the same under other keys, and prints processor milliseconds an article for a batch of twenty
articles of five statements each, vectors left out.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from extractors.copies.sameness import SAID_ONCE
from extractors.negotiation.utterances import wording
from extractors.officials.countries import Countries
from extractors.officials.watchlist import load_watchlist
from extractors.records import Span, Statement, StatementKind
from extractors.relation_records import Wording
from extractors.text.identity import statement_id, utterance_id
from flows.steps.decide.plan import REMEMBERED, REPORTS_KEPT
from flows.steps.meaning import echoes_in
from flows.steps.record import MEANT_MOST
from warehouse.sayings import earlier_sayings, save_sayings
from warehouse.session import Session
from warehouse.store import migrate, writing
from warehouse.utterances import likely_reports, near_reports, save_wordings

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ARTICLES, EACH = 20, 5
CHUNK = 5_000
DAYS = 365
LOUDEST = 0.2  # of all that is said
INVENTED = 100_000  # things said; more are made of these
_MORE = """
INSERT INTO sayings BY NAME
SELECT * EXCLUDE (n) REPLACE (
    statement_id || '-' || n AS statement_id, utterance_id || '-' || n AS utterance_id,
    list_transform(keys, lambda key: (hash(key, n) >> 1)::BIGINT) AS keys
)
FROM (SELECT s.*, n FROM sayings AS s, range(1, $1) AS t(n)) ORDER BY said_at
"""


def said(number: int, at: datetime, choice: random.Random, words: list[str], speakers: list[str]) -> Wording:
    """Return an invented statement."""
    text = " ".join(choice.choices(words, k=choice.randint(8, 30)))
    speaker = speakers[0] if choice.random() < LOUDEST else choice.choice(speakers)
    span = Span(0, len(text))
    made = Statement(
        statement_id=statement_id(str(number), [span]),
        utterance_id=utterance_id(speaker, text),
        speaker=speaker,
        speaker_id=speaker,
        speaker_surface=None,
        cue="said",
        kind=StatementKind.DIRECT,
        text=text,
        span=span,
        spans=(span,),
        topics=(),
    )
    found = wording(made, text, said_at=at, seen_at=at, countries=COUNTRIES)
    if found is None:
        raise AssertionError
    return found


def history(size: int, choice: random.Random, words: list[str], speakers: list[str]) -> Iterator[Wording]:
    """Yield what was said in a year, the oldest first."""
    for number in range(size):
        yield said(number, NOW - timedelta(days=DAYS * (1 - number / size)), choice, words, speakers)


def fill(session: Session, told: Iterator[Wording]) -> None:
    """Store what was said, as passes would have left it."""
    while chunk := [word for _, word in zip(range(CHUNK), told, strict=False)]:
        names = {word.statement_id: word.name for word in chunk}
        save_wordings(session, chunk, names, NOW - REPORTS_KEPT)
        save_sayings(session, chunk, names, {}, NOW - REMEMBERED - SAID_ONCE)


def spent(work: Callable[[], object]) -> float:
    """Return the processor milliseconds an article that work takes; the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return 1000 * best / ARTICLES


def main() -> None:
    """Print the costs."""
    sizes = [int(each) for each in sys.argv[1:]] or [10_000, 100_000]
    choice = random.Random(7)
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("a", "or", "in") for c in ("ta", "ment", "ler", "s")]
    words += ["the", "of", "and", "to", "we", "will", "not", "talks", "ceasefire", "ready"] * 6
    speakers = [each.official_id for each in load_watchlist().officials][:200]
    print(f"{'said before':>12} {'reports':>8} {'near':>8} {'earlier':>8} {'alike':>8}   ms an article")
    for size in sizes:
        batch = [said(size + number, NOW, choice, words, speakers) for number in range(ARTICLES * EACH)]
        with TemporaryDirectory() as folder:
            migrate(Path(folder))
            with writing(Path(folder)) as session:
                fill(session, history(min(size, INVENTED), choice, words, speakers))
                session.run(_MORE, [size // INVENTED])
                costs = tuple(costs_of(session, batch))
        print(f"{size:>12,}" + "".join(f"{cost:>9.1f}" for cost in costs), flush=True)


def costs_of(session: Session, batch: list[Wording]) -> Iterator[float]:
    """Yield what each question costs."""
    since = NOW - REPORTS_KEPT

    def earlier() -> tuple[Wording, ...]:
        return earlier_sayings(session, batch, window=SAID_ONCE, since=NOW - REMEMBERED, most=MEANT_MOST)

    yield spent(lambda: likely_reports(session, batch, SAID_ONCE, since))
    yield spent(lambda: near_reports(session, batch, SAID_ONCE, since))
    yield spent(earlier)
    known = earlier()
    yield spent(lambda: echoes_in(batch, known, {}))


COUNTRIES = Countries(load_watchlist())

if __name__ == "__main__":
    main()
