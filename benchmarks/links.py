"""Where the reports of one thing lose each other on a real news day. Needs the day that is not ours to publish.

    .venv/bin/python -m benchmarks.links [--days ../shared/days]

A careful reader has noted which statements of different outlets are reports of one utterance. Counts these links by
whether they are found and, where not, by what is in the way of the two sentences of them that are nearest; then prints
those, the nearest first. A link need not be found by itself: what ties both ends to a third finds it too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import import_module
from itertools import combinations, product
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.scopes import run
from extractors.copies import apart as guards
from extractors.copies.gist import gist
from extractors.copies.meaning import NEAR, NEAR_TRANSLATED, near_enough
from extractors.copies.sameness import SAID_ONCE
from extractors.text.vectors import matrix
from flows.steps.meaning import vectors_of

FARTHER = (0.45, 0.35)
COMPARED = """
SELECT a.url, s.utterance_id, s.speaker, s.start_char, s.end_char, k.speaker, k.said_at, coalesce(k.sentences, [])
FROM statements AS s
JOIN articles AS a USING (article_id)
LEFT JOIN utterance_keys AS k USING (statement_id)
"""


def main() -> None:
    """Print the counts, and the nearest sentences of each link that is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=Path, default=Path("../shared/days"))
    days = parser.parse_args().days.resolve()
    sys.path.insert(0, str(days))
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "talkwatch.toml"
        config.write_text('data_dir = "d"\n' + (days / "rules.toml").read_text(encoding="utf-8"), encoding="utf-8")
        run("ingest", str(days / "talks21.jsonl"), "--config", str(config))
        found = sorted(causes(days, Path(name) / "d"))
    for cause, count in Counter(cause for cause, *_ in found).most_common():
        print(f"{count:>4} {cause}")
    for cause, near, one, other in sorted(found, key=lambda each: (each[0], -each[1])):
        if cause != "found":
            print(f"{cause} | {near:.2f} | {one} | {other}")


def causes(days: Path, data_dir: Path) -> Iterator[tuple[str, float, str, str]]:
    """Yield for each link what has become of it, how near its nearest sentences are, and these."""
    links = list(linked(days, data_dir))
    known = vectors_of(data_dir, {line for link in links for *_, lines in link for line in lines})
    for (one_id, one, one_at, ours), (other_id, other, other_at, theirs) in links:
        if one_id == other_id:
            yield "found", 1.0, "", ""
        elif one != other or not ours or not theirs:
            yield "another speaker, or none that is compared", 0.0, str(one), str(other)
        elif abs(one_at - other_at) > SAID_ONCE:
            yield "another time", 0.0, ours[0], theirs[0]
        else:
            rows = {line: matrix([known[line]])[0] for line in (*ours, *theirs)}
            near, line, against = max((float(rows[a] @ rows[b]), a, b) for a, b in product(ours, theirs))
            yield cause(line, against, near), near, line, against


def cause(one: str, other: str, near: float) -> str:
    """Return what is in the way of two sentences that say one thing."""
    some, others = gist(one), gist(other)
    enough = NEAR if guards.is_one_language(some, others) else NEAR_TRANSLATED
    if near < FARTHER[0]:
        return f"farther than {next((each for each in reversed(FARTHER) if near < each), FARTHER[0])}"
    for guard in (guards.opposed, guards.of_others, guards.apart, guards.replaced):
        if guard(some, others):
            return f"set apart as {guard.__name__}"
    if near < enough:
        return "not near enough"
    return "a name or figure that one has" if near < near_enough(some, others) else "too small a part"


def linked(days: Path, data_dir: Path) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs of statements in different outlets that report one utterance for the reader."""
    judge = import_module("day_eval")
    articles = {each["url"]: each for each in judge.rows(days / "talks21.jsonl")}
    with duckdb.connect(data_dir / "warehouse.duckdb", read_only=True) as warehouse:
        rows = warehouse.execute(COMPARED).fetchall()
    reports = defaultdict(list)
    for said in judge.rows(days / "utterances21.jsonl"):
        for report in said["reports"]:
            reports[report["article"]].append((said["utterance"], said["speaker"], report["start"], report["end"]))
    told: defaultdict[str, dict[int, Any]] = defaultdict(dict)
    for place, (url, utterance_id, speaker, start, end, voice, said_at, lines) in enumerate(rows):
        article = articles[url]
        have = judge.words(article["text"], start, end)
        for utterance, who, begin, stop in reports[article["id"]]:
            want = judge.words(article["text"], begin, stop)
            named = set(judge.plain(speaker)) & set(judge.plain(who)) or judge.last(speaker or "") == judge.last(who)
            if named and have and want and len(want & have) >= 0.6 * min(len(want), len(have)):
                told[utterance][place] = (article["outlet"], (utterance_id, voice, said_at, lines))
    pairs = {pair for places in told.values() for pair in combinations(sorted(places), 2)}
    all_told = {place: each for places in told.values() for place, each in places.items()}
    for one, other in sorted(pairs):
        if all_told[one][0] != all_told[other][0]:
            yield all_told[one][1], all_told[other][1]


if __name__ == "__main__":
    main()
