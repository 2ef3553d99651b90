"""A published copy with news in it: who stood where and moved, talks ahead, one event in three outlets, a dead feed."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from flows.acquire.ingest import ingest
from flows.config.settings import load_settings
from flows.pages.rendering import Pen
from flows.pages.server import Stand, serve_for
from flows.pages.site import Audience, Site, application
from flows.pages.upkeep import Upkeep
from flows.setup import Setup, prepared
from flows.supervision import begun_by
from tests.servers import HttpServer, Reply
from warehouse.published import publish
from warehouse.shown.copy import PublishedCopy
from warehouse.store import writing

NOW = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
# What a page that wants to act would be made of; none of it may reach a reader as anything but words.
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>"
CALL = (
    "Peskov was asked about the truce by reporters in Moscow on Friday morning, before the weekly briefing began. "
    "“We reject a ceasefire that leaves foreign troops in Ukraine,” Kremlin spokesman Dmitry Peskov said on Friday. "
    "The foreign ministry had no comment on the words of the spokesman, which were carried by all agencies."
)
ARTICLES = (
    ("first", "Herald", 72, "Kremlin would accept a truce", "“We accept a ceasefire along the present line,” Kremlin spokesman Dmitry Peskov said on Wednesday. The words came as a surprise to diplomats in Ankara, who had been waiting for them since the summer. Others in Moscow were silent."),
    ("second", "Herald", 4, "Kremlin rejects truce with foreign troops", CALL),
    ("copy", "Bosphorus Post", 3, "Kremlin rejects truce with foreign troops", CALL + " It was not clear who had asked."),
    ("kyiv", "Observer", 2, "Zelenskyy demands security guarantees", "“We demand security guarantees before any ceasefire,” President Volodymyr Zelenskyy said in Kyiv on Saturday. He added that Dmitry Peskov had said nothing new. Delegations of Russia and Ukraine will meet in Istanbul on December 4 for a new round of talks, the Turkish foreign ministry announced. The city has seen such rounds before."),
    ("hostile", f"Evil {HOSTILE}", 1, f"Peskov {HOSTILE}", f"“We reject a ceasefire {HOSTILE} for good,” Kremlin spokesman Dmitry Peskov said on Saturday. The site is not to be trusted, {HOSTILE} as its readers know. =cmd|' /C calc'!A0 is a formula."),
)  # fmt: skip


def library(folder: Path, articles: Sequence[tuple[str, str, int, str, str]] = ARTICLES) -> Path:
    """Take articles in, let one rule fire and one feed fail, publish; return the data directory."""
    lines = [
        {"url": f"https://{name}.example/news", "outlet": outlet, "title": title, "text": text, "published": str(NOW - timedelta(hours=hours))}
        for name, outlet, hours, title, text in articles
    ]  # fmt: skip
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with HttpServer() as hook:
        hook.reply("/hook", Reply(body=b"ok"))
        (folder / "talkwatch.toml").write_text(configuration(hook), encoding="utf-8")
        setup = prepared(load_settings(folder / "talkwatch.toml", sending=True))
        setup = Setup(settings=setup.settings, watchlist=setup.watchlist, rules=setup.rules, now=lambda: NOW)
        ingest(setup, [folder / "news.jsonl"], outlet=None, published_at=None, alert=True)
    with writing(folder / "var") as session:
        session.run(
            """
            INSERT INTO feeds (
                feed_id, url, outlet, state, last_polled_at, last_new_at, failing_since, consecutive_failures,
                last_error, entries_seen, every_seconds, max_every_seconds, dull_polls, primary_source
            )
            VALUES
                ('f1', 'https://me:secret@herald.example/rss?key=secret', 'Herald', 'failing', $1, $2, $2, 5, 'HTTP 404', 7, 60, 60, 0, false),
                ('f2', 'https://observer.example/rss', 'Observer', 'fine', $1, $1, NULL, 0, NULL, 3, 60, 60, 0, true)
            """,
            [NOW, NOW - timedelta(days=2)],
        )
        # What is ingested has no feed: the Observer's page came by its own, which is a primary source.
        session.run("UPDATE article_rows SET feed_id = 'f2' WHERE outlet = 'Observer'")
    publish(folder / "var")
    return folder / "var"


def configuration(hook: HttpServer) -> str:
    """Return a configuration with one rule, told to a webhook."""
    return f"""\
data_dir = "var"
[fetch]
allow_hosts = ["127.0.0.1:{hook.port}"]
[[rules]]
name = "truce"
keywords = ["topic:ceasefire"]
officials = "any"
scope = "speaks"
max_age = "none"
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "{hook.url("/hook")}"
"""


@contextmanager
def pages_of(data_dir: Path) -> Iterator[str]:
    """Serve the pages of a published copy by a process of its own; yield their address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        stand = Stand(data_dir=str(data_dir), timezone="Europe/Kyiv", host="127.0.0.1", port=probe.getsockname()[1])
    with pages_process(stand):
        yield stand.url.rstrip("/")


@contextmanager
def pages_process(stand: Stand) -> Iterator[BaseProcess]:
    """Begin the process that serves pages, as `serve` does, and let go of it at the end."""
    ours, theirs = Pipe()
    process = begun_by().Process(target=serve_for, args=(stand, theirs))
    with theirs:
        process.start()
    with ours:
        assert not ours.recv()
        yield process
    process.join(30)
    assert process.exitcode == 0


class Visitor:
    """Asks for pages as a browser would, without a network."""

    def __init__(
        self, data_dir: Path, audience: Audience | None = None, *, base: str = "http://127.0.0.1:8700"
    ) -> None:
        """Open the site on a data directory."""
        self._copy = PublishedCopy(data_dir)
        site = Site(self._copy, Pen(timezone="Europe/Kyiv"), now=lambda: NOW)
        self._app = application(site, audience or Audience(), Upkeep(site, data_dir).routes())
        self._base = base

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._base) as client:
                return await client.get(
                    path, headers={name.replace("_", "-"): value for name, value in headers.items()}
                )

        return asyncio.run(asked())

    def leave(self) -> None:
        """Close the copy."""
        self._copy.close()
