"""The pages that links in messages lead to: a GET says what a link does, a POST does it. Nothing else is served here.

They read no warehouse and wait for nobody: what a link means is signed in it, what is done is a file until it is taken
in.
"""

from __future__ import annotations

import hashlib
import logging
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts.links import About, Link, LinkDeed, What, read
from flows.inbox import InboxFull, keep
from flows.times import utc_now

STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0;cursor:pointer}"
    "@media (prefers-color-scheme:dark){body{background:#181818;color:#eee}}"
)
_STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
_BODY = 2_000  # bytes of a form at most
_MINUTE = 60.0
# A desk of many readers does not come near it, and who guesses gets nowhere.
OF_ONE = 60
OF_ALL = 600

log = logging.getLogger("talkwatch.deeds")


@dataclass
class Allowance:
    """How many requests a minute are answered, of one subscriber's links and of all there are."""

    clock: Callable[[], float] = time.monotonic
    _minute: int = -1
    _counts: dict[str, int] = field(default_factory=dict)

    def is_spent(self, who: str, most: int) -> bool:
        """Count one more, and tell whether it is too many."""
        minute = int(self.clock() // _MINUTE)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[who] = self._counts.get(who, 0) + 1
        return self._counts[who] > most


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button: what it says, and what it does."""

    words: str
    does: str


@dataclass(kw_only=True)
class Counter:
    """Where links are handed in: what each offers, and what is kept of it."""

    data_dir: Path
    key: Callable[[], bytes]
    now: Callable[[], datetime] = utc_now
    allowance: Allowance = field(default_factory=Allowance)

    def __post_init__(self) -> None:
        """Load the template."""
        self._page = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ).get_template("deed.html.j2")

    async def answer(self, request: Request) -> Response:
        """Say what a link does, or do it."""
        if self.allowance.is_spent("", OF_ALL):
            return self._said("Too many requests", "Try again in a minute.", 429)
        link = read(request.path_params["path"].rpartition("/")[2], self.key())
        if link is None:
            return self._said("There is nothing here", "This link is not one of ours, or not whole.", 404)
        if self.allowance.is_spent(link.subscriber, OF_ONE):
            return self._said("Too many requests", "Try again in a minute.", 429)
        if self.now() >= link.is_over:
            return self._said("This link is over", f"Links work for 30 days. {otherwise(link)}", 410)
        if request.method == "POST":
            return self._done(link, await _form(request))
        return self._said(offer(link), for_whom(link), 200, choices(link))

    def _done(self, link: Link, form: dict[str, str]) -> Response:
        asked = form.get("do", "")
        if link.what is not What.MUTE:
            about, span = None, ""
        elif asked in {choice.does for choice in choices(link)}:
            about, span = About(asked.partition("-")[0]), asked.partition("-")[2]
        else:
            return self._said(offer(link), for_whom(link), 400, choices(link))
        try:
            keep(self.data_dir, LinkDeed(link=link, at=self.now(), about=about, span=span))
        except (InboxFull, OSError) as error:
            log.warning("a deed could not be kept: %s", error or type(error).__name__)
            return self._said("It could not be kept", f"Nothing was done; try again later. {otherwise(link)}", 503)
        return self._said("Done", f"{done(link, about, span)} It takes effect within a minute.", 200)

    def _said(self, heading: str, words: str, status: int, choices: tuple[Choice, ...] = ()) -> Response:
        page = self._page.render(heading=heading, words=words, choices=choices, style=STYLE)
        return Response(page, status, HEADERS | {"Content-Type": "text/html; charset=utf-8"})


def counter_application(counter: Counter) -> Starlette:
    """Return what an ASGI server runs: the pages of links, at whatever path a proxy leaves of their address."""
    return Starlette(routes=[Route("/{path:path}", counter.answer, methods=["GET", "POST"])])


def offer(link: Link) -> str:
    """Say what a link does once its button is pressed."""
    about = f"the alert of rule “{link.rule}” on {link.official}"
    return {
        What.RIGHT: f"Say that {about} was right",
        What.WRONG: f"Say that {about} was wrong",
        What.MUTE: "Have no messages for a time",
        What.STOP: "Stop these messages",
    }[link.what]


def for_whom(link: Link) -> str:
    """Say whom it binds, and that nothing is done yet."""
    whom = f"Nothing is done until you press a button. It counts for “{link.subscriber}”"
    return f"{whom}: for everybody who reads that channel." if link.shared else f"{whom} alone."


def choices(link: Link) -> tuple[Choice, ...]:
    """Return the buttons of a link's page."""
    if link.what is not What.MUTE:
        said = {What.RIGHT: "It was right", What.WRONG: "It was wrong", What.STOP: "Stop them"}[link.what]
        return (Choice(words=said, does=str(link.what)),)
    muted = {About.STORY: "this story", About.PERSON: link.official, About.RULE: f"rule “{link.rule}”"}
    return tuple(
        Choice(words=f"Nothing of {what} for a {span}", does=f"{about}-{span}")
        for about, what in muted.items()
        for span in ("day", "week")
    )


def done(link: Link, about: About | None, span: str) -> str:
    """Say what was done."""
    if link.what is What.MUTE and about:
        what = {About.STORY: "this story", About.PERSON: link.official, About.RULE: f"rule “{link.rule}”"}[about]
        return f"“{link.subscriber}” gets nothing of {what} for a {span}."
    if link.what is What.STOP:
        return f"“{link.subscriber}” gets no more messages."
    return f"The alert of rule “{link.rule}” on {link.official} was {link.what}."


def otherwise(link: Link) -> str:
    """Say how the same is done without the link."""
    command = {
        What.RIGHT: f"talkwatch alerts mark {link.alert_id} right",
        What.WRONG: f"talkwatch alerts mark {link.alert_id} wrong",
        What.MUTE: f"talkwatch alerts silence --rule “{link.rule}” --subscriber “{link.subscriber}” --for 1d",
        What.STOP: f"talkwatch alerts unsubscribe “{link.subscriber}”",
    }[link.what]
    return f"A newer message has links that work; whoever runs Talkwatch types: {command}"


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form that was sent; what is longer than ours says nothing."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _BODY:
            return {}
    found: dict[str, list[Any]] = parse_qs(body.decode(errors="replace"))
    return {name: str(values[0]) for name, values in found.items()}
