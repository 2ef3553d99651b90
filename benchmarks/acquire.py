"""Ask many feeds beside a bare httpx + feedparser loop, in the same run, over real HTTP on this machine.

    .venv/bin/python benchmarks/acquire.py [--feeds 2000] [--rounds 3] [--concurrency 32]

The publishers are a process of their own, each feed on a loopback address of its own, with 30 ms of latency. Ours are
the plain steps of a scheduled pass without Prefect, its state written, and the copy for analysts where there is
anything new; no page is asked for. First everything is new, then every server says 304. Prints seconds, their ratio
taken round by round, peak memory and how many cores were busy. A quarter of the feeds comes first, so that growth
shows. Real feeds are looked for in ../shared/corpus, else made of the seeds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import feedparser
import httpx

from flows.config.settings import load_settings
from flows.setup import prepared
from flows.steps import agenda
from flows.steps.passes import run_pass
from warehouse.store import writing

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AIM = 2.0
# Longer than any feed here asks for, so that each pass asks all of them.
LATER = timedelta(hours=5)


def addresses(count: int, port: int) -> list[str]:
    """Return so many feeds, each on a loopback address of its own."""
    return [f"http://127.{n // 62_500 + 1}.{n // 250 % 250}.{n % 250 + 1}:{port}/feed/{n}" for n in range(count)]


def bare(urls: list[str], concurrency: int) -> Callable[[], None]:
    """Return a pass of the bare loop: conditional requests, and feedparser for what is new."""
    etags: dict[str, str] = {}

    async def ask(client: httpx.AsyncClient, places: asyncio.Semaphore, url: str) -> None:
        async with places:
            answer = await client.get(url, headers={"If-None-Match": etags[url]} if url in etags else {})
        if answer.status_code == httpx.codes.OK:
            etags[url] = answer.headers["etag"]
            feedparser.parse(answer.content)

    async def ask_all() -> None:
        places = asyncio.Semaphore(concurrency)
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            await asyncio.gather(*(ask(client, places, url) for url in urls))

    return lambda: asyncio.run(ask_all())


def ours(urls: list[str], concurrency: int, folder: Path) -> Callable[[], None]:
    """Return a pass of ours, each hours after the last; pages are given up after the first."""
    path = folder / "talkwatch.toml"
    allowed = json.dumps([url.split("/")[2] for url in urls])
    fetch = f"[fetch]\ndelay_seconds = 0\npass_seconds = 3600\nconcurrency = {concurrency}\nallow_hosts = {allowed}\n"
    feeds = "".join(f'[[feeds]]\nurl = "{url}"\noutlet = "Herald"\n' for url in urls)
    path.write_text(fetch + feeds, encoding="utf-8")
    setup = prepared(load_settings(path))
    moment, pages = [NOW], agenda.PAGES_A_PASS

    def one_pass() -> None:
        first = moment[0] == NOW
        agenda.PAGES_A_PASS = 0 if first else pages
        run_pass(replace(setup, now=lambda: moment[0]), scheduled=True)
        if first:
            with writing(setup.data_dir) as session:
                session.run("UPDATE entries SET state = 'failed' WHERE state = 'pending'")
        moment[0] += LATER

    return one_pass


def contestant(kind: str, count: int, port: int, concurrency: int) -> None:
    """Do a pass for each line of standard input, and print what it took."""
    logging.disable()
    with TemporaryDirectory() as folder:
        urls = addresses(count, port)
        one_pass = bare(urls, concurrency) if kind == "bare" else ours(urls, concurrency, Path(folder))
        for _ in sys.stdin:
            started, busy = time.perf_counter(), processor_seconds()
            one_pass()
            spent = time.perf_counter() - started
            peak, child = (
                resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            )
            figures = {"seconds": spent, "cores": (processor_seconds() - busy) / spent, "peak": peak, "child": child}
            print(json.dumps(figures), flush=True)


def processor_seconds() -> float:
    """Return what this process and those it has ended took."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


@contextmanager
def child(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a script until the block ends."""
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        yield process
        assert process.stdin
        process.stdin.close()


def asked(process: subprocess.Popen[str]) -> dict[str, float]:
    """Let a contestant do a pass, and return its figures."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("go\n")
    process.stdin.flush()
    figures: dict[str, float] = json.loads(process.stdout.readline())
    return figures


def compare(count: int, port: int, rounds: int, concurrency: int) -> None:
    """Print both contestants' passes in turn, round by round."""
    with (
        child(__file__, "--as", "bare", "--feeds", count, "--port", port, "--concurrency", concurrency) as theirs,
        child(__file__, "--as", "ours", "--feeds", count, "--port", port, "--concurrency", concurrency) as mine,
    ):
        rows = [(asked(theirs), asked(mine)) for _ in range(rounds + 1)]
    print(
        f"\n{count} feeds{'':10}{'bare, s':>10}{'ours, s':>10}{'ratio':>8}{'cores':>8}{'peak MB':>9}{'+ child MB':>11}"
    )
    for name, part in (("first pass", rows[:1]), ("unchanged pass", rows[1:])):
        one, other = (statistics.median(pair[side]["seconds"] for pair in part) for side in (0, 1))
        ratio = statistics.median(pair[1]["seconds"] / pair[0]["seconds"] for pair in part)
        last = part[-1][1]
        print(
            f"{name:20}{one:10.2f}{other:10.2f}{ratio:8.2f}{last['cores']:8.2f}{last['peak'] / 1000:9.0f}"
            f"{last['child'] / 1000:11.0f}" + (f"   (aim {AIM})" if name == "unchanged pass" else "")
        )


def main() -> None:
    """Compare at a quarter of the feeds, then at all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--as", dest="kind", choices=("bare", "ours"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.kind:
        contestant(chosen.kind, chosen.feeds, chosen.port, chosen.concurrency)
        return
    with child(Path(__file__).with_name("acquire_server.py")) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        for count in (chosen.feeds // 4, chosen.feeds):
            compare(count, port, chosen.rounds, chosen.concurrency)


if __name__ == "__main__":
    main()
