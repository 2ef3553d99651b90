"""Fit whom pronouns and descriptions mean: the weights of extractors/resolver_weights.json.

    .venv/bin/python benchmarks/train_resolver.py [--corpus ../shared/coref/gum.jsonl.gz] [--quotes ../shared/quotes]

Reads texts of the GUM corpus in which every mention of a thing is marked, and news of which gender alone tells who is
meant: where a "she" has one woman before it among men she is meant, and the weights are to find her without knowing
it. Neither is part of this repository; without them nothing is fitted. What comes out is numbers, one a feature. Prints
how often the likeliest was meant in the texts of each fold, by weights from the others, and what a likelihood is worth.
The same data and model give the same file.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import statements as bench
from numpy.typing import NDArray

from extractors.officials.watchlist import load_watchlist
from extractors.speech.antecedents import WEIGHTS, Antecedent, Fit, Phrase, Scene, features
from extractors.speech.entities import find_entities
from extractors.speech.lexicon import is_role
from extractors.speech.parsing import ParsedSentence, build_frames, load_model, parsed_sentences
from extractors.speech.parties import NOBODY, Background, Party
from extractors.speech.quotations import find_quotations
from extractors.speech.reading import Skimmer
from extractors.speech.repairs import parse_rightly
from extractors.speech.speakers import Cast

CORPUS = bench.ROOT.parent / "shared" / "coref" / "gum.jsonl.gz"
ABOUT = (
    "What counts for whom a pronoun or a description means: log-odds, fitted by softmax regression (L2) on the GUM "
    "corpus, in which annotators say who is who. Numbers of ours; no text of any article."
)
PENALTY = 2.0  # inverse variance of a weight
STEPS, STEP = 600, 0.05
LEAST = 0.02  # weights below this say nothing
SEEN = 3  # choices in which a feature must occur
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is weighed of each who may be meant, and which of them is."""

    source: str
    kind: str
    rows: Sequence[Sequence[str]]
    right: int


class Told(Scene):
    """A stage that is told who is who, and notes between whom there was to choose."""

    def __init__(self, things: Mapping[int, int]) -> None:
        """Take what is mentioned at each place of a text."""
        super().__init__()
        self._things = things
        self.choices: list[Choice] = []

    def meant(self, phrase: Phrase, fit: Fit) -> list[Party]:
        """Return who is meant; nobody where he has not been named, or nobody says who."""
        candidates = self.candidates(phrase, fit)
        thing = self._things.get(phrase.place)
        right = next((at for at, each in enumerate(candidates) if thing is not None and self._is(each, thing)), None)
        if thing is not None and (right is not None or phrase.kind == "noun"):
            rows = list(features(phrase, candidates))
            if len(rows) > 1:
                self.choices.append(Choice("GUM", phrase.kind, rows, len(rows) - 1 if right is None else right))
        if right is None:
            return [NOBODY]
        return [replace(candidates[right].appearances[0].party, likelihood=1.0)]

    def _is(self, candidate: Antecedent, thing: int) -> bool:
        named = (self._things.get(each.place) for each in candidate.appearances)
        return next((each for each in named if each is not None), None) == thing


class Gendered(Scene):
    """A stage on which gender alone tells who is meant, and which notes among whom one would choose without it."""

    def __init__(self) -> None:
        """Begin with nobody."""
        super().__init__()
        self.choices: list[Choice] = []

    def meant(self, phrase: Phrase, fit: Fit) -> list[Party]:
        """Return the only one whose gender fits, else whoever the weights so far would have."""
        able = self.candidates(phrase, fit)
        if phrase.kind != "he" or len(able) != 1 or able[0].fit != "known":
            return super().meant(phrase, fit)
        people = self.candidates(phrase, lambda one: "known" if one.is_person and not one.is_many else None)
        names = [each.appearances[0].party.name for each in people]
        meant = able[0].appearances[0].party
        if len(people) > 1:
            self.choices.append(Choice("news", phrase.kind, list(features(phrase, people)), names.index(meant.name)))
        return [replace(meant, likelihood=1.0)]


def things_of(doc: dict[str, Any]) -> dict[int, int]:
    """Return the thing that is mentioned by each head, by where that begins in the text."""
    found: dict[int, tuple[int, int]] = {}
    for each in doc["mentions"]:
        length = each["last"] - each["first"]
        heads = [each["first"] + int(at) - 1 for at in str(each["min"]).split(",")]
        for place in {doc["tokens"][head][0] for head in heads}:
            found[place] = min(found.get(place, (length, each["id"])), (length, each["id"]))
    return {place: thing for place, (_, thing) in found.items()}


def follow(texts: Sequence[tuple[str, Told | Gendered]]) -> None:
    """Let all who appear in some texts appear on their stages."""
    watchlist = load_watchlist()
    skimmer, known = Skimmer(watchlist), Background.of(watchlist)
    for text, stage in texts:
        skim = skimmer.skim(bench.unread("", text))
        frames = build_frames(text, skim.paragraphs, skim.sentences, find_quotations(text))
        parsed = list(zip(frames, parse_rightly(load_model(), frames), strict=True))
        found = (*skim.mentions, *find_entities(text, parsed, skim.mentions))
        cast = Cast(text, sorted(found, key=lambda each: each.span), known, stage)
        for sentence in (each for frame, doc in parsed for each in parsed_sentences(frame, doc)):
            cast.follow(sentence)
            if isinstance(stage, Told):
                ask(cast, sentence)


def ask(cast: Cast, sentence: ParsedSentence) -> None:
    """Ask for the people a sentence describes, whatever they do in it: there are too few subjects."""
    for token in sentence:
        if token.pos_ == "NOUN" and is_role(token.lemma_.lower()) and token.dep_ not in {"appos", "attr", "compound"}:
            cast.speaker(sentence, token)


def fit(found: Sequence[Choice]) -> dict[str, float]:
    """Return the weights under which the right ones are likeliest."""
    seen = collections.Counter(name for each in found for name in {name for row in each.rows for name in row})
    names = sorted(name for name, times in seen.items() if times >= SEEN)
    at = {name: place for place, name in enumerate(names)}
    rows = [
        (number, row, each.right == place) for number, each in enumerate(found) for place, row in enumerate(each.rows)
    ]
    lines = np.array([line for line, (_, row, _) in enumerate(rows) for name in row if name in at])
    columns = np.array([at[name] for _, row, _ in rows for name in row if name in at])
    groups = np.array([number for number, _, _ in rows])
    target = np.array([float(right) for _, _, right in rows])
    weights, mean, square = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, STEPS + 1):
        odds = np.exp(np.bincount(lines, weights[columns], len(rows)))
        error = odds / np.bincount(groups, odds)[groups] - target
        slope = np.bincount(columns, error[lines], len(names)) + PENALTY * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        weights -= STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return {name: round(float(weights[at[name]]), 2) for name in names if abs(weights[at[name]]) >= LEAST}


def judged(choice: Choice, weights: Mapping[str, float]) -> tuple[float, bool]:
    """Return how likely the likeliest is by some weights, and whether he is the right one."""
    odds: NDArray[np.float64] = np.exp([sum(weights.get(name, 0.0) for name in row) for row in choice.rows])
    best = int(odds.argmax())
    return float(odds[best] / odds.sum()), best == choice.right


def show(found: Sequence[Sequence[Choice]], folds: int) -> None:
    """Print how often the likeliest is right in texts that the weights were not fitted on, by kind and likelihood."""
    results: list[tuple[Choice, float, bool]] = []
    for fold in range(folds):
        weights = fit([each for at, text in enumerate(found) if at % folds != fold for each in text])
        results += [(each, *judged(each, weights)) for text in found[fold::folds] for each in text]
    for kind in sorted({(each.source, each.kind) for each, _, _ in results}):
        own = [(each, right) for each, _, right in results if (each.source, each.kind) == kind]
        last = ["subject 0" in each.rows[each.right] for each, _ in own]
        print(f"{' '.join(kind):10} {share([right for _, right in own])}; the last subject: {share(last)}")
    for low, high in pairwise(BINS):
        inside = [right for _, likely, right in results if low <= likely < high]
        print(f"likely {low:.2f} to {min(high, 1):.2f}: {share(inside)}")


def share(rights: Sequence[bool]) -> str:
    """Return how many of how many are right."""
    return f"{sum(rights)} of {len(rights)} right, {sum(rights) / max(1, len(rights)):.1%}"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the records of a zipped file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--quotes", type=Path, default=bench.QUOTES)
    parser.add_argument("--articles", type=int, default=840)
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--output", type=Path, default=bench.ROOT / "extractors" / WEIGHTS)
    arguments = parser.parse_args()
    news = arguments.quotes / "train.jsonl.gz"
    if not (arguments.corpus.exists() and news.exists()):
        print(f"nothing fitted: no {arguments.corpus} or no {news}")
        return
    texts: list[tuple[str, Told | Gendered]] = [
        (doc["text"], Told(things_of(doc))) for doc in lines_of(arguments.corpus)
    ]
    texts += [(doc["text"], Gendered()) for doc in lines_of(news)[: arguments.articles]]
    follow(texts)
    found = [stage.choices for _, stage in texts]
    show(found, arguments.folds)
    weights = fit([each for text in found for each in text])
    arguments.output.write_text(json.dumps({"about": ABOUT, "weights": weights}, indent=0) + "\n", "utf-8")
    print(f"{sum(map(len, found))} choices, {len(weights)} weights: {arguments.output}")


if __name__ == "__main__":
    main()
