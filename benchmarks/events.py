"""Score which articles of a day are put on one happening, against a day sorted by hand.

    .venv/bin/python benchmarks/events.py

Looks for the day in ../shared/days. Ingests its 682 articles with `talkwatch ingest` and prints, over all pairs of
articles, how many that are put together belong together (P), how many of those that do are (R), and F1: for events, for
stories, and for the bare rival, headlines of which half of the words are the same.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

DAY = Path(__file__).resolve().parent.parent.parent / "shared" / "days" / "all21.jsonl.gz"
SORTED = Path(__file__).with_suffix(".toml")
WORD = re.compile(r"\w+")

Pair = tuple[int, int]


def ingested(lines: list[str], folder: Path) -> dict[str, tuple[str, str]]:
    """Return the event and the story of each address."""
    (folder / "day.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    command = [Path(sys.executable).parent / "talkwatch", "ingest", "day.jsonl"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with duckdb.connect(str(folder / "var" / "analysis.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT url, event_id, story_id FROM articles").fetchall()
    return {url: (event_id, story_id) for url, event_id, story_id in rows}


def scored(name: str, together: Callable[[Pair], bool], truth: dict[Pair, bool]) -> None:
    """Print how well pairs are put together."""
    found = {pair for pair in truth if together(pair)}
    right, asked = sum(truth[pair] for pair in found), sum(truth.values())
    precision, recall = right / max(1, len(found)), right / asked
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"{name:<28} P {100 * precision:5.1f}  R {100 * recall:5.1f}  F1 {100 * f1:5.1f}")


def main() -> None:
    """Print the scores."""
    if not DAY.exists():
        raise SystemExit(f"no day in {DAY.parent}")
    with gzip.open(DAY, "rt", encoding="utf-8") as day:
        lines = day.readlines()
    urls, titles = zip(*((each["url"], each["title"] or "") for each in map(json.loads, lines)), strict=True)
    by_hand = tomllib.loads(SORTED.read_text())
    events = {place: number for number, event in enumerate(by_hand["events"]) for place in event}
    undecided = {pair for group in by_hand["undecided"] for pair in combinations(group, 2)}
    truth = {
        (one, other): one in events and events[one] == events.get(other)
        for one, other in combinations(range(len(lines)), 2)
    }
    truth = {pair: one for pair, one in truth.items() if one or pair not in undecided}
    with TemporaryDirectory() as folder:
        put = ingested(lines, Path(folder))
    words = [set(WORD.findall(title.casefold())) for title in titles]

    def half(pair: Pair) -> bool:
        one, other = (words[place] for place in pair)
        return 2 * len(one & other) > max(1, min(len(one), len(other)))

    for name, at in (("events", 0), ("stories", 1)):
        own = [put.get(url, (url, url))[at] for url in urls]
        scored(name, lambda pair, own=own: own[pair[0]] == own[pair[1]], truth)
    scored("half of a headline's words", half, truth)


if __name__ == "__main__":
    main()
