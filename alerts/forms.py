"""What the templates make of a page, as text and as HTML, and how every letter says where to stop."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.message_records import Briefing, Letter, Message, Notice
from alerts.wording import shown

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def written(
    form: str,
    page: Mapping[str, object],
    message: Message,
    subject: str,
    footer: tuple[str, ...],
    *,
    stop: str | None,
    one_click: str | None,
    notices: tuple[Notice, ...] = (),
    briefing: Briefing | None = None,
) -> Letter:
    """Return what the templates of a form make of a page, as the letter of a message.

    At `stop`, an address of the web or of mail, its reader can stop the messages; a POST to `one_click` does so.
    """
    page = {
        **page,
        "subject": subject,
        "footer": footer,
        "stop": stop,
        "stop_words": stop_words(stop or ""),
        "message_id": message.message_id,
    }
    return Letter(
        message_id=message.message_id,
        subject=subject,
        text=_TEMPLATES.get_template(f"{form}.txt.j2").render(page),
        html=_TEMPLATES.get_template(f"{form}.html.j2").render(page),
        notices=notices,
        line=subject,
        footer=(*footer, *([stop_words(stop)] if stop else [])),
        one_click=one_click,
        briefing=briefing,
    )


def stop_line(subscriber: str, stop: str | None) -> str:
    """Return how a subscriber stops his messages; an address to stop at stands after it."""
    command = f"whoever runs Talkwatch types: talkwatch alerts unsubscribe {shlex.quote(shown(subscriber))}"
    return "To stop these messages:" if stop else f"To stop these messages, {command}"


def stop_words(stop: str) -> str:
    """Return an address to stop at as people read it: of mail, to whom and under which subject."""
    parts = urlsplit(stop)
    if parts.scheme != "mailto":
        return stop
    (subject,) = parse_qs(parts.query).get("subject", [""])
    return unquote(parts.path) + (f", with the subject “{subject}”" if subject else "")
