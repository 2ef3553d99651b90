"""Read articles on a Dask cluster of this machine beside the local pool: articles a second, and processor time of each.

    .venv/bin/python benchmarks/cluster.py [--articles 200] [--workers 1 2]

Each worker is a process with one thread, and the local pool is given as many processes. What counts on a busy machine
is the processor time: that of this process, in which the scheduler runs too, is what has to be done for each article in
one place, which bounds how many workers can be kept busy; that of the others is what reading costs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
from distributed import Client, LocalCluster

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Unread
from flows.config.settings import ClusterAddress
from flows.processes.cluster import Cluster
from flows.processes.pool import Pool, PoolMaker
from flows.processes.readers import Readers

SEEDS = sorted((Path(__file__).resolve().parent.parent / "seeds").rglob("*.txt"))


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


def measured(readers: Readers, given: Sequence[Unread]) -> tuple[float, float, float]:
    """Return the seconds that reading takes, and the processor seconds of this process and of those below it.

    A first reading has them all started and the model loaded.
    """
    readers.read(given[:8])
    begun, used, below = time.perf_counter(), time.process_time(), spent_below()
    readers.read(given)
    return time.perf_counter() - begun, time.process_time() - used, spent_below() - below


def spent_below() -> float:
    """Return the processor seconds of all processes below this one, and of those of theirs that have ended."""
    return sum(sum(each.cpu_times()[:4]) for each in psutil.Process().children(recursive=True))


def rows(count: int, workers: Sequence[int]) -> None:
    """Print a row for each way of reading."""
    watchlist, given = load_watchlist(), articles(count)
    print(f"{'':28}{'articles/s':>12}{'coordinator ms':>16}{'workers ms an article':>24}")
    for number in workers:
        ways: dict[str, Callable[[], tuple[PoolMaker, Callable[[], None]]]] = {
            f"local pool of {number}": lambda: (Pool, lambda: None)
        }
        with LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=None) as own, Client(own):
            cluster = Cluster(ClusterAddress(scheduler=own.scheduler_address))
            ways[f"cluster of {number}"] = lambda cluster=cluster: (cluster.pool, cluster.end)
            for name, way in ways.items():
                make, end = way()
                readers = Readers(watchlist, number, make=make)
                seconds, used, below = measured(readers, given)
                readers.end()
                end()
                each = 1000 / count
                print(f"{name:28}{count / seconds:12.1f}{each * used:16.2f}{each * below:24.1f}", flush=True)


def main() -> None:
    """Read what to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    rows(asked.articles, asked.workers)


if __name__ == "__main__":
    main()
