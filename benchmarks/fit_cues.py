"""Fit what each cue is worth: the log-odds of extractors/cue_weights.json, from annotated news.

    .venv/bin/python benchmarks/fit_cues.py [--quotes ../shared/quotes] [--output extractors/cue_weights.json]

Reads the measuring stick's train part, which is no part of this repository; without it nothing is fitted. What comes
out is numbers, keyed by lemma and by how a cue is used. The same data and model give the same file.
"""

from __future__ import annotations

import argparse
import collections
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import statements as bench

from extractors.officials.watchlist import load_watchlist
from extractors.speech.parsing import ParsedSentence, build_frames, load_model, parsed_sentences
from extractors.speech.proposals import SpeechReport, find_reports
from extractors.speech.quotations import find_quotations
from extractors.speech.reading import Skimmer
from extractors.speech.repairs import parse_rightly
from extractors.speech.reports import features

ABOUT = (
    "Log-odds that a report is speech, fitted by logistic regression (L2) on counts of how each cue is used in "
    "annotated news. Numbers of ours; no text of any article."
)
BATCH = 40  # articles parsed at a time
SEEN = 4  # times a feature must occur
PENALTY = 1.0  # half the inverse variance of a weight
STEPS, STEP = 400, 0.05
LEAST = 0.05  # weights below this say nothing
SAME, ALIKE = 0.8, 0.5  # token F1 of a proposal with an annotated content
UNSURE = 0.3  # share of a proposal that must agree, or it counts as none

Row = tuple[frozenset[str], float]
Words = set[int]


def rows(docs: Sequence[Any]) -> Iterator[Row]:
    """Yield the features of each proposal of the articles, with how far it is annotated speech, from 0 to 1."""
    skimmer = Skimmer(load_watchlist())
    for start in range(0, len(docs), BATCH):
        batch = docs[start : start + BATCH]
        framed = []
        for doc in batch:
            skim = skimmer.skim(bench.unread(doc.id, doc.text))
            found = find_quotations(doc.text)
            framed.append(build_frames(doc.text, skim.paragraphs, skim.sentences, found))
        parsed = parse_rightly(load_model(), (frame for frames in framed for frame in frames))
        for doc, frames in zip(batch, framed, strict=True):
            units = [(set(unit["toks"]), unit) for unit in doc.units if len(unit["toks"]) > 2]  # noqa: PLR2004 - the stick's least
            for frame in frames:
                for sentence in parsed_sentences(frame, next(parsed)):
                    yield from judged(doc, sentence, units)


def judged(doc: Any, sentence: ParsedSentence, units: list[tuple[Words, Any]]) -> Iterator[Row]:
    """Yield the proposals of a sentence with their target; what the stick does not care for is left out."""
    for report in find_reports(sentence):
        spans = [sentence.span(sentence.doc[start], sentence.doc[end - 1]) for start, end in report.ranges]
        pieces = [set(piece) for piece in doc.pieces([(span.start, span.end) for span in spans]) if piece]
        cue = sentence.span(report.head, report.head)
        target = share(pieces, report, set(doc.tokens(cue.start, cue.end)), units)
        if target is not None:
            yield frozenset(features(sentence, report)), target


def share(pieces: list[Words], report: SpeechReport, cue: Words, units: list[tuple[Words, Any]]) -> float | None:
    """Return how far the pieces of a proposal are annotated as speech under its cue; None for "don't care"."""
    if not pieces:
        return None
    asked: Words = set().union(*(words for words, unit in units if unit["speech"]))
    ignored = set().union(*(words for words, unit in units if not unit["speech"])) - asked
    total, unasked = 0.0, False
    for piece in pieces:
        score, unit = max(((overlap(piece, words), unit) for words, unit in units), key=first, default=(0.0, None))
        agrees = unit is not None and (not unit["cue"] or report.head.lower_ in unit["cue"].lower())
        if unit is not None and agrees and unit["speech"] and score >= ALIKE:
            total += 1 if score >= SAME else ALIKE
        elif score >= SAME or len(piece & ignored) * 2 >= len(piece):
            unasked = True
    target = total / len(pieces)
    if target >= UNSURE:
        return target
    inside = cue & asked and any(
        cue <= words and len(words & piece) >= SAME * len(piece)
        for words, unit in units
        if unit["speech"]
        for piece in pieces
    )
    return None if unasked or inside else target


def overlap(one: Words, other: Words) -> float:
    """Return the token F1 of two contents."""
    return 2 * len(one & other) / (len(one) + len(other))


def first(pair: tuple[float, Any]) -> float:
    """Return what is compared."""
    return pair[0]


def fit(found: Sequence[Row]) -> dict[str, float]:
    """Return the weights: logistic regression with a quadratic penalty, by Adam over all rows at once."""
    seen = collections.Counter(feature for present, _ in found for feature in present)
    names = sorted(feature for feature, times in seen.items() if times >= SEEN)
    at = {name: place for place, name in enumerate(names)}
    present = [np.array(sorted(at[each] for each in row if each in at), dtype=int) for row, _ in found]
    lines = np.repeat(np.arange(len(found)), [len(each) for each in present])
    columns = np.concatenate(present)
    target = np.array([each for _, each in found])
    weights, mean, square = (np.zeros(len(names)) for _ in range(3))
    for step in range(1, STEPS + 1):
        odds = np.bincount(lines, weights[columns], len(found))
        error = 1 / (1 + np.exp(-odds)) - target
        slope = np.bincount(columns, error[lines], len(names)) + PENALTY * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        weights -= STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return {name: round(float(weights[at[name]]), 2) for name in names if abs(weights[at[name]]) >= LEAST}


def written(weights: dict[str, float]) -> str:
    """Return the file: one weight a line, so that a change of one is a change of one line."""
    return json.dumps({"about": ABOUT, "weights": weights}, indent=0, ensure_ascii=False) + "\n"


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=Path, default=bench.QUOTES)
    parser.add_argument("--output", type=Path, default=bench.ROOT / "extractors" / "cue_weights.json")
    arguments = parser.parse_args()
    stick = bench.load_stick(arguments.quotes)
    train = arguments.quotes / "train.jsonl.gz"
    if stick is None or not train.exists():
        print(f"nothing fitted: no measuring stick in {arguments.quotes}")
        return
    found = list(rows(stick.load_jsonl(str(train))))
    weights = fit(found)
    arguments.output.write_text(written(weights), "utf-8")
    print(f"{len(found)} proposals, {len(weights)} weights: {arguments.output}")


if __name__ == "__main__":
    main()
