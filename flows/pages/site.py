"""The pages over HTTP: which address shows what, who may ask, and what a browser may do with the answer. Only reads."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows.pages.formats import FORMATS, Whereabouts, written
from flows.pages.inquiry import Inquiry, Sheet
from flows.pages.rendering import Pen
from flows.pages.sheets import PAGES
from flows.times import utc_now
from warehouse.errors import WarehouseError
from warehouse.session import Session
from warehouse.shown.copy import Edition, PublishedCopy

STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

# Nothing from elsewhere, no script but ours, in nobody's frame: what came from the web is shown and never acts.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",  # kept, and asked for again each time: a 304 costs next to nothing
}
SERVED = "X-Talkwatch"  # whose pages these are, said to everybody who asks
_KEPT = 64
_HTML = "text/html; charset=utf-8"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may ask: by which names the pages are reached, and the token that is asked for; empty for none.

    A page elsewhere could have a browser ask this machine under a name of its own (DNS rebinding); so names are held
    to, but where a token is asked for, which no other page knows.
    """

    hosts: tuple[str, ...] = LOOPBACK
    token: str = ""

    def refusal(self, request: Request) -> Response | None:
        """Return what is answered to somebody who may not ask; None for everybody else."""
        if self.token:
            return None if self._knows(request.headers.get("authorization", "")) else _WHO
        host = request.headers.get("host", "").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        return None if name in self.hosts else PlainTextResponse(f"These pages are not called {name}.\n", 421)

    def _knows(self, header: str) -> bool:
        kind, _, said = header.partition(" ")
        if kind.lower() == "basic":
            try:
                said = b64decode(said).decode().partition(":")[2]
            except ValueError:
                return False
        elif kind.lower() != "bearer":
            return False
        return secrets.compare_digest(said.encode(), self.token.encode())


_WHO = PlainTextResponse("The token, please: any name, and the token as password.\n", 401)
_WHO.headers["WWW-Authenticate"] = 'Basic realm="Talkwatch", charset="UTF-8"'


class Site:
    """What is at each address, from the newest copy; the last answers are kept as long as they are true."""

    def __init__(self, copy: PublishedCopy, pen: Pen, *, now: Callable[[], datetime] = utc_now) -> None:
        """Take the copy to read, and how to write; nothing is opened yet."""
        self._copy, self._pen, self._now = copy, pen, now
        self._kept: dict[str, tuple[bytes, str]] = {}

    def inquiry(self, names: Mapping[str, str], filters: Mapping[str, str]) -> Inquiry:
        """Return what a page is asked with, now."""
        return Inquiry(now=self._now(), timezone=self._pen.timezone, names=names, filters=filters)

    @property
    def served(self) -> str:
        """Return the name of the deployment whose copy this is."""
        return self._copy.name

    def now(self) -> datetime:
        """Read its clock."""
        return self._now()

    def edition(self) -> Edition | None:
        """Return which copy there is."""
        return self._copy.edition()

    def reading(self) -> AbstractContextManager[Session]:
        """Open the copy to look at."""
        return self._copy.reading()

    def answer(self, show: Callable[[Session, Inquiry], Sheet | None], ending: str, request: Request) -> Response:
        """Return the page, or its list in another form; 304 where the browser has it as it is."""
        edition = self.edition()
        if edition is None:
            return self._plainly("Nothing is published yet", "The first pass does it; look again in a minute.", 503)
        asked = self.inquiry(request.path_params, request.query_params)
        mark = _mark(edition.mark, self._pen.version, str(request.url), str(asked.today()))
        if _has(request, mark):
            return Response(status_code=304, headers={"ETag": mark})
        kept = self._kept.get(mark)
        if kept is None:
            try:
                kept = self._made(show, ending, asked, edition, request)
            except WarehouseError as error:
                return self._plainly("The published copy cannot be read", str(error), 503)
            if kept is None:
                return self._plainly("There is nothing here", "It may have had another name, or been forgotten.", 404)
            self._keep(mark, kept)
        body, kind = kept
        return Response(body, headers={"ETag": mark, "Content-Type": kind})

    def _made(
        self,
        show: Callable[[Session, Inquiry], Sheet | None],
        ending: str,
        asked: Inquiry,
        edition: Edition,
        request: Request,
    ) -> tuple[bytes, str] | None:
        """Return a page, or its list in another form, and its media type; None where there is none."""
        path = request.url.path
        with self.reading() as session:
            sheet = show(session, asked)
        if sheet is None or (ending and sheet.main is None):
            return None
        if ending:
            place = Whereabouts(base=str(request.base_url).rstrip("/"), path=path, timezone=self._pen.timezone)
            text, kind = written(sheet, ending, place)
            return (text.encode(), kind) if text else None
        return self._pen.page(sheet, edition, path=path, filters=dict(asked.filters)).encode(), _HTML

    def _plainly(self, heading: str, words: str, status: int) -> Response:
        return Response(self._pen.notice(heading, words), status, {"Content-Type": _HTML})

    def missing(self, *_: object) -> Response:
        """Return what stands where no page is."""
        return self._plainly("There is nothing here", "No page has this address.", 404)

    def _keep(self, mark: str, made: tuple[bytes, str]) -> None:
        while len(self._kept) >= _KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[mark] = made


def application(site: Site, audience: Audience, besides: Sequence[Route] = ()) -> Starlette:
    """Return what an ASGI server runs: the pages, and what is served `besides` to the same audience."""
    routes = [*besides, Route("/static/{name}", _static)]
    for address, show in PAGES.items():
        # A name may hold a point, so the forms come first. The first page, which has no name, is called today.
        base = address if address != "/" else "/today"
        routes += [Route(f"{base}.{ending}", _answering(site, show, ending), methods=["GET"]) for ending in FORMATS]
        routes.append(Route(address, _answering(site, show, ""), methods=["GET"]))

    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = audience.refusal(request) or await call_next(request)
        for name, value in {**HEADERS, SERVED: site.served}.items():
            answer.headers.setdefault(name, value)
        return answer

    middleware = [Middleware(GZipMiddleware, minimum_size=1000), Middleware(BaseHTTPMiddleware, dispatch=guarded)]
    return Starlette(routes=routes, middleware=middleware, exception_handlers={404: site.missing})


def _answering(site: Site, show: Callable[[Session, Inquiry], Sheet | None], ending: str) -> Callable[..., Response]:
    return partial(site.answer, show, ending)


def _static(request: Request) -> Response:
    path = STATIC / request.path_params["name"]
    if path.parent != STATIC or path.suffix not in _TYPES or not path.is_file():
        return PlainTextResponse("There is nothing here.\n", 404)
    body = path.read_bytes()
    mark = _mark(hashlib.sha256(body).hexdigest())
    if _has(request, mark):
        return Response(status_code=304, headers={"ETag": mark})
    return Response(body, headers={"ETag": mark, "Content-Type": _TYPES[path.suffix]})


def _mark(*parts: str) -> str:
    said = "\n".join(parts).encode()
    return f'W/"{hashlib.sha256(said).hexdigest()[:32]}"'


def _has(request: Request, mark: str) -> bool:
    return mark in (each.strip() for each in request.headers.get("if-none-match", "").split(","))
