"""Time the parts of one pass over many feeds, with many rules and subscribers, over real HTTP on this machine.

    .venv/bin/python -m benchmarks.parts [--feeds 50] [--items 4] [--rules 200] [--subscribers 20]
    .venv/bin/python -m benchmarks.parts --feeds 500 --items 20 --rules 2000 --subscribers 200

Of the articles one in ten is such as rules watch. Prints for each part seconds by the clock and of the first process's
own main thread, neither with what a part within it takes; what processes beside it took stands below. Whoever waits
for answers, or for workers, takes time by the clock alone.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import random
import resource
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from alerts.records import Scope
from benchmarks.matching import phrases_of
from benchmarks.passes import NOW, outlet, processor_seconds, tree_of
from extractors.officials.watchlist import load_watchlist
from flows.config.settings import load_settings
from flows.setup import prepared
from flows.steps.passes import run_pass

PARTS = {
    "fetch": ("flows.web.stream:Stream.batch", "flows.web.stream:Stream.ask"),
    "poll: parse": ("flows.steps.passes:answers_of",),
    "poll: note": ("flows.steps.passes:note",),
    "clean": ("flows.steps.passes:clean", "flows.steps.passes:keep_pages"),
    "read": ("flows.steps.passes:read",),
    "sketch": ("flows.steps.record:sketch",),
    "meaning": ("flows.steps.record:vectors_of", "flows.steps.passes:recover_vectors"),
    "match": ("flows.steps.record:candidates_in",),
    "load": ("flows.steps.record:situated",),
    "relate": ("flows.steps.decide.plan:relate",),
    "decide": ("flows.steps.record:decide",),
    "record": ("flows.steps.record:write",),
    "deliver": ("flows.steps.passes:Dispatch.send", "flows.steps.passes:Dispatch.seal"),
    "publish": ("flows.steps.passes:publish", "flows.steps.publish:Publisher.publish"),
}
REST = "rest"


class Parts:
    """Where time goes: each moment belongs to the innermost part at work."""

    def __init__(self) -> None:
        """Begin with the rest."""
        self.wall, self.own = (dict.fromkeys([*PARTS, REST], 0.0) for _ in range(2))
        self._open = [REST]
        self._at = time.perf_counter(), time.thread_time()

    def _settle(self) -> None:
        now = time.perf_counter(), time.thread_time()
        self.wall[self._open[-1]] += now[0] - self._at[0]
        self.own[self._open[-1]] += now[1] - self._at[1]
        self._at = now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Let what is done meanwhile count for this part."""
        self._settle()
        self._open.append(name)
        try:
            yield
        finally:
            self._settle()
            self._open.pop()

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that counts for a part."""

        def counted(*given: Any, **named: Any) -> Any:
            with self.part(name):
                return work(*given, **named)

        return counted

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count all parts until the block ends."""
        with ExitStack() as stack:
            for name, places in PARTS.items():
                for place in places:
                    module, _, path = place.partition(":")
                    *above, last = path.split(".")
                    owner: Any = importlib.import_module(module)
                    for each in above:
                        owner = getattr(owner, each)
                    stack.enter_context(patch.object(owner, last, self.timed(name, getattr(owner, last))))
            self._at = time.perf_counter(), time.thread_time()
            yield
            self._settle()


def configuration(port: int, chosen: argparse.Namespace) -> str:
    """Return a configuration with so many feeds, rules and subscribers; of four rules one names what is nowhere."""
    luck, watchlist = random.Random(11), load_watchlist()
    phrases, people = phrases_of(watchlist), [official.name for official in watchlist.officials]
    hosts = [f"127.0.{1 + number // 250}.{1 + number % 250}:{port}" for number in range(chosen.feeds)]
    lines = [
        'data_dir = "var"\n[fetch]\ndelay_seconds = 0\npass_seconds = 3600\n',
        f"allow_hosts = {json.dumps(hosts)}\n",
        *(
            f'[[feeds]]\nurl = "http://{host}/feed/{number}"\noutlet = "Herald {number}"\n'
            for number, host in enumerate(hosts)
        ),
    ]
    for number in range(chosen.rules):
        keywords = luck.sample(phrases, 3) if number % 4 else [f"nowhere{number} to be found"]
        officials = ["any"] if number % 3 == 0 else luck.sample(people, 4)
        lines.append(
            f'[[rules]]\nname = "rule {number}"\nkeywords = {json.dumps(keywords, ensure_ascii=False)}\n'
            f'officials = {json.dumps(officials, ensure_ascii=False)}\nscope = "{list(Scope)[number % 6]}"\n'
            f'subscribers = ["desk {number % chosen.subscribers}"]\n'
        )
    lines += [
        f'[[subscribers]]\nname = "desk {number}"\nchannel = "slack"\nwebhook_url = "http://{hosts[0]}/hook/{number}"\n'
        for number in range(chosen.subscribers)
    ]
    return "".join(lines)


def beside(but: Collection[int]) -> float:
    """Return the processor seconds of all processes that came of this one, alive or ended, but some."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = [pid for pid in tree_of(os.getpid())[1:] if pid not in but]
    return ended.ru_utime + ended.ru_stime + sum(map(processor_seconds, alive))


def main() -> None:
    """Do the pass and print its parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("feeds", 50), ("items", 4), ("rules", 200), ("subscribers", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    logging.disable()
    count = chosen.feeds * chosen.items
    with TemporaryDirectory() as folder, outlet(count, chosen.feeds) as port:
        path = Path(folder) / "talkwatch.toml"
        path.write_text(configuration(port, chosen), encoding="utf-8")
        setup = replace(prepared(load_settings(path, sending=True)), now=lambda: NOW)
        parts, others, began = Parts(), tree_of(os.getpid()), time.process_time()
        with parts.watched():
            line = run_pass(setup, scheduled=True)
        spent, workers = time.process_time() - began, beside(others)
    print(line)
    print(f"\n{'part':12} {'clock s':>8} {'own s':>8} {'ms an article':>14}")
    for name, wall in parts.wall.items():
        print(f"{name:12} {wall:8.2f} {parts.own[name]:8.2f} {1000 * parts.own[name] / count:14.2f}")
    print(f"{'in all':12} {sum(parts.wall.values()):8.2f} {sum(parts.own.values()):8.2f}")
    print(f"processor seconds: {spent:.1f} of the first process, all its threads; {workers:.1f} of those beside it")


if __name__ == "__main__":
    main()
