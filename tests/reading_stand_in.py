"""A reading process that does as each article's text tells it: no language model, every way to go wrong."""

from __future__ import annotations

import os
import time

from extractors.records import Depth
from extractors.speech.skimming import Skimmer
from flows.processes import reading_worker


class StandIn:
    """Reads no further than mentions; some words make it fail."""

    def __init__(self, watchlist):
        """Index the watchlist."""
        self._skimmer = Skimmer(watchlist)

    def read(self, articles):
        """Return the readings, if it comes to that."""
        for article in articles:
            act(article.text)
        return [self._skimmer.reading(self._skimmer.skim(article), Depth.FULL) for article in articles]


def act(text: str) -> None:
    """Do what the text says."""
    if "crash" in text:
        os.abort()
    if "spin" in text:
        while True:
            pass
    if "sleep" in text:
        time.sleep(600)
    if "eat" in text:
        raise MemoryError
    if "secret" in text:
        raise ValueError(text)
    if "once" in text:
        name = text.split("once ", 1)[1]
        if not os.path.exists(name):  # noqa: PTH110 (a word of the text, no path of ours)
            with open(name, "x"):  # noqa: PTH123 (as above)
                os.abort()


def work(pipe: int) -> None:
    """Work as a reading process does, with the stand-in for a reader."""
    reading_worker.Reader = StandIn
    reading_worker.load_model = lambda: None
    reading_worker.work(pipe)
