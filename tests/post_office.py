"""A mail server, a webhook receiver and stories that fire: recording and delivering without Prefect or the model."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.records import Arrival
from extractors.text.identity import article_id
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.deliver.senders import deliver
from tests import alert_examples
from tests.batches import record
from tests.servers import HttpServer, Reply, SmtpSink
from tests.warehouse_examples import new_warehouse
from warehouse.records import ReadArticle
from warehouse.runs import RunCounts
from warehouse.store import reading

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def story(number: int, now: datetime = NOW) -> ReadArticle:
    """Return one of many articles that fire and have nothing else in common."""
    luck = random.Random(number)
    words = ["".join(luck.choices(LETTERS, k=luck.randint(3, 9))) for _ in range(80)]
    text = f"{' '.join(words[:9])} ceasefire {' '.join(words[9:18])} Peskov. {' '.join(words[18:])}."
    url = f"https://outlet{number}.example/{words[1]}"
    article = alert_examples.article(
        text,
        article_id=article_id(url),
        url=url,
        outlet=f"Outlet {number}",
        title=f"Story {number}",
        published_at=now - timedelta(hours=1),
        first_seen_at=now,
    )
    return ReadArticle(article=article, reading=alert_examples.read(article), arrival=Arrival.POLLED)


@dataclass
class PostOffice:
    """The servers, the configuration and a clock that tests move."""

    mail: SmtpSink
    hook: HttpServer
    path: Path
    now: datetime = NOW
    _read: str = ""
    _setup: Setup | None = None

    def setup(self) -> Setup:
        """Return what recording and delivering work with; no test waits a second between two messages."""
        if self._read != self.path.read_text(encoding="utf-8"):
            self._read = self.path.read_text(encoding="utf-8")
            setup = prepared(load_settings(self.path, sending=True))
            self._setup = replace(
                setup, now=lambda: self.now, ticks=lambda: (self.now - NOW) / timedelta(seconds=1), pause=lambda _: None
            )
        assert self._setup
        return self._setup

    def record(self, *numbers: int) -> RunCounts:
        """Record stories, with their alerts and messages."""
        return record(self.setup(), [story(number, self.now) for number in numbers])

    def deliver(self, after: timedelta = timedelta(0)) -> RunCounts:
        """Let time go by, then send what is due."""
        self.now += after
        return deliver(self.setup())

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the warehouse."""
        with reading(self.path.parent / "var") as session:
            return session.rows(sql)

    def mailed(self) -> list[str]:
        """Return the subjects of all mails, in the order they came."""
        return [str(mail.message["Subject"]) for mail in self.mail.mails]

    def write(self, *, subscribers: Sequence[str] = ("desk", "talks"), more: str = "", email: str = "") -> None:
        """Write the configuration: whom the rule tells, and what else stands in it."""
        names = ", ".join(f'"{name}"' for name in subscribers)
        self.path.write_text(
            f"""
operator = "ops"
{more}
[fetch]
allow_hosts = ["127.0.0.1:{self.hook.port}"]
timeout_seconds = 5
[[rules]]
name = "ceasefire"
keywords = ["ceasefire"]
officials = "any"
scope = "article"
subscribers = [{names}]
[[subscribers]]
name = "desk"
channel = "email"
to = "desk@example.org"
max_per_hour = 10000
[[subscribers]]
name = "second"
channel = "email"
to = "second@example.org"
max_per_hour = 10000
[[subscribers]]
name = "talks"
channel = "slack"
webhook_url = "{self.hook.url("/hook")}"
max_per_hour = 10000
[[subscribers]]
name = "ops"
channel = "slack"
webhook_url = "{self.hook.url("/ops")}"
[channels.email]
host = "{self.mail.host}"
port = {self.mail.port}
security = "none"
from = "Talkwatch <talkwatch@example.org>"
{email}
""",
            encoding="utf-8",
        )


@contextmanager
def post_office(folder: Path) -> Iterator[PostOffice]:
    """Open a mail server and a webhook receiver, both well, and write the configuration that uses them."""
    with SmtpSink() as mail, HttpServer() as hook:
        office = PostOffice(mail=mail, hook=hook, path=folder / "talkwatch.toml")
        for path in ("/hook", "/ops"):
            hook.reply(path, Reply(body=b"ok"))
        office.write()
        (folder / "var").mkdir()
        new_warehouse(folder / "var")
        yield office
