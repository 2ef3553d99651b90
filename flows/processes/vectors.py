"""Making vectors in a process of its own: the model is loaded where there is something to make, and nowhere else."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from extractors.text import vectors
from extractors.text.vectors import LONGEST, Vector
from flows.processes.pool import Job, Lost, Pool, Task, cores

CHUNK = 16  # sentences that are handed over together
PAYS = 64  # sentences for which it pays to start another process
# Processor seconds for a sentence, thirty times what a long one takes.
_SECONDS = 5.0
_HEADROOM_BYTES = 500_000_000

log = logging.getLogger("talkwatch.vectors")


def prepare() -> Callable[[Sequence[str]], list[Vector]]:
    """Load the model; return what makes vectors with it."""
    made = vectors.load()
    made(["The first."])
    return made


def made_vectors(sentences: Sequence[str]) -> Iterator[tuple[str, Vector]]:
    """Yield each sentence with its vector as they get done; one that takes the model down has none."""
    whole = {sentence[:LONGEST]: sentence for sentence in sentences}
    waiting = deque(list(whole)[start : start + CHUNK] for start in range(0, len(whole), CHUNK))

    def draw() -> Task | None:
        if not waiting:
            return None
        chunk = waiting.popleft()
        return Task(key=chunk, content=chunk, seconds=_SECONDS * len(chunk))

    pool = _pool()
    try:
        for chunk, answer in pool.each(draw, min(cores(), 1 + len(sentences) // PAYS)):
            if not isinstance(answer, Lost):
                yield from ((whole[sentence], vector) for sentence, vector in zip(chunk, answer, strict=True))
            elif len(chunk) > 1:
                waiting.extend([sentence] for sentence in chunk)
            else:
                log.warning("a sentence has no vector: making it %s %s", answer.loss.value, answer.detail)
    finally:
        # What the model is forked from stays for the next batch of this process.
        pool.rest()


@cache
def _pool() -> Pool:
    return Pool(Job(prepare=prepare, headroom_bytes=_HEADROOM_BYTES))
