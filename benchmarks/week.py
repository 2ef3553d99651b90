"""Live through a week of a deployment in fast time, and print the operator's mailbox.

    .venv/bin/python -m benchmarks.week [--step 20]

Ten feeds on this machine, a pass every `--step` minutes by a clock that is moved on. Feeds die and come back, one for
good; a mail server is away for three hours; the disk, a small tmpfs (so this wants root), is full for as long; the
clock is six hours ahead for a while. Whoever runs it reads whether each message was needed, and what was not told.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.full_disk import fill, give_room, small_disk
from flows.config.settings import load_settings
from flows.setup import prepared
from flows.steps.deliver.self_watch import PassWatch
from flows.steps.passes import run_pass
from tests.newsroom import OTHER, page
from tests.servers import Asked, HttpServer, Reply, SmtpSink
from warehouse.errors import WarehouseError
from warehouse.locking import take_lease

BEGIN = datetime.fromisoformat("2026-03-02T00:00:00+00:00")  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOM = "256m"


def at(day: int, hour: float) -> datetime:
    """Return an hour of a day of the week, Monday 0."""
    return BEGIN + day * DAY + hour * HOUR


@dataclass
class Clock:
    """The time of the week; what passes see may be ahead of it."""

    now: datetime = BEGIN

    @property
    def shown(self) -> datetime:
        """Return what the machine's clock shows."""
        return self.now + 6 * HOUR if at(5, 0) <= self.now < at(5, 1) else self.now


@dataclass(frozen=True)
class Outlet:
    """A feed with a new item each `every`, and what it answers instead at a time; `until` its last item."""

    name: str
    every: timedelta
    fault: Callable[[datetime], Reply | None] = lambda _now: None
    until: datetime = BEGIN + 8 * DAY

    @property
    def path(self) -> str:
        """Return where its pages stand."""
        return f"/{self.name.replace(' ', '-')}"


def between(since: datetime, until: datetime, reply: Reply) -> Callable[[datetime], Reply | None]:
    """Answer so from one time to another."""
    return lambda now: reply if since <= now < until else None


def often(now: datetime) -> Reply | None:
    """Fail for two hours of six."""
    return Reply(503) if int(now.timestamp()) // 7_200 % 3 == 0 else None


MOVED = Reply(301, (("Location", "/elsewhere.xml"),))
OUTLETS = (
    Outlet("steady", HOUR),
    Outlet("busy", HOUR / 4),
    Outlet("down for three hours", HOUR, between(at(0, 9), at(0, 12), Reply(502))),
    Outlet("down for two days", HOUR, between(at(1, 8), at(3, 9), Reply(500))),
    Outlet("gone for good", 2 * HOUR, between(at(1, 12), at(9, 0), Reply(410))),
    Outlet("refuses from Friday on", 2 * HOUR, between(at(4, 6), at(9, 0), Reply(403))),
    Outlet("wavers", HOUR, often),
    Outlet("writes daily", DAY),
    Outlet("ends on Tuesday", HOUR, until=at(1, 6)),
    Outlet("moves on Wednesday", HOUR, between(at(2, 0), at(9, 0), MOVED)),
)


def listing(server: HttpServer, outlet: Outlet, now: datetime) -> Reply:
    """Return a feed with its last twenty items."""
    last = int((min(now, outlet.until) - BEGIN) / outlet.every)
    items = "".join(
        f"<item><title>{outlet.name} {n}</title><link>{server.url(f'{outlet.path}/{n}')}</link>"
        f"<pubDate>{format_datetime(BEGIN + n * outlet.every)}</pubDate></item>"
        for n in range(max(0, last - 20), last + 1)
    )
    return Reply(body=f"<rss version='2.0'><channel><title>{outlet.name}</title>{items}</channel></rss>".encode())


def answers(server: HttpServer, clock: Clock) -> None:
    """Have the server answer for all outlets as of the clock."""
    for outlet in OUTLETS:

        def answer(_asked: Asked, outlet: Outlet = outlet) -> Reply:
            return outlet.fault(clock.now) or listing(server, outlet, clock.now)

        server.reply(f"{outlet.path}.xml", answer)
        for n in range(int(8 * DAY / outlet.every)):
            title = f"{outlet.name} {n}"
            server.reply(f"{outlet.path}/{n}", page(title, (f"{title}. {OTHER[0]}", *OTHER[1:])))
        if outlet.fault(at(2, 1)) is MOVED:
            server.reply("/elsewhere.xml", lambda _asked, outlet=outlet: listing(server, outlet, clock.now))


def configuration(server: HttpServer, mail: SmtpSink) -> str:
    """Return the deployment's configuration."""
    feeds = "".join(f'[[feeds]]\nurl = "{server.url(each.path)}.xml"\noutlet = "{each.name}"\n' for each in OUTLETS)
    return f"""\
data_dir = "var"
operator = "ops"
[fetch]
delay_seconds = 0
per_host = 8
allow_hosts = ["127.0.0.1:{server.port}"]
{feeds}
[[subscribers]]
name = "ops"
channel = "email"
to = "ops@example.org"
[channels.email]
host = "127.0.0.1"
port = {mail.port}
security = "none"
from = "Talkwatch <talkwatch@example.org>"
"""


def main() -> None:
    """Live through the week, then print what the operator got."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--step", type=int, default=20)
    step = timedelta(minutes=parser.parse_args().step)
    logging.disable(logging.CRITICAL)
    clock, got, lost = Clock(), [], 0
    with (
        TemporaryDirectory() as name,
        small_disk(Path(name) / "disk", ROOM) as disk,
        HttpServer() as server,
        SmtpSink() as mail,
    ):
        answers(server, clock)
        path = disk / "talkwatch.toml"
        path.write_text(configuration(server, mail) + f"[schedule]\nevery = '{step.seconds // 60}m'\n")
        setup = replace(
            prepared(load_settings(path, sending=True)),
            now=lambda: clock.shown,
            ticks=lambda: (clock.now - BEGIN) / timedelta(seconds=1),
        )
        setup.data_dir.mkdir()
        take_lease(setup.data_dir, clock.now)
        watch = PassWatch(setup)
        while clock.now < BEGIN + 7 * DAY:
            if at(4, 12) <= clock.now < at(4, 15):
                fill(disk)
            else:
                give_room(disk)
            mail._cues["MAIL"].clear()  # noqa: SLF001 (a server that is away for hours, not for so many mails)
            if at(3, 2) <= clock.now < at(3, 5):
                mail.answer("MAIL", "421 later", times=100)
            watch.look()
            try:
                run_pass(setup, scheduled=True)
            except WarehouseError:
                lost += 1
            got += [(clock.now, each) for each in mail.mails[len(got) :]]
            clock.now += step
        print(f"{len(got)} messages to the operator in a week; {lost} passes without room")
        for when, each in got:
            body = each.message.get_body(("plain",))
            print(f"\n{when:%a %H:%M}  {each.message['Subject']}\n{body.get_content().strip() if body else ''}")


if __name__ == "__main__":
    main()
