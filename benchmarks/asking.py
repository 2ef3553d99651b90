"""Ask a big warehouse what analysts ask, and say how much CPU each answer takes.

    .venv/bin/python -m benchmarks.asking [--articles 100000] [--keep FOLDER] [--guide] [--rules]

Searches, the first twenty: of the columns that a list shows, of all columns, and of all with `most := 20` inside; then
rows that are looked up by a name or a day; with `--guide` each question of docs/analysts.md, with `--rules` what
`rules check` and `rules backtest` of 30 days take, of a rule on one official and then with three wide ones too. Two
threads and a gigabyte, as `talkwatch sql` gives them, on the published copy of a warehouse of `benchmarks/history.py`,
which `--keep` keeps for next time. Seconds of CPU, the least of two; of rules those so far as each answer comes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from benchmarks.history import CONFIGURATION, NOW, make
from flows.config.settings import Settings, load_settings
from flows.setup import prepared
from flows.trials.backtest import DAYS, summed, tried
from flows.trials.check import checked
from warehouse.harmless import literal
from warehouse.published import PUBLISHED, publish
from warehouse.queries import questions
from warehouse.store import LIVE

ROUNDS = 2
NARROW = """
[[rules]]
name = "one official"
keywords = ["ceasefire", "truce"]
officials = ["Dmitry Peskov"]
subscribers = ["desk"]
"""
FIRST = 20
WORDS = (
    "zzzzzz",
    "negotiate guarantees",
    "ceasefire",
    '"security guarantees"',
    "Zelensky ceasefire",
    "nego*",
    "the",
    '"peace talks" the',
)
SHOWN = {"articles": "score, published_at, outlet, title", "statements": "score, published_at, outlet, speaker"}
POINTS = {
    "an article by its id": """
        FROM articles WHERE article_id = (SELECT article_id FROM search_texts WHERE number > 0 LIMIT 1 OFFSET 5000)""",
    "two days' titles": """
        SELECT title, outlet FROM articles
        WHERE published_at >= (SELECT max(published_at) - INTERVAL 2 DAY FROM article_rows)""",
    "an official's last statements": """
        FROM statements WHERE official_id = 'dmitry-peskov' ORDER BY published_at DESC LIMIT 20""",
    "a day's alerts": "FROM alerts WHERE fired_at >= (SELECT max(fired_at) - INTERVAL 1 DAY FROM alert_rows)",
    "the reports of an utterance": """
        FROM statements WHERE utterance_id = (SELECT utterance_id FROM utterances ORDER BY reports DESC LIMIT 1)""",
    "what is most reported": "FROM utterances ORDER BY independent_sources DESC LIMIT 20",
}


def searches() -> Iterator[tuple[str, str, list[str]]]:
    """Yield what is searched, in what, and the SQL of each column of the table."""
    for kind, shown in SHOWN.items():
        for words in WORDS:
            inside = f"search_{kind}({literal(words)}"
            yield (
                words,
                kind,
                [
                    f"SELECT {shown} FROM {inside}) LIMIT {FIRST}",
                    f"FROM {inside}) LIMIT {FIRST}",
                    f"FROM {inside}, most := {FIRST})",
                ],
            )


def cost(copy: Path, sql: str) -> str:
    """Return the least CPU that an answer takes, in a session of its own each time; or why there is none."""
    spent = []
    for _ in range(ROUNDS):
        with closing(duckdb.connect(copy, read_only=True, config={"threads": 2, "memory_limit": "1GB"})) as session:
            begun = time.process_time()
            try:
                session.execute(sql).fetchall()
            except duckdb.OutOfMemoryException:
                return "memory"
            spent.append(time.process_time() - begun)
    return f"{min(spent):.2f}"


def tried_rules(settings: Settings) -> None:
    """Print what checking rules and trying them on the last 30 days takes, as its answers come."""
    begun = time.process_time()

    def tell(said: str) -> None:
        print(f"{time.process_time() - begun:7.2f} s: {said}", flush=True)

    tell(checked(settings, now=lambda: NOW).expected or "no estimate")
    for rule in ("one official", None):
        begun = time.process_time()
        found = tried(settings, rule, since=NOW - DAYS, until=NOW, told=tell)
        tell(f"{rule or 'all rules'}: {summed(found)}")


def main() -> None:
    """Make the warehouse and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--guide", action="store_true")
    parser.add_argument("--rules", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        path = Path(name) / "talkwatch.toml"
        path.write_text(CONFIGURATION + NARROW, encoding="utf-8")
        settings = load_settings(path)
        folder = (asked.keep or Path(name)) / str(asked.articles)
        if not (folder / LIVE).exists():
            make(folder, asked.articles, prepared(settings))
        publish(folder)
        copy = folder / PUBLISHED
        print(f"{'words':24} {'in':10} {'listed':>7} {'all':>7} {'most':>7}")
        for words, kind, several in searches():
            print(f"{words:24} {kind:10}", *(f"{cost(copy, sql):>7}" for sql in several), flush=True)
        for said, sql in POINTS.items():
            print(f"{said:35} {cost(copy, sql):>7}", flush=True)
        if asked.rules:
            tried_rules(replace(settings, data_dir=folder))
        for question in questions() if asked.guide else ():
            print(f"{question.said[:60]:60} {cost(copy, question.sql):>7}", flush=True)


if __name__ == "__main__":
    main()
