"""An outlet, a mailbox and a webhook on loopback, and the configuration that joins them: the world of the pass tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb

from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.passes import run_pass
from tests.servers import HttpServer, Reply, SmtpSink
from warehouse.published import PUBLISHED
from warehouse.session import Session
from warehouse.store import reading, writing

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SAID = (
    "Kremlin spokesman Dmitry Peskov spoke to reporters in Moscow on Wednesday after the talks ended.",
    "“A ceasefire is possible only after security guarantees are agreed,” Peskov said. He gave no date for it.",
    "Ukrainian President Volodymyr Zelenskyy answered that a truce could begin at once, and thanked Turkey for its work.",
    "The two delegations are to meet again in the coming week, diplomats who know of the plans told the agency.",
)
OTHER = (
    "The harvest festival drew thousands of visitors to the river bank on Sunday, the organisers of it said.",
    "Local growers sold apples, pears and honey until the evening, and a band from the valley played for them.",
    "The festival is held every year, and next year’s will be the fiftieth, which the town wants to celebrate.",
)


def page(title: str, paragraphs: tuple[str, ...]) -> Reply:
    """Return an article page with a little furniture."""
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    html = (
        f"<!doctype html><html lang='en'><head><title>{escape(title)}</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>{escape(title)}</h1>{body}</article><footer>All rights reserved</footer></body></html>"
    )
    return Reply(headers=(("Content-Type", "text/html; charset=utf-8"),), body=html.encode())


def feed(server: HttpServer, items: dict[str, str], published: datetime = NOW - timedelta(hours=1)) -> bytes:
    """Return an RSS feed of path → title."""
    entries = "".join(
        f"<item><title>{escape(title)}</title><link>{server.url(path)}</link><guid>{path}</guid>"
        f"<pubDate>{format_datetime(published)}</pubDate></item>"
        for path, title in items.items()
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Herald</title>{entries}</channel></rss>".encode()


@dataclass
class Newsroom:
    """The servers, the configuration file and a clock that tests move."""

    outlet: HttpServer
    hook: HttpServer
    mail: SmtpSink
    configuration: Path
    now: datetime = NOW

    def setup(self) -> Setup:
        """Return what a pass works with, as of the test's clock."""
        setup = prepared(load_settings(self.configuration, sending=True))
        return replace(setup, now=lambda: self.now, ticks=lambda: (self.now - NOW) / timedelta(seconds=1))

    def run(self) -> str:
        """Do a pass and return its summary line."""
        return run_pass(self.setup())

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the live warehouse."""
        with reading(self.configuration.parent / "var") as session:
            return session.rows(sql)

    def published(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the analysts' copy."""
        with duckdb.connect(self.configuration.parent / "var" / PUBLISHED, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def warehouse(self) -> AbstractContextManager[Session]:
        """Open the warehouse for writing."""
        return writing(self.configuration.parent / "var")

    def write(self, **changes: str) -> None:
        """Write the configuration, with other values for `every`, `rules` or the rest."""
        self.configuration.write_text(configuration(self, **changes), encoding="utf-8")


RULES = """
[[rules]]
name = "ceasefire"
keywords = ["ceasefire", "truce"]
officials = "any"
scope = "sentence"
subscribers = ["desk", "channel"]
"""


def configuration(room: Newsroom, *, every: str = "10m", rules: str = RULES, more: str = "") -> str:
    """Return a configuration for these servers."""
    return f"""\
data_dir = "var"
[fetch]
delay_seconds = 0
allow_hosts = ["127.0.0.1:{room.outlet.port}", "127.0.0.1:{room.hook.port}"]
[[feeds]]
url = "{room.outlet.url("/rss.xml")}"
outlet = "Herald"
country = "TR"
every = "{every}"
{rules}
[[subscribers]]
name = "desk"
channel = "email"
to = "desk@example.org"
[[subscribers]]
name = "channel"
channel = "slack"
webhook_url = "{room.hook.url("/hook")}"
[channels.email]
host = "127.0.0.1"
port = {room.mail.port}
security = "none"
from = "Talkwatch <talkwatch@example.org>"
{more}"""


@contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """Open an outlet with one article that matters and one that does not."""
    with HttpServer() as outlet, HttpServer() as hook, SmtpSink() as mail:
        room = Newsroom(outlet=outlet, hook=hook, mail=mail, configuration=folder / "talkwatch.toml")
        hook.reply("/hook", Reply(body=b"ok"))
        outlet.reply("/talks", page("Kremlin names its terms", SAID))
        outlet.reply("/harvest", page("A festival by the river", OTHER))
        items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river"}
        outlet.reply("/rss.xml", Reply(headers=(("ETag", '"one"'),), body=feed(outlet, items)), Reply(304))
        room.write()
        yield room
