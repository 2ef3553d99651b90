"""Reading in processes of their own: they share the language model, and each article has a deadline.

What takes too long, or takes its process down, costs that article its statements and never the pass.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from extractors.officials.watchlist import Watchlist
from extractors.records import Depth, Reading
from extractors.speech.parsing import load_model
from extractors.speech.reading import LONGEST_READ, Reader, Skim, Skimmer, Unread, extractor_version
from extractors.speech.tagging import load_tagger
from flows.processes.pool import Job, Loss, Lost, Pool, PoolMaker, Task, cores

# Characters that are handed over together, a second's work; more at once are read no faster.
CHUNK = 10_000
TOGETHER = 3  # chunks that go in one parcel to another machine
# Processor seconds for a chunk, ten times what it takes on a slow machine.
_LEAST_SECONDS = 30.0
_PARSED_A_SECOND = 2_000
_SEEN_A_SECOND = 50_000
# Beyond the model's own: an article of 200,000 characters takes 240 MB.
_HEADROOM_BYTES = 1_500_000_000
_DEPTHS = {
    Loss.TOO_LONG: Depth.TOOK_TOO_LONG,
    Loss.TOO_MUCH: Depth.TOOK_TOO_MUCH,
    Loss.CRASHED: Depth.CRASHED,
}

log = logging.getLogger("talkwatch.read")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """Skims that are read together, with their places among all; `again` when it is one that failed before."""

    places: tuple[int, ...]
    skims: tuple[Skim, ...]
    again: bool = False

    @property
    def seconds(self) -> float:
        """Return how much processor time it may take."""
        parsed = sum(min(len(skim.article.text), LONGEST_READ) for skim in self.skims)
        whole = sum(len(skim.article.text) for skim in self.skims)
        return _LEAST_SECONDS + parsed / _PARSED_A_SECOND + whole / _SEEN_A_SECOND


def prepare(watchlist: Watchlist, tagging: bool) -> Callable[[Sequence[Skim]], list[Reading]]:
    """Load the language model, and the tagger where there is one; return what finishes skims with them."""
    load_model()
    if tagging and load_tagger() is None:
        log.warning("the tagger's files are missing from this installation: statements are found by rules alone")
    return Reader(watchlist).finish


class Readers:
    """Up to `count` processes that read with one watchlist, each started when there is something for it to read.

    For one thread at a time. They live until `end`, or as long as this object.
    """

    def __init__(
        self, watchlist: Watchlist, count: int | None = None, *, tagging: bool = True, make: PoolMaker = Pool
    ) -> None:
        """Start nothing yet; `count` is by default one for each core. Without `tagging` the rules read alone."""
        self._watchlist, self._tagging = watchlist, tagging
        self._count = count or cores()
        self._make = make
        self._pool = make(
            Job(prepare=prepare, given=(watchlist, tagging), headroom_bytes=_HEADROOM_BYTES, together=TOGETHER)
        )

    @property
    def version(self) -> str:
        """Name all that a reading depends on."""
        return extractor_version(self._watchlist, tagging=self._tagging)

    @cached_property
    def _skimmer(self) -> Skimmer:
        return Skimmer(self._watchlist, tagging=self._tagging)

    def read(self, articles: Sequence[Unread]) -> list[Reading]:
        """Return the readings of the articles, in their order, as `extractors.speech.reading.Reader` gives them."""
        readings = dict(self.each(map(self._skimmer.skim, articles)))
        return [readings[place] for place in range(len(articles))]

    def each(self, skims: Iterable[Skim]) -> Iterator[tuple[int, Reading]]:
        """Yield each article's place and reading as they get done; one that can't be read has its reason as `depth`.

        Skims are drawn as processes have room for them: what makes them works while others are being read.
        """
        done: list[tuple[int, Reading]] = []
        chunks = _chunks(self._worth(skims, done))
        again: deque[_Chunk] = deque()

        def draw() -> Task | None:
            chunk = again.popleft() if again else next(chunks, None)
            return Task(key=chunk, content=chunk.skims, seconds=chunk.seconds) if chunk else None

        for chunk, answer in self._pool.each(draw, self._count):
            if not isinstance(answer, Lost):
                done += zip(chunk.places, answer, strict=True)
            elif _may_do_better(chunk, answer):
                again.extend(_one_by_one(chunk))
            else:
                done += _lost(chunk, answer)
            yield from done
            done.clear()
        yield from done
        # What they wrote to is theirs alone; the model is kept where they come from.
        self._pool.rest()

    def _worth(self, skims: Iterable[Skim], done: list[tuple[int, Reading]]) -> Iterator[tuple[int, Skim]]:
        """Yield what is worth reading on, with its place; what is not is put where it is done."""
        for place, skim in enumerate(skims):
            if skim.depth is Depth.FULL:
                self._pool.begin()
                yield place, skim
            else:
                done.append((place, skim.as_reading(skim.depth)))

    def read_with(self, watchlist: Watchlist, *, tagging: bool, make: PoolMaker = Pool) -> bool:
        """Tell whether they read with this version of the watchlist, with the tagger or without, and in such a pool."""
        return (self._watchlist.version, self._tagging, self._make) == (watchlist.version, tagging, make)

    def end(self) -> None:
        """End the processes; the next article starts others."""
        self._pool.end()


def _chunks(skims: Iterable[tuple[int, Skim]]) -> Iterator[_Chunk]:
    """Yield neighbours together, as many as make a chunk, with their places."""
    places: list[int] = []
    taken: list[Skim] = []
    length = 0
    for place, skim in skims:
        places.append(place)
        taken.append(skim)
        length += len(skim.article.text)
        if length >= CHUNK:
            yield _Chunk(places=tuple(places), skims=tuple(taken))
            places, taken, length = [], [], 0
    if places:
        yield _Chunk(places=tuple(places), skims=tuple(taken))


def _lost(chunk: _Chunk, lost: Lost) -> Iterator[tuple[int, Reading]]:
    depth = _DEPTHS[lost.loss]
    for place, skim in zip(chunk.places, chunk.skims, strict=True):
        log.warning("article %s %s %s", skim.article.article_id, depth.replace("_", " "), lost.detail)
        yield place, skim.as_reading(depth)


def _may_do_better(chunk: _Chunk, lost: Lost) -> bool:
    """Tell whether to try again, one by one: one that took too long alone would do so again."""
    return not chunk.again and (len(chunk.skims) > 1 or lost.loss is not Loss.TOO_LONG)


def _one_by_one(chunk: _Chunk) -> Iterator[_Chunk]:
    for place, skim in zip(chunk.places, chunk.skims, strict=True):
        yield _Chunk(places=(place,), skims=(skim,), again=True)


_shared: list[Readers] = []


def readers_for(watchlist: Watchlist, *, tagging: bool, make: PoolMaker = Pool) -> Readers:
    """Return this process's readers for a watchlist: the model stays loaded from one pass to the next."""
    if not _shared or not _shared[0].read_with(watchlist, tagging=tagging, make=make):
        for readers in _shared:
            readers.end()
        _shared[:] = [Readers(watchlist, tagging=tagging, make=make)]
    return _shared[0]
