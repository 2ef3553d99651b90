"""Cleaning beside bare trafilatura on the same pages, in one run: python benchmarks/cleaning.py [FOLDER_OF_HTML_GZ]."""

from __future__ import annotations

import gzip
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import trafilatura

from extractors.html.pages import clean_page
from flows.processes.workers import Parse, Workers

ROUNDS = 5
PROCESSES = 2
PAGES = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "pages"


def bare(pages: list[bytes]) -> None:
    """Read text and metadata with trafilatura alone, comments off."""
    for page in pages:
        trafilatura.bare_extraction(page, include_comments=False, with_metadata=True)


def clean(pages: list[bytes]) -> None:
    """Clean in this process."""
    for page in pages:
        clean_page(page)


def seconds(run: Callable[[], object]) -> float:
    """Return what a run takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    """Print pages a second, and the ratios that count: paired in each round, their median over the rounds."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    pages = [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.html.gz"))]
    if not pages:
        sys.exit(f"no *.html.gz in {folder}; name a folder that has some")
    tasks = [Parse(kind="page", body=page) for page in pages]
    with Workers(PROCESSES) as pool:
        pool.parse(tasks)
        bare(pages)
        clean(pages)
        ways = (lambda: bare(pages), lambda: clean(pages), lambda: pool.parse(tasks))
        rounds = [[seconds(way) for way in ways] for _ in range(ROUNDS)]
    names = ("trafilatura", "cleaning", f"{PROCESSES} workers")
    for number, name in enumerate(names):
        spent = statistics.median(one[number] for one in rounds)
        print(f"{name:12} {len(pages) / spent:7.1f} pages/s")
    aims = (0.9, 1.8)
    for (before, after), aim in zip(pairwise(range(3)), aims, strict=True):
        ratio = statistics.median(one[before] / one[after] for one in rounds)
        print(f"{names[after]} / {names[before]}: {ratio:.2f} (aim {aim})")


if __name__ == "__main__":
    main()
