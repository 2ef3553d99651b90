"""Score what is read in Russian and Ukrainian against articles read by hand, and what it costs.

    .venv/bin/python benchmarks/languages.py

Looks for the corpus in ../shared/quotes/languages and for its scorer beside that. Prints for each language the scorer's
lines, milliseconds of CPU an article, and the ratio to splitting the same texts into words with pymorphy3 alone: what
the library costs is 1.0.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pymorphy3

from extractors.officials.watchlist import load_watchlist
from extractors.records import Statement
from extractors.speech.reading import Reader, Unread

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "quotes"
WORD = re.compile(r"\w+")


def predicted(said: Statement) -> dict[str, object]:
    """Return a statement as the scorer wants it."""
    return {
        "speaker": said.speaker,
        "speaker_surface": said.speaker_surface,
        "start": said.span.start,
        "end": said.span.end,
        "spans": [[span.start, span.end] for span in said.spans],
        "stance": said.stance,
    }


def bare(texts: list[str], language: str) -> float:
    """Return CPU seconds for looking every word up, each once, as a cache would have it."""
    analyser = pymorphy3.MorphAnalyzer(lang=language)
    began = time.process_time()
    for word in {word for text in texts for word in WORD.findall(text)}:
        analyser.parse(word)
    return time.process_time() - began


def main() -> None:
    """Read, score and time both languages."""
    if not CORPUS.is_dir():
        raise SystemExit("the corpus of read articles is not beside this checkout")
    reader = Reader(load_watchlist())
    for language in ("ru", "uk"):
        gold = CORPUS / "languages" / f"dev-{language}.jsonl.gz"
        with gzip.open(gold, "rt", encoding="utf-8") as lines:
            rows = {row["doc_id"]: row for row in map(json.loads, lines)}
        texts = {name: row["text"] for name, row in rows.items()}
        days = {name: row["published"] and datetime.fromisoformat(row["published"]) for name, row in rows.items()}
        articles = [
            Unread(article_id=name, title=None, text=text, published_at=days[name], language=language)
            for name, text in texts.items()
        ]
        reader.read_all(articles[:1])
        began = time.process_time()
        readings = reader.read_all(articles)
        spent = time.process_time() - began
        with TemporaryDirectory() as folder:
            path = Path(folder) / "answers.jsonl"
            answers = (
                {"doc_id": name, "statements": [predicted(said) for said in reading.statements]}
                for name, reading in zip(texts, readings, strict=True)
            )
            path.write_text("".join(f"{json.dumps(row)}\n" for row in answers), encoding="utf-8")
            scorer = [sys.executable, str(CORPUS / "lang_eval.py"), "score", "--gold", str(gold), "--pred", str(path)]
            print(language, subprocess.run(scorer, capture_output=True, text=True, check=True).stdout, sep="\n")
        ratio = spent / bare(list(texts.values()), language)
        print(f"{spent / len(texts) * 1000:.0f} ms an article, {ratio:.1f} x the dictionary alone\n")


if __name__ == "__main__":
    main()
