"""Parsing of hostile bytes in processes of their own: each item has a deadline, each process bounded memory.

What takes too long or too much is unreadable; its process is gone, another takes up the next item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from extractors.records import Feed, Page, Unreadable, UnreadableReason
from extractors.text.dates import clock_of, parse_date
from extractors.text.languages import language_of
from extractors.text.plaintext import clean_text, decode_text
from flows.processes.pool import Job, Loss, Lost, Pool, PoolMaker, Task

if TYPE_CHECKING:
    from extractors.syndication.discovery import AnnouncedFeed
    from extractors.syndication.sitemaps import ChildSitemap

ParseResult = Feed | Page | Unreadable
_DETAILS = {
    Loss.TOO_LONG: "took too long",
    Loss.TOO_MUCH: "took too much memory",
    Loss.CRASHED: "its parser crashed",
}
_FIRST = b"<html lang=en><h1>First</h1><p>1 May 2022</p><p>One went on. Two went on. Three went on.</p></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one item may take: seconds of processor time, and bytes of memory beyond what a fresh process has.

    A page of 1.5 MB takes 50 MB, a feed of 10 MB takes 60.
    """

    seconds: float = 5.0
    headroom_bytes: int = 75_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parse:
    """One body to be parsed: as a feed of a kind, a page, a text file, a sitemap, for its links or its language.

    Times in it that name no zone are of `timezone`, UTC without. `headline` is what a feed calls a page, and `language`
    what its articles are said to be in. It came at time `at`; `links` is the selector of a listing's links.
    """

    kind: Literal["feed", "news", "listing", "telegram", "page", "text", "sitemap", "links", "language"]
    body: bytes
    url: str = ""
    content_type: str | None = None
    timezone: str | None = None
    headline: str | None = None
    language: str | None = None
    links: str | None = None
    at: datetime | None = None


def clean_file(body: bytes, **_: object) -> object:
    """Read a text file, or say that it is none."""
    text = decode_text(body)
    return clean_text(text) if text is not None else Unreadable(reason=UnreadableReason.NOT_TEXT, detail="no text")


def text_language(body: bytes, *, language: str | None, **_: object) -> object:
    """Return the language of a text, None for an uncertain one."""
    return language_of(body.decode(errors="replace"), language)


@cache
def parsers() -> Mapping[str, Callable[..., object]]:
    """Return what parses each kind, loaded where it is done alone: it takes half a second and 15 MB."""
    from extractors.html.pages import clean_page
    from extractors.syndication.discovery import announced_feeds
    from extractors.syndication.feeds import parse_feed
    from extractors.syndication.link_lists import parse_listing
    from extractors.syndication.sitemaps import parse_news, read_sitemap
    from extractors.syndication.telegram import parse_channel

    return {
        "feed": parse_feed,
        "news": parse_news,
        "listing": parse_listing,
        "telegram": parse_channel,
        "page": clean_page,
        "text": clean_file,
        "sitemap": read_sitemap,
        "links": announced_feeds,
        "language": text_language,
    }


# What only some kinds take.
_OWN = {
    "page": ("headline", "language"),
    "language": ("language",),
    "news": ("at",),
    "listing": ("links", "at"),
}


def prepare() -> Callable[[Parse], object]:
    """Load what parsers load when they are first used: that is no item's to pay for, and is shared by all."""
    clean = parsers()["page"]
    clean(_FIRST)
    clean(_FIRST.replace(b" lang=en", b""))
    parse_date("1 mai 2022")
    return parsed


def parsed(task: Parse) -> object:
    """Parse one body."""
    with clock_of(task.timezone):
        own = {name: getattr(task, name) for name in _OWN.get(task.kind, ())}
        return parsers()[task.kind](task.body, url=task.url, content_type=task.content_type, **own)


_TOGETHER = 10  # pages, which take as long to clean as a chunk of articles to read


class Workers:
    """Up to `count` processes, each started when there is something for it to parse. For one thread at a time."""

    def __init__(self, count: int, limits: Limits | None = None, *, make: PoolMaker = Pool) -> None:
        """Start nothing yet."""
        self._count = max(1, count)
        self._limits = limits or Limits()
        self._pool = make(Job(prepare=prepare, headroom_bytes=self._limits.headroom_bytes, together=_TOGETHER))

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the processes."""
        self._pool.end()

    def parse_feed(self, task: Parse) -> Feed | Unreadable:
        """Parse one feed of any kind."""
        answer = self._one(task)
        assert isinstance(answer, Feed | Unreadable)
        return answer

    def clean_page(
        self, body: bytes, *, url: str = "", content_type: str | None = None, language: str | None = None
    ) -> Page | Unreadable:
        """Clean one page, as `extractors.html.pages.clean_page` does."""
        answer = self._one(Parse(kind="page", body=body, url=url, content_type=content_type, language=language))
        assert isinstance(answer, Page | Unreadable)
        return answer

    def read_sitemap(self, task: Parse) -> Feed | tuple[ChildSitemap, ...] | Unreadable:
        """Read one sitemap, as `extractors.syndication.sitemaps.read_sitemap` does."""
        answer: Feed | tuple[ChildSitemap, ...] | Unreadable = self._one(task)
        return answer

    def announced_feeds(self, body: bytes, *, url: str, content_type: str | None) -> tuple[AnnouncedFeed, ...]:
        """Find the feeds that a page names, as `extractors.syndication.discovery` does; none in a hostile one."""
        answer = self._one(Parse(kind="links", body=body, url=url, content_type=content_type))
        return () if isinstance(answer, Unreadable) else answer

    def language_of(self, text: str, declared: str | None = None) -> str | None:
        """Return the language of a text: who tells languages apart takes 70 MB, which they share."""
        answer = self._one(Parse(kind="language", body=text.encode(errors="replace"), language=declared))
        return None if isinstance(answer, Unreadable) else answer

    def _one(self, task: Parse) -> Any:
        (answer,) = self.parse([task])
        return answer

    def parse(self, tasks: Iterable[Parse]) -> list[ParseResult]:
        """Parse all tasks on all processes; the answers come in the order of the tasks."""
        return list(self.in_order(tasks))

    def in_order(self, tasks: Iterable[Parse | ParseResult]) -> Iterator[ParseResult]:
        """Yield the answers in the order of the tasks; what is an answer already takes its place among them.

        Tasks are drawn when there is room for them.
        """
        ready: dict[int, ParseResult] = {}
        due = 0
        given = (
            Task(key=place, content=task, seconds=self._limits.seconds) for place, task in _unanswered(tasks, ready)
        )
        for place, answer in self._pool.each(lambda: next(given, None), self._count):
            ready[place] = unreadable(answer) if isinstance(answer, Lost) else answer
            while due in ready:
                yield ready.pop(due)
                due += 1
        yield from (ready[place] for place in sorted(ready))


def _unanswered(tasks: Iterable[Parse | ParseResult], ready: dict[int, ParseResult]) -> Iterator[tuple[int, Parse]]:
    """Yield what is to be parsed, with its place; answers are put where they are ready."""
    for place, task in enumerate(tasks):
        if isinstance(task, Parse):
            yield place, task
        else:
            ready[place] = task


def unreadable(lost: Lost) -> Unreadable:
    """Say of content why there is nothing of it."""
    return Unreadable(reason=UnreadableReason.BROKEN, detail=_DETAILS[lost.loss])
