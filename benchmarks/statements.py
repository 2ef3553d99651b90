"""Score who said what beside the rivals, and time it beside the language model alone.

    .venv/bin/python benchmarks/statements.py [--quotes ../shared/quotes] [--articles 40]

Needs the measuring stick (quotes_eval.py with its gold), which is no part of this repository; without it only the speed
on the seeds is printed. Scores are percentages, by the stick's own rules.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import statistics
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from extractors.officials.watchlist import load_watchlist
from extractors.records import Reading
from extractors.speech.parsing import load_model
from extractors.speech.reading import Reader, Unread

ROOT = Path(__file__).resolve().parent.parent
QUOTES = ROOT.parent / "shared" / "quotes"
# Span F1, exact, joint span + speaker F1, recall direct, mixed, indirect; on the test part of the same corpus.
RIVALS = {
    "regular expressions": (55.9, 49.7, 39.9, 95, 23, 11),
    "textacy 0.13, by paragraph": (45.5, 41.6, 44.1, 82, 15, 0),
    "Guardian / JournalismAI": (38.9, 37.9, 33.3, 68, 3, 0),
    "Gender Gap Tracker": (66.7, 62.5, 57.2, 83, 41, 45),
    "BBC Citron, retrained": (66.1, 59.8, 63.0, 73, 54, 43),
    "one person against another": (90.5, 86.2, 89.1, 98, 90, 82),
}
NEAR = 12  # characters: quotation marks and a leading "that"
KINDS = ("direct", "mixed", "indirect")


def unread(doc_id: str, text: str) -> Unread:
    """Return a text as an article of which nothing else is known."""
    return Unread(article_id=doc_id, title=None, text=text, published_at=None, language="en")


def printed(reading: Reading) -> list[dict[str, Any]]:
    """Return the statements in the form that `talkwatch extract` prints."""
    return [
        {
            "speaker": each.speaker,
            "speaker_surface": each.speaker_surface,
            "cue": each.cue,
            "kind": each.kind.value,
            "text": each.text,
            "start": each.span.start,
            "end": each.span.end,
            "spans": [[part.start, part.end] for part in each.spans],
            "stance": each.stance,
            "topics": list(each.topics),
        }
        for each in reading.statements
    ]


def load_stick(folder: Path) -> ModuleType | None:
    """Load quotes_eval.py from its folder, if it is there."""
    path = folder / "quotes_eval.py"
    spec = importlib.util.spec_from_file_location("quotes_eval", path) if path.exists() else None
    if spec is None or spec.loader is None:
        return None
    stick = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stick)
    return stick


def score(stick: ModuleType, docs: list[Any], found: dict[str, list[dict[str, Any]]], view: str) -> dict[str, Any]:
    """Return the stick's table for one view."""
    total = stick.Counts()
    for doc in docs:
        total.update(stick.score_doc(doc, found[doc.id], view))
    table: dict[str, Any] = stick.table(total)
    table["outside"] = total["outside_body"]
    return table


def show_scores(stick: ModuleType, reader: Reader, folder: Path) -> None:
    """Print our figures on dev and on the seeds, with the rivals' under them."""
    parts = {
        "dev": stick.load_jsonl(str(folder / "dev.jsonl.gz")),
        "seeds": stick.load_seeds(str(ROOT / "seeds"), str(folder / "seeds_gold.jsonl")),
    }
    print(f"{'':34}{'span':>7}{'exact':>7}{'joint':>7}" + "".join(f"{kind:>10}" for kind in KINDS))
    for name, docs in parts.items():
        readings = reader.read_all([unread(doc.id, doc.text) for doc in docs])
        found = {doc.id: printed(reading) for doc, reading in zip(docs, readings, strict=True)}
        for view in ("speech", "quoted"):
            show_row(f"ours, {name}, {view}", score(stick, docs, found, view))
        if name == "seeds":
            table = score(stick, docs, found, "speech")
            print(f"  joint-resolved {table['joint_resolved'][2]:.1f}, outside the body {table['outside']}")
            show_stances(folder, found)
    for name, figures in RIVALS.items():
        print(f"{name:34}" + "".join(f"{each:7.1f}" for each in figures[:3]) + "".join(f"{n:10}" for n in figures[3:]))


def show_row(name: str, table: dict[str, Any]) -> None:
    """Print one line of scores."""
    f1 = "".join(f"{table[key][2]:7.1f}" for key in ("partial", "exact", "joint"))
    print(f"{name:34}{f1}" + "".join(f"{table['recall_by_kind'][kind][0]:10.1f}" for kind in KINDS))


def show_stances(folder: Path, found: dict[str, list[dict[str, Any]]]) -> None:
    """Print how far stance and topics agree with one annotator's, and the confusions."""
    pairs = list(matched(folder, found))
    same = sum(gold["stance"] == ours["stance"] for gold, ours in pairs)
    # "other" is the annotator's word for none of the topics.
    about = [({*gold["topics"]} - {"other"}, {*ours["topics"]}) for gold, ours in pairs]
    meets = sum(bool(gold & ours) or gold == ours for gold, ours in about)
    print(
        f"  {len(pairs)} statements: stance agrees {same / len(pairs):.0%}, a topic in common {meets / len(pairs):.0%}"
    )
    wrong = collections.Counter((str(gold["stance"]), ours["stance"]) for gold, ours in pairs)
    for (gold_stance, ours), times in wrong.most_common():
        if gold_stance != ours:
            print(f"    {times:3} annotated {gold_stance}, read as {ours}")


def matched(folder: Path, found: dict[str, list[dict[str, Any]]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return annotated statements of tier 1 with ours at the same place, give or take a few characters."""
    pairs = []
    for line in (folder / "seeds_gold.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        for gold in (each for each in row["statements"] if each.get("tier", 1) == 1):
            near = (ours for ours in found[row["file"]] if distance(ours, gold) < NEAR)
            ours = next(near, None)
            if ours is not None:
                pairs.append((gold, ours))
    return pairs


def distance(one: dict[str, Any], other: dict[str, Any]) -> int:
    """Return by how many characters two statements differ in their ends."""
    return int(abs(one["start"] - other["start"]) + abs(one["end"] - other["end"]))


def show_speed(reader: Reader, texts: list[str], rounds: int) -> None:
    """Print words a second beside the language model alone, each in turn in one process."""
    nlp = load_model()
    words = sum(len(text.split()) for text in texts)
    articles = [unread(str(at), text) for at, text in enumerate(texts)]
    times = []
    for _ in range(rounds + 1):
        start = time.process_time()
        list(nlp.pipe(texts, batch_size=32))
        alone = time.process_time() - start
        reader.read_all(articles)
        times.append((alone, time.process_time() - start - alone))
    alone, ours = (statistics.median(column) for column in zip(*times[1:], strict=True))
    ratio = statistics.median(one / other for one, other in times[1:])
    print(f"{words} words: ours {words / ours:,.0f} a second, nlp.pipe alone {words / alone:,.0f}, ratio {ratio:.2f}")


def main() -> None:
    """Score and time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", type=Path, default=QUOTES)
    parser.add_argument("--articles", type=int, default=40, help="articles to time")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    reader = Reader(load_watchlist())
    stick = load_stick(arguments.quotes)
    texts = [path.read_bytes().decode() for path in sorted((ROOT / "seeds").glob("*.txt"))]
    if stick is None:
        print(f"no measuring stick in {arguments.quotes}: speed only")
    else:
        show_scores(stick, reader, arguments.quotes)
        texts = [doc.text for doc in stick.load_jsonl(str(arguments.quotes / "dev.jsonl.gz"))]
    show_speed(reader, texts[: arguments.articles], arguments.rounds)


if __name__ == "__main__":
    main()
