"""Read articles on a Dask cluster of this machine beside the local pool: articles a second, and processor time of each.

    .venv/bin/python -m benchmarks.cluster [--articles 60] [--rounds 4] [--workers 1 2]

Each worker is a process with one thread, and the local pool is given as many processes. Both are there all the time,
have loaded their model, and take turns, each as often first, so that a machine that gets busier favours neither; what
is given is the middle of the rounds. What counts on a busy machine is the processor time: that of this process, in
which the scheduler runs too, is what has to be done for each article in one place, which bounds how many workers can be
kept busy; that of the others is what reading costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dask.config
import psutil
from distributed import Client, LocalCluster

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Unread
from flows.config.settings import ClusterAddress
from flows.processes.cluster import Cluster
from flows.processes.readers import Readers

SEEDS = sorted((Path(__file__).resolve().parent.parent / "seeds").rglob("*.txt"))
LOCAL, FAR = "local pool", "cluster"


def articles(count: int) -> list[Unread]:
    """Return so many articles made of the seeds' paragraphs, each another one."""
    texts = [path.read_text(encoding="utf-8") for path in SEEDS]
    now = datetime(2026, 11, 21, tzinfo=UTC)
    return [
        Unread(
            article_id=f"a{number}",
            title=None,
            text=f"Report {number}. {texts[number % len(texts)]}",
            published_at=now,
            language="en",
        )
        for number in range(count)
    ]


def measured(readers: Readers, given: Sequence[Unread], others: Iterable[int]) -> tuple[float, float, float]:
    """Return articles a second, and the processor milliseconds an article of this process and of those that read.

    Those are the processes below this one, but for the `others` and what is below them.
    """
    begun, used, below = time.perf_counter(), time.process_time(), spent_below(others)
    readers.read(given)
    each = 1000 / len(given)
    seconds, own = time.perf_counter() - begun, time.process_time() - used
    return len(given) / seconds, each * own, each * (spent_below(others) - below)


def spent_below(others: Iterable[int]) -> float:
    """Return the processor seconds of all processes below this one, and of theirs that ended, without the `others`'."""
    roots = [each for each in psutil.Process().children() if each.pid not in others]
    there = [each for root in roots for each in (root, *root.children(recursive=True))]
    return sum(sum(each.cpu_times()[:4]) for each in there)


def rows(count: int, rounds: int, workers: Sequence[int]) -> None:
    """Print a row for each way of reading."""
    watchlist, given = load_watchlist(), articles(count)
    print(f"{'':20}{'articles/s':>12}{'coordinator ms':>16}{'workers ms an article':>24}")
    for number in workers:
        with (
            dask.config.set({"distributed.admin.tick.interval": "500ms"}),  # as docs/scaling.md has it
            LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=None) as own,
            Client(own) as client,
        ):
            cluster = Cluster(ClusterAddress(scheduler=own.scheduler_address))
            ways = {LOCAL: Readers(watchlist, number), FAR: Readers(watchlist, number, make=cluster.pool)}
            far = set(client.run(os.getpid).values())
            for readers in ways.values():  # until all have loaded their model
                readers.read(articles(12 * number))
            near = {each.pid for each in psutil.Process().children()} - far
            got: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
            for turn in range(rounds):
                for name in sorted(ways, reverse=bool(turn % 2)):
                    got[name].append(measured(ways[name], given, far if name == LOCAL else near))
            middle = {name: [statistics.median(each) for each in zip(*took, strict=True)] for name, took in got.items()}
            for name, (speed, used, below) in middle.items():
                print(f"{name + f' of {number}':20}{speed:12.2f}{used:16.2f}{below:24.1f}", flush=True)
            cost = {name: used + below for name, (_, used, below) in middle.items()}
            print(
                f"{'':20}cluster / pool: articles a second {middle[FAR][0] / middle[LOCAL][0]:.2f}, "
                f"processor time {cost[FAR] / cost[LOCAL]:.3f}",
                flush=True,
            )
            for readers in ways.values():
                readers.end()
            cluster.end()


def main() -> None:
    """Read what to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    rows(asked.articles, asked.rounds, asked.workers)


if __name__ == "__main__":
    main()
