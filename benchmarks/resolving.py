"""Measure how often each rule names the right speaker, beside what extractors.speech.parties.CERTAINTY says.

    .venv/bin/python benchmarks/resolving.py [--quotes ../shared/quotes] [--articles 840] [--held 60] [--dev]

The mention is judged on the annotated train part (is it the phrase the annotators chose?), the name on the seeds (is it
the person meant?). Only statements whose words are right are counted. Then what `confidence` is worth, on the articles
that are `held` out of the tagger's training, the last ones, and with --dev on those kept for checking: of statements
that name somebody, how many of each confidence have the annotators' phrase. Where these took a verb for the source ("X,
said Y": said) nothing is asked.
"""

from __future__ import annotations

import argparse
import collections
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import statements as bench

from extractors.officials.watchlist import load_watchlist
from extractors.records import Reading, Statement
from extractors.speech.parties import CERTAINTY, Resolution
from extractors.speech.reading import Reader

ALIKE = 0.8  # token F1 of words that are right
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
SURE = 0.8


def pairs(doc: Any, reading: Reading) -> Iterator[tuple[Statement, Any]]:
    """Yield each statement with the annotated one of the same words, where that has a source."""
    units = [(set(unit["toks"]), unit) for unit in doc.units if unit["speech"] and unit["source"]]
    for statement in reading.statements:
        for piece in doc.pieces([(span.start, span.end) for span in statement.spans]):
            words = set(piece)
            for other, unit in units:
                if 2 * len(words & other) >= ALIKE * (len(words) + len(other)):
                    yield statement, unit


def is_mention(stick: ModuleType, statement: Statement, unit: dict[str, Any]) -> bool:
    """Tell whether the phrase that names the speaker is the annotated one."""
    return unit["source"].lower() in {"who", "which", "that"} or bool(
        stick.heads(statement.speaker_surface) & stick.heads(unit["source"])
    )


def is_name(stick: ModuleType, statement: Statement, unit: dict[str, Any]) -> bool | None:
    """Tell whether the speaker is the annotated one; None where the annotation names nobody."""
    if not unit["canonical"]:
        return None
    return bool(stick.heads(statement.speaker or "") & stick.heads(unit["canonical"]))


def judged(reader: Reader, docs: list[Any]) -> Iterator[tuple[Statement, Any]]:
    """Yield all pairs of the articles."""
    readings = reader.read_all([bench.unread(doc.id, doc.text) for doc in docs])
    for doc, reading in zip(docs, readings, strict=True):
        yield from pairs(doc, reading)


def is_slip(stick: ModuleType, unit: dict[str, Any]) -> bool:
    """Tell a source that is a verb, which is a slip of the annotators: they took it for the cue, and the cue for it."""
    return " " not in unit["source"] and bool(stick.form_of_speech(unit["source"]))


def show_confidence(stick: ModuleType, name: str, found: list[tuple[Statement, Any]]) -> None:
    """Print what each confidence is worth, where somebody is named."""
    known = [(each, unit) for each, unit in found if each.speaker is not None and each.resolved_by != Resolution.NONE]
    asked = [
        (each.confidence or 0.0, is_mention(stick, each, unit)) for each, unit in known if not is_slip(stick, unit)
    ]
    for low, high in pairwise(BINS):
        print(f"{name}, {low:.2f} to {min(high, 1):.2f}: {share([right for at, right in asked if low <= at < high])}")
    sure = [right for at, right in asked if at >= SURE]
    print(f"{name}, another's at {SURE} and above: {sure.count(False)} of {len(sure)}, {len(known) - len(asked)} slips")


def main() -> None:
    """Print a line a rule, and what confidence is worth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=Path, default=bench.QUOTES)
    parser.add_argument("--articles", type=int, default=840)
    parser.add_argument("--held", type=int, default=60)
    parser.add_argument("--dev", action="store_true")
    arguments = parser.parse_args()
    stick = bench.load_stick(arguments.quotes)
    if stick is None:
        print(f"nothing measured: no measuring stick in {arguments.quotes}")
        return
    reader = Reader(load_watchlist())
    whole = stick.load_jsonl(str(arguments.quotes / "train.jsonl.gz"))
    train = whole[: arguments.articles]
    seeds = stick.load_seeds(str(bench.ROOT / "seeds"), str(arguments.quotes / "seeds_gold.jsonl"))
    mentions, names = (collections.defaultdict[str, list[bool]](list) for _ in range(2))
    for statement, unit in judged(reader, train):
        mentions[str(statement.resolved_by)].append(is_mention(stick, statement, unit))
    for statement, unit in judged(reader, seeds):
        right = is_name(stick, statement, unit)
        if right is not None:
            names[str(statement.resolved_by)].append(right)
    print(f"{'':12}{'mention':>16}{'name, seeds':>16}{'stated':>8}")
    for rule in Resolution:
        print(f"{rule:12}{share(mentions[rule]):>16}{share(names[rule]):>16}{CERTAINTY[rule]:8.2f}")
    show_confidence(stick, "held out", list(judged(reader, whole[len(whole) - arguments.held :])))
    if arguments.dev:
        show_confidence(stick, "dev", list(judged(reader, stick.load_jsonl(str(arguments.quotes / "dev.jsonl.gz")))))


def share(found: list[bool]) -> str:
    """Return the share that is right, and of how many."""
    return f"{sum(found) / len(found):.3f} of {len(found)}" if found else "-"


if __name__ == "__main__":
    main()
