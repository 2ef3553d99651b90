"""The demo's neighbours on loopback, all real: an outlet of the seed articles, a mailbox, a receiver of webhooks."""

from __future__ import annotations

import json
import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from extractors.text.identity import body_hash
from flows.prefect_server import free_port

HOST = "127.0.0.1"

FOLDER = Path(__file__).parent
FIXTURE = FOLDER / "site.toml"


@dataclass(slots=True)
class Arrivals:
    """What arrived, in order."""

    mails: list[EmailMessage] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, int]] = field(default_factory=list)


class QuietHandler(BaseHTTPRequestHandler):
    """A handler that writes no log lines over the demo's answer."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class PatientServer(ThreadingHTTPServer):
    """A server that takes no offence when a client hangs up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show what went wrong here, and nothing of a connection that was closed at the other end."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve HTTP on a free port while the block runs; yield the base address."""
    server = PatientServer((HOST, 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def outlet(site: dict[str, Resource], arrivals: Arrivals) -> Iterator[str]:
    """Serve a site with validators; `site` may be filled once the address is known."""

    class Outlet(QuietHandler):
        def do_GET(self) -> None:
            resource = site.get(self.path.partition("?")[0])
            etag = f'"{body_hash(resource.body)}"' if resource else ""
            unchanged = resource is not None and self.headers.get("If-None-Match") == etag
            arrivals.requests.append((self.path, 304 if unchanged else 200 if resource else 404))
            if resource is None:
                self.answer(404, b"not found", Content_Type="text/plain")
            elif unchanged:
                self.answer(304, ETag=etag)
            else:
                self.answer(200, resource.body, Content_Type=resource.content_type, ETag=etag)

    with listening(Outlet) as url:
        yield url


@contextmanager
def webhook(arrivals: Arrivals) -> Iterator[str]:
    """Take webhooks as Slack does."""

    class Receiver(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            arrivals.payloads.append(json.loads(body))
            self.answer(200, b"ok", Content_Type="text/plain")

    with listening(Receiver) as url:
        yield f"{url}/services/demo"


@contextmanager
def mailbox(arrivals: Arrivals) -> Iterator[int]:
    """Take mail over SMTP; yield the port."""
    from aiosmtpd.controller import Controller

    class Mailbox:
        async def handle_DATA(  # noqa: N802 (aiosmtpd calls it by this name)
            self, _server: Any, _session: Any, envelope: Any
        ) -> str:
            arrivals.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    port = free_port()
    controller = Controller(Mailbox(), hostname=HOST, port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a web server answers at one path."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph of an article, or the caption of a picture between two of them."""

    text: str
    caption: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A seed article as its page shows it."""

    slug: str
    url: str
    headline: str
    byline: str | None
    published: datetime
    blocks: tuple[Block, ...]
    comments: tuple[str, ...]


def render_site(seeds_dir: Path, base_url: str) -> Mapping[str, Resource]:
    """Return the outlet's site by path: `/rss.xml` and a page for each seed of the fixture that is in `seeds_dir`."""
    fixture = tomllib.loads(FIXTURE.read_text("utf-8"))
    found = (described for described in fixture["story"] if (seeds_dir / described["seed"]).is_file())
    stories = sorted((_story(seeds_dir, base_url, described) for described in found), key=_published, reverse=True)
    shared = {"outlet": fixture["outlet"], "teasers": fixture["teasers"], "base_url": base_url}
    rss = _templates().get_template("rss.xml.j2").render(shared, stories=stories)
    site = {"/rss.xml": Resource(body=rss.encode(), content_type="application/rss+xml; charset=utf-8")}
    return site | {_path(story.slug): _page(story, stories, shared) for story in stories}


def _page(story: Story, stories: list[Story], shared: Mapping[str, Any]) -> Resource:
    others = [other.headline for other in stories if other is not story] + shared["teasers"]
    page = _templates().get_template("page.html.j2")
    html = page.render(shared, story=story, others=others, linked=_linked(story, shared["outlet"]))
    return Resource(body=html.encode(), content_type="text/html; charset=utf-8")


def _linked(story: Story, outlet: str) -> dict[str, Any]:
    """Return the page's JSON-LD, as outlets give it to search engines."""
    author = {"author": {"@type": "Person", "name": story.byline}} if story.byline else {}
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline,
        "datePublished": story.published.isoformat(),
        "mainEntityOfPage": story.url,
        "publisher": {"@type": "Organization", "name": outlet},
        **author,
    }


def _story(seeds_dir: Path, base_url: str, described: Mapping[str, Any]) -> Story:
    lines = dict(enumerate((seeds_dir / described["seed"]).read_text("utf-8").splitlines(), 1))
    first, last = described.get("comments", (0, -1))
    return Story(
        slug=described["slug"],
        url=base_url + _path(described["slug"]),
        headline=described["headline"],
        byline=described.get("byline"),
        published=described["published"],
        blocks=tuple(_blocks(lines, described)),
        comments=tuple(line.strip() for number, line in lines.items() if first <= number <= last and line.strip()),
    )


def _blocks(lines: Mapping[int, str], described: Mapping[str, Any]) -> Iterator[Block]:
    first, last = described.get("comments", (0, -1))
    captions, left_out = described.get("captions", ()), described["left_out"]
    for number, line in lines.items():
        if line.strip() and number not in left_out and not first <= number <= last:
            yield Block(text=line.strip(), caption=number in captions)


def _path(slug: str) -> str:
    return f"/news/{slug}"


def _published(story: Story) -> datetime:
    return story.published


def _templates() -> Environment:
    # Always escaped: the templates' names do not end as Jinja's own choice of escaping expects.
    loader = FileSystemLoader(FOLDER / "templates")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    templates.filters["rfc822"] = format_datetime
    return templates
