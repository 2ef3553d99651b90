"""Time each stage on the seeds and, where they are, on real feeds and pages, beside the bare library call.

    .venv/bin/python benchmarks/stages.py [--rounds 5]

Prints milliseconds an item, the median of the rounds, and the ratio ours / bare taken round by round in the same run:
1.0 is as fast as the library alone, 2.0 twice as slow. Then, in one process, words read a second beside `nlp.pipe`
alone, and articles a second over a stream in which one in ten is relevant beside parsing them all. Real feeds, pages
and texts are looked for in ../shared/corpus and ../shared/quotes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import itertools
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import feedparser
import trafilatura

from alerts.compiled_rules import compile_rules
from alerts.matching import find_all_matches
from alerts.records import Arrival
from alerts.rules import Rule
from extractors.html.pages import clean_page
from extractors.officials.watchlist import Watchlist, load_watchlist
from extractors.records import Article, Depth, Page, Reading
from extractors.speech.parsing import load_model
from extractors.speech.reading import Gate, Reader, Unread
from extractors.syndication.feeds import parse_feed
from extractors.text.identity import article_id
from flows.demo.servers import render_site
from warehouse import articles
from warehouse.published import publish
from warehouse.records import ReadArticle
from warehouse.store import writing

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
QUOTES = ROOT.parent / "shared" / "quotes" / "dev.jsonl.gz"
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
    unread = as_unread(texts)
    paired(
        "seeds: read an article / nlp.pipe",
        len(texts),
        lambda: reader.read_all(unread),
        lambda: list(model.pipe(texts)),
        rounds,
    )
    return unread, reader.read_all(unread)


def as_unread(texts: Iterable[str]) -> list[Unread]:
    """Return texts as articles of which nothing else is known."""
    return [
        Unread(article_id=f"{n:016x}", title=None, text=text, published_at=NOW, language="en")
        for n, text in enumerate(texts)
    ]


def real_texts() -> list[str]:
    """Return the texts of annotated political news, where they are."""
    if not QUOTES.exists():
        return []
    lines = gzip.decompress(QUOTES.read_bytes()).decode().splitlines()
    return [json.loads(line)["text"] for line in lines]


def real_pages() -> list[str]:
    """Return the texts of real pages in English, where they are."""
    pages = (clean_page(gzip.decompress(path.read_bytes())) for path in sorted((CORPUS / "pages").glob("*.html.gz")))
    return [page.text for page in pages if isinstance(page, Page) and (page.language or "").startswith("en")]


def words_a_second(texts: Sequence[str], watchlist: Watchlist, rounds: int) -> None:
    """Print how many words are read a second, parse included, beside the language model alone."""
    reader, model, unread = Reader(watchlist), load_model(), as_unread(texts)
    words = sum(len(text.split()) for text in texts)
    times = [(cpu(lambda: reader.read_all(unread)), cpu(lambda: list(model.pipe(texts)))) for _ in range(rounds + 1)][
        1:
    ]
    ours, alone = (words / statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(alone_took / took for took, alone_took in times)
    print(f"{words} words: {ours:,.0f} read a second, {alone:,.0f} by nlp.pipe alone; {ratio:.2f} x")


def stream(texts: Sequence[str], watchlist: Watchlist, rounds: int) -> None:
    """Print how many articles of a stream are read a second behind the gate, beside reading them all."""
    gate, reader = Gate(watchlist), Reader(watchlist)
    relevant = [one for one in as_unread(texts) if gate.skim(one).depth is Depth.FULL]
    # As long as the relevant ones, for a parse takes as long as its text is.
    length = round(statistics.mean(len(one.text.split()) for one in relevant))
    whole, made = dull_texts(texts, gate, 9 * len(relevant), length)
    dull = as_unread([*whole, *made])
    relevant = relevant[: len(dull) // 9]
    mix = [one for group in zip(relevant, *[iter(dull)] * 9, strict=False) for one in group]
    times = [(cpu(lambda: gated(gate, reader, mix)), cpu(lambda: reader.read_all(mix))) for _ in range(rounds)]
    ours, all_of_them = (len(mix) / statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(everything / took for took, everything in times)
    print(
        f"{len(mix)} articles, {len(relevant)} of them relevant; of the others {len(whole)} are articles as they are, "
        f"{len(made)} put together from paragraphs of real ones that name nothing watched:"
    )
    print(f"{ours:.1f} articles a second behind the gate, {all_of_them:.1f} when all are parsed; {ratio:.1f} x")


def dull_texts(texts: Sequence[str], gate: Gate, most: int, length: int) -> tuple[list[str], list[str]]:
    """Return texts that the gate leaves unread: articles as they stand, then some made of such paragraphs."""
    whole = [text for text in (*texts, *real_pages()) if is_dull(gate, text)]
    made = (text for text in assembled(paragraphs_of(texts, gate), length) if is_dull(gate, text))
    return whole[:most], list(itertools.islice(made, max(0, most - len(whole))))


def is_dull(gate: Gate, text: str) -> bool:
    """Tell whether the gate leaves a text unread."""
    return gate.skim(as_unread([text])[0]).depth is not Depth.FULL


def paragraphs_of(texts: Sequence[str], gate: Gate) -> list[str]:
    """Return the paragraphs that name nothing watched, by themselves."""
    return [part for text in texts for part in text.split("\n") if part.strip() and is_dull(gate, part)]


def assembled(paragraphs: Sequence[str], length: int) -> Iterator[str]:
    """Yield texts of about so many words, endlessly."""
    parts = itertools.cycle(paragraphs) if paragraphs else iter(())
    while True:
        taken, words = [], 0
        while words < length:
            part = next(parts, None)
            if part is None:
                return
            taken.append(part)
            words += len(part.split())
        yield "\n".join(taken)


def gated(gate: Gate, reader: Reader, mix: Sequence[Unread]) -> list[Reading]:
    """Read what the gate lets through."""
    return reader.finish([gate.skim(one) for one in mix])


def cpu(call: Callable[[], object]) -> float:
    """Return how much processor time a call takes."""
    start = time.process_time()
    call()
    return time.process_time() - start


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
    parser.add_argument("--articles", type=int, default=40, help="real texts to read")
    parser.add_argument("--only", choices=["reading"], help="leave out the other stages")
    arguments = parser.parse_args()
    rounds, watchlist = arguments.rounds, load_watchlist()
    seeds = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    if not arguments.only:
        stages(seeds, watchlist, rounds)
    texts = real_texts()[: arguments.articles] or seeds
    words_a_second(texts, watchlist, rounds)
    stream([*seeds, *texts], watchlist, min(rounds, 3))


def stages(seeds: Sequence[str], watchlist: Watchlist, rounds: int) -> None:
    """Print the table of the stages."""
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
    unread, readings = reading_stages(seeds, watchlist, rounds)
    warehouse_stages(unread, readings, watchlist, rounds)


if __name__ == "__main__":
    main()
