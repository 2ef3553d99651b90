"""Time each stage on the seeds and, where they are, on real feeds and pages, beside the bare library call.

    .venv/bin/python benchmarks/stages.py [--rounds 5]

Prints milliseconds an item, the median of the rounds, and the ratio ours / bare taken round by round in the same run:
1.0 is as fast as the library alone, 2.0 twice as slow. Real feeds and pages are looked for in ../shared/corpus.
"""

from __future__ import annotations

import argparse
import gzip
import io
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import feedparser
import trafilatura

from alerts.matching import find_all_matches
from alerts.records import Arrival, Rule
from alerts.rules import compile_rules
from extractors.feeds import parse_feed
from extractors.identity import article_id
from extractors.nlp import load_model
from extractors.pages import clean_page
from extractors.reading import Reader, Unread
from extractors.records import Article, Reading
from extractors.watchlist import Watchlist, load_watchlist
from flows.demo_site import render_site
from warehouse import articles
from warehouse.publishing import publish
from warehouse.records import ReadArticle
from warehouse.store import writing

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def paired(name: str, items: int, ours: Callable[[], object], bare: Callable[[], object] | None, rounds: int) -> None:
    """Run ours and the bare call in turn and print both with their ratio; the first round warms up."""
    times = [(seconds(ours), seconds(bare) if bare else 0.0) for _ in range(rounds + 1)][1:]
    mine, theirs = (statistics.median(column) * 1000 / items for column in zip(*times, strict=True))
    ratio = f"{statistics.median(a / b for a, b in times):6.2f}" if bare else "     -"
    shown = f"{theirs:9.2f}" if bare else "        -"
    print(f"{name:44}{items:6}{mine:10.2f}{shown}{ratio}")


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def bare_pages(pages: Sequence[bytes]) -> None:
    """Clean pages with trafilatura alone."""
    for page in pages:
        trafilatura.bare_extraction(page, include_comments=False, with_metadata=True)


def feeds_and_pages(name: str, feeds: Sequence[bytes], pages: Sequence[bytes], rounds: int) -> None:
    """Time parsing and cleaning."""
    paired(
        f"{name}: parse a feed / feedparser.parse",
        len(feeds),
        lambda: [parse_feed(feed) for feed in feeds],
        lambda: [feedparser.parse(io.BytesIO(feed)) for feed in feeds],
        rounds,
    )
    paired(
        f"{name}: clean a page / bare_extraction",
        len(pages),
        lambda: [clean_page(page) for page in pages],
        lambda: bare_pages(pages),
        rounds,
    )


def reading_stages(texts: Sequence[str], watchlist: Watchlist, rounds: int) -> tuple[Sequence[Unread], list[Reading]]:
    """Time reading beside the language model alone."""
    reader, model = Reader(watchlist), load_model()
    unread = [
        Unread(article_id=f"{n:016x}", title=None, text=text, published_at=NOW, language="en")
        for n, text in enumerate(texts)
    ]
    paired(
        "seeds: read an article / nlp.pipe",
        len(texts),
        lambda: reader.read(unread),
        lambda: list(model.pipe(texts)),
        rounds,
    )
    return unread, reader.read(unread)


def warehouse_stages(unread: Sequence[Unread], readings: Sequence[Reading], watchlist: Watchlist, rounds: int) -> None:
    """Time matching, recording and publishing."""
    rule = Rule(name="r", keywords=("topic:ceasefire", "Istanbul"), officials=("any",), subscribers=("s",))
    rules = compile_rules([rule], watchlist)
    found = [read_article(one, reading) for one, reading in zip(unread, readings, strict=True)]
    paired(
        "seeds: match an article against a rule",
        len(found),
        lambda: [find_all_matches(rules, one.article, one.reading) for one in found],
        None,
        rounds,
    )
    with TemporaryDirectory() as folder:
        data_dir = Path(folder)
        numbers = iter(range(10**6))

        def record() -> None:
            fresh = [read_article(one, reading, next(numbers)) for one, reading in zip(unread, readings, strict=True)]
            with writing(data_dir) as session:
                articles.save_articles(session, fresh)

        paired("seeds: record an article", len(found), record, None, rounds)
        paired("publish the copy (5 articles more each round)", 1, lambda: (record(), publish(data_dir)), None, rounds)


def read_article(one: Unread, reading: Reading, number: int = 0) -> ReadArticle:
    """Return an article to record, another one for each number."""
    url = f"https://herald.example/{one.article_id}/{number}"
    article = Article(
        article_id=article_id(url),
        url=url,
        outlet="Herald",
        feed_id=None,
        title=None,
        author=None,
        published_at=NOW,
        first_seen_at=NOW,
        language="en",
        text=one.text,
    )
    return ReadArticle(article=article, reading=reading, arrival=Arrival.POLLED)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {rounds} rounds")
    print(f"{'':44}{'items':>6}{'ms each':>10}{'bare ms':>9}{'ratio':>6}")
    site = render_site(ROOT / "seeds", "http://127.0.0.1:1")
    pages = [resource.body for path, resource in site.items() if path != "/rss.xml"]
    feeds_and_pages("seeds", [site["/rss.xml"].body], pages, rounds)
    if CORPUS.is_dir():
        real_feeds = [path.read_bytes() for path in sorted((CORPUS / "feeds").iterdir()) if path.suffix != ".jsonl"]
        real_pages = [gzip.decompress(path.read_bytes()) for path in sorted((CORPUS / "pages").glob("*.html.gz"))]
        feeds_and_pages("corpus", real_feeds, real_pages, rounds)
    else:
        print(f"no real feeds and pages: {CORPUS.name} is not beside this checkout")
    watchlist = load_watchlist()
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    unread, readings = reading_stages(texts, watchlist, rounds)
    warehouse_stages(unread, readings, watchlist, rounds)


if __name__ == "__main__":
    main()
