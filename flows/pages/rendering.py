"""Sheets as HTML: the templates, and how times, stances and names are written in them. Everything is escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alerts.letters import called as keyword
from alerts.letters import why
from alerts.wording import after, called, counted, cut, shown, side, stance
from extractors.text.urls import is_http_url
from flows.pages.inquiry import Sheet
from warehouse.shown.copy import Edition

_HERE = Path(__file__).parent
_SMALL = {"of", "the", "and"}
_COPIES = {
    "original": "its own report",
    "wire_copy": "a copy of",
    "same_owner": "by the same owner as",
    "citing": "citing",
}


class Pen:
    """Writes sheets. `address` turns a path of the site into what a link leads to."""

    def __init__(self, *, timezone: str, address: Callable[[str], str] = str, is_built: bool = False) -> None:
        """Load the templates; times are written in `timezone`. What is built as files answers no search."""
        self.timezone = timezone
        self._zone = ZoneInfo(timezone)
        self._address = address
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_harmless,
        )
        self._templates.filters |= {
            "when": self.when,
            "after": after,
            "day": _day,
            "called": called,
            "stance": stance,
            "counted": counted,
            "cut": cut,
            "link": link,
            "copied": copied,
            "root": root,
            "side": side,
            "party": party,
            "keyword": keyword,
            "why": why,
            "lines": _lines,
        }
        self._templates.globals |= {"to": self.to, "again": self.again, "other": self.other, "is_built": is_built}
        files = sorted(path for folder in ("templates", "static") for path in (_HERE / folder).iterdir())
        # Another version of the pages is another answer, though the copy be the same.
        self.version = hashlib.sha256(b"".join(map(Path.read_bytes, files)) + timezone.encode()).hexdigest()[:12]

    def page(self, sheet: Sheet, edition: Edition, *, path: str, filters: Mapping[str, str]) -> str:
        """Return a sheet as HTML; `path` and `filters` are where it stands."""
        template = self._templates.get_template(sheet.template)
        return template.render(sheet=sheet, edition=edition, path=path, filters=filters, timezone=self.timezone)

    def notice(self, heading: str, words: str) -> str:
        """Return a page that says why there is none."""
        return self._templates.get_template("notice.html.j2").render(heading=heading, words=words, path="")

    def to(self, *parts: str, **filters: str | int | date | None) -> str:
        """Return the link to a page, by the parts of its address and its filters."""
        path = "/" + "/".join(quote(part, safe="") for part in parts)
        query = urlencode({name: value for name, value in filters.items() if value not in {None, ""}})
        return self._address(f"{path}?{query}" if query else path)

    def again(self, path: str, filters: Mapping[str, str], **others: str | int | None) -> str:
        """Return the link to the page at `path` with some of its filters set otherwise."""
        return self.to(*_parts(path), **{**filters, **others})

    def other(self, path: str, ending: str, filters: Mapping[str, str]) -> str:
        """Return the link to the list of the page at `path` in another form."""
        return self.to(*_parts(f"{path if path != '/' else '/today'}.{ending}"), **filters)

    def when(self, moment: datetime | None) -> Markup | str:
        """Return a moment as people write it, with the exact one for machines."""
        if moment is None:
            return "never"
        local = moment.astimezone(self._zone)
        return Markup('<time datetime="{}">{} {}</time>').format(
            moment.isoformat(timespec="seconds"), _day(local), f"{local:%H:%M}"
        )


def party(name: str) -> str:
    """Return a party to talks by its name: a country or body that the roster has no name for, by its id."""
    return (
        " ".join(word if word in _SMALL else word.capitalize() for word in called(name).split())
        if name.islower()
        else name
    )


def link(url: str) -> str | None:
    """Return an address of the web that a reader can follow safely, else None."""
    return url if is_http_url(url) and shown(url) == url else None


def root(source: str) -> str:
    """Return the name of whom news goes back to: its own, or that of the outlet or owner it stands for."""
    return called(source.partition(":")[2] or source)


def copied(kind: str | None, source: str | None) -> str:
    """Say in words whose text an article is."""
    name = root(source or "")
    if kind in {None, "original"} or not name:
        return _COPIES["original"]
    return f"{_COPIES.get(str(kind), 'from')} {name}"


def _parts(path: str) -> list[str]:
    return [unquote(part) for part in path.removeprefix("/").split("/")]


def _lines(text: str) -> Markup:
    """Return a text of several lines as it stands, each of them harmless."""
    return Markup("\n").join(shown(line) for line in text.split("\n"))


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _harmless(value: object) -> object:
    """Let nothing through that would deceive a reader; None is nothing."""
    if value is None:
        return ""
    return shown(value) if type(value) is str else value
