"""A reading process that does as each article's text tells it: no language model, every way to go wrong."""

from __future__ import annotations

import os
import time

from extractors.records import Depth


class StandIn:
    """Reads no further than mentions; some words make it fail."""

    def __init__(self, watchlist):
        """Take the watchlist, and use it for nothing."""

    def finish(self, skims):
        """Return the readings, if it comes to that."""
        for skim in skims:
            act(skim.article.text)
        return [skim.as_reading(Depth.FULL) for skim in skims]


def act(text: str) -> None:
    """Do what the text says."""
    if "crash" in text:
        os.abort()
    if "spin" in text:
        while True:
            pass
    if "sleep" in text:
        time.sleep(600)
    if "wait" in text:
        with open(text.split("wait ", 1)[1]) as gate:  # noqa: PTH123 (a word of the text, no path of ours)
            gate.read()
    if "eat" in text:
        raise MemoryError
    if "secret" in text:
        raise ValueError(text)
    if "once" in text:
        name = text.split("once ", 1)[1]
        if not os.path.exists(name):  # noqa: PTH110 (a word of the text, no path of ours)
            with open(name, "x"):  # noqa: PTH123 (as above)
                os.abort()


def prepare(watchlist, _tagging):
    """Prepare as a reading process does, with the stand-in for a reader."""
    return StandIn(watchlist).finish


def never_ready(_watchlist, _tagging):
    """Prepare for ever."""
    time.sleep(600)
