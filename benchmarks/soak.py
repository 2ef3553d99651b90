"""Live through a month of a deployment in fast time; print what grows, and what was lost, doubled or not told.

    .venv/bin/python -m benchmarks.soak [--days 30] [--hours 6] [--feeds 500] [--each 10]

There is a pass each so many hours of the clock, and each feed has a new article each so many days, one in ten of which
fires; one feed in five is out of order for 52 hours of each week, at its own hours, and the mail server is away from
two to fourteen each Thursday. A pass over 500 feeds takes some two processor seconds before it has read an article, so
an hourly one would take hours here. Every tenth of the way a line shows what this process and its folder hold, once the
C library has given back what it can; what is given as growth is that of the last half, by when the five thousand words
that articles are made of have been met. SIGINT ends it after a pass, and
what was done is counted.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import logging
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import psutil

from flows.config.settings import load_settings
from flows.processes.pool import Job, Pool
from flows.setup import prepared
from flows.steps.passes import run_pass
from tests.deployment import mark, story, told_in
from tests.newsroom import OTHER, page
from tests.servers import HttpServer, Reply, SmtpSink
from warehouse.store import reading

BEGIN = datetime.fromisoformat("2026-03-02T00:00:00+00:00")  # a Monday
HOUR = timedelta(hours=1)
DAY, WEEK = 24, 168
MAIL_AWAY = range(3 * DAY + 2, 3 * DAY + 14)  # hours of a week
OUT_OF_ORDER = 52  # hours of a week, of one feed in five
FIRES = 10  # one article in so many
ASKED_AGAIN = 12  # hours after which whoever failed was asked again
TOLD = 2 * DAY  # hours after which one that fails for over a day was found so and told


class KeptPool(Pool):
    """A pool whose processes outlive a pass, one for each kind of job."""

    kept: ClassVar[dict[str, KeptPool]] = {}

    @classmethod
    def of(cls, job: Job) -> KeptPool:
        """Return the pool there is for such a job."""
        return cls.kept.setdefault(job.prepare.__module__, cls(job))

    def end(self) -> None:
        """Keep what its processes come from."""
        self.rest()


class World:
    """All outlets, as of an hour."""

    def __init__(self, server: HttpServer, feeds: int, each: int) -> None:
        """Answer for so many feeds, with an article each so many hours."""
        self.server, self.feeds, self.each, self.hour = server, feeds, each, 0
        for feed in range(feeds):
            server.reply(f"/feed{feed}", lambda _asked, feed=feed: self.listing(feed))

    def out_of_order(self, feed: int, ago: int = 0) -> bool:
        """Tell whether a feed is out of order now, or was so many hours ago."""
        return feed % 5 == 0 and (self.hour - ago + 7 * feed) % WEEK < OUT_OF_ORDER

    def articles(self, feed: int) -> list[int]:
        """Return the numbers of the articles that a feed has had so far."""
        return [turn * self.feeds + feed for turn in range((self.hour - feed % self.each) // self.each + 1)]

    def listing(self, feed: int) -> Reply:
        """Return the last five articles of a feed, or that it is out of order."""
        if self.out_of_order(feed):
            return Reply(503)
        items = ""
        for number in self.articles(feed)[-5:]:
            published = BEGIN + (number // self.feeds * self.each + feed % self.each) * HOUR
            self.server.reply(f"/a{number}", lambda _asked, number=number: article(number))
            items += (
                f"<item><title>{story(number)[0]}</title><link>{self.server.url(f'/a{number}')}</link>"
                f"<pubDate>{format_datetime(published)}</pubDate></item>"
            )
        return Reply(body=f"<rss version='2.0'><channel><title>F{feed}</title>{items}</channel></rss>".encode())

    def configuration(self, mail: SmtpSink, hours: int) -> str:
        """Return the deployment's configuration, with a pass each so many hours."""
        feeds = "".join(
            f'[[feeds]]\nurl = "{self.server.url(f"/feed{feed}")}"\noutlet = "Outlet-{feed}."\nevery = "1h"\n'
            for feed in range(self.feeds)
        )
        people = "".join(
            f'[[subscribers]]\nname = "{name}"\nchannel = "email"\nto = "{name}@example.org"\nmax_per_hour = 1000\n'
            for name in ("desk", "ops")
        )
        return f"""\
operator = "ops"
[fetch]
delay_seconds = 0
per_host = 16
pass_seconds = 3600
allow_hosts = ["127.0.0.1:{self.server.port}"]
[schedule]
every = "{hours}h"
{feeds}{people}
[[rules]]
name = "ceasefire"
keywords = ["ceasefire"]
officials = "any"
scope = "article"
subscribers = ["desk"]
[channels.email]
host = "127.0.0.1"
port = {mail.port}
security = "none"
from = "Talkwatch <talkwatch@example.org>"
"""


def article(number: int) -> Reply:
    """Return an article that fires, or one that does not."""
    title, paragraphs = story(number)
    return page(
        title, paragraphs if number % FIRES == 0 else (f"{mark(number)}. {OTHER[0]}", *paragraphs[1:], OTHER[2])
    )


def held(data_dir: Path) -> dict[str, float]:
    """Return what this process, its children and its folder hold now."""
    here = psutil.Process()
    return {
        "rss_mb": here.memory_info().rss / 1e6,
        "trimmed_mb": trimmed(),
        "open_files": here.num_fds(),
        "threads": here.num_threads(),
        "children": len(here.children(recursive=True)),
        "files": sum(1 for path in data_dir.rglob("*") if path.is_file()),
        **{f"{path.name}_mb": path.stat().st_size / 1e6 for path in sorted(data_dir.glob("*.duckdb"))},
    }


def main() -> None:
    """Live through it, then count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, default in (("days", 30), ("hours", 6), ("feeds", 500), ("each", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory() as folder, HttpServer() as server, SmtpSink() as mail:
        world, path = World(server, asked.feeds, asked.each * DAY), Path(folder) / "talkwatch.toml"
        path.write_text(world.configuration(mail, asked.hours), encoding="utf-8")
        setup = prepared(load_settings(path, sending=True))
        setup = replace(setup, now=lambda: BEGIN + world.hour * HOUR, pause=lambda _: None)
        vars(setup)["make_pool"] = (
            KeptPool.of
        )  # the processes of one pass go on with the next: to start them is most of it
        seen: list[dict[str, float]] = []
        asked_to_stop: list[bool] = []
        signal.signal(signal.SIGINT, lambda *_: asked_to_stop.append(True))
        passes = asked.days * DAY // asked.hours
        for number in range(passes):
            if asked_to_stop:
                break
            world.hour = number * asked.hours
            mail._cues["MAIL"].clear()  # noqa: SLF001 (a server that is away for hours, not for so many mails)
            if world.hour % WEEK in MAIL_AWAY:
                mail.answer("MAIL", "421 later", times=1000)
            run_pass(setup, scheduled=True)
            server.requests.clear()  # what the outlets remember is no memory of ours
            if number % max(1, passes // 10) == 0 or number == passes - 1:
                words = setup.spellings.keys.cache_info().currsize
                seen.append({"pass": number, **held(setup.data_dir), "words": words, "cpu_s": time.process_time()})
                print(*(f"{name}={value:.0f}" for name, value in seen[-1].items()), flush=True)
        sys.exit(report(world, setup.data_dir, mail, seen))


def trimmed() -> float:
    """Return the MB this process holds when the C library, if it can, has given back what it keeps for later."""
    gc.collect()
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return psutil.Process().memory_info().rss / 1e6


def report(world: World, data_dir: Path, mail: SmtpSink, seen: list[dict[str, float]]) -> int:
    """Print the counts; return 1 when anything was lost or doubled."""
    with reading(data_dir) as session:
        (articles, doubled) = session.rows("SELECT count(*), count(*) - count(DISTINCT url) FROM articles")[0]
        (waiting,) = session.rows("SELECT count(*) FROM messages WHERE status IN ('pending', 'retry')")[0]
        decided = session.rows("SELECT reason, count(*) FROM decisions GROUP BY ALL ORDER BY ALL")
        tables = session.rows(
            "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY estimated_size DESC, table_name LIMIT 12"
        )
    # What is in order again is asked within hours, and what came last may be asked for next time.
    late = {feed for feed in range(world.feeds) if any(world.out_of_order(feed, ago) for ago in range(ASKED_AGAIN))}
    lived, world.hour = world.hour + 1, world.hour - ASKED_AGAIN
    came = [number for feed in set(range(world.feeds)) - late for number in world.articles(feed)]
    fire, said = [number for number in came if number % FIRES == 0], " ".join(subjects(mail, "desk"))
    told = sum(mark(number) in said for number in fire)
    texts = " ".join(subjects(mail, "ops"))
    outlets = [f"Outlet-{feed}." for feed in range(world.feeds)]
    begun, over = (sum(texts.count(f"{name} {what} (") for name in outlets) for what in ("fails", "is well again"))
    half = seen[len(seen) // 2 :]
    growth = (half[-1]["trimmed_mb"] - half[0]["trimmed_mb"]) / max(1, half[-1]["pass"] - half[0]["pass"]) * 100
    copies = Counter(str(each.message["Message-ID"]) for each in mail.mails)
    print(f"articles={articles} of at least {len(came)}, stored_twice={doubled}, waiting={waiting}")
    print(f"that fire {len(fire)}, told {told}; decided:", ", ".join(f"{why} {times}" for why, times in decided))
    print(f"mails={len(mail.mails)}, of them twice under one id {sum(count - 1 for count in copies.values())}")
    long = sum(len(range(-7 * feed % WEEK, lived - TOLD, WEEK)) for feed in range(0, world.feeds, 5))
    print(f"outages of over a day {long}, told {begun}, their ends {over}")
    print(f"memory grows {growth:.1f} MB in 100 passes")
    print("rows:", ", ".join(f"{name} {rows}" for name, rows in tables))
    return int(bool(doubled or articles < len(came)))


def subjects(mail: SmtpSink, whom: str) -> list[str]:
    """Return subject and text of each mail to somebody."""
    return [told_in(each.message) for each in mail.mails if each.recipients[0].startswith(whom)]


if __name__ == "__main__":
    main()
