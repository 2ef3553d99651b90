"""The demo's neighbours on loopback, all real: an outlet's web server, a mailbox, a receiver of webhooks."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from extractors.text.identity import body_hash
from flows.demo.site import Resource
from flows.prefect_server import free_port

HOST = "127.0.0.1"


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
