"""The pages as files, all that the first one leads to: for a bucket, or for whoever has no server."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from os.path import relpath
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.routing import compile_path

from flows.pages.formats import FORMATS, Whereabouts, written
from flows.pages.inquiry import Inquiry, Sheet
from flows.pages.rendering import Pen
from flows.pages.sheets import PAGES
from flows.pages.site import STATIC
from flows.problems import WorkProblem
from warehouse.session import Session
from warehouse.shown.copy import Edition, PublishedCopy

LEFT_OUT = "left-out.html"
BRIEFING = "briefing.html"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_STYLE = re.compile(r'<link rel="stylesheet" href="[^"]*">')
_SCRIPT = re.compile(r"<script .*?</script>\n")
_PICTURE = re.compile(r'(src|srcset)="([^"]*\.svg)"')
_BAR = re.compile(r"<nav .*?</nav>", re.DOTALL)
_TO_FILES = re.compile(r'(<a\b[^<>]*?) href="(?!https?:|#)[^"]*"')
# What would lead to other pages is not shown in a file that leads to none, and a name that was a link is but a name.
_ALONE = "a:not([href]) { color: inherit; } a.onward { display: none; }"
_PATTERNS = tuple((compile_path(address)[0], show) for address, show in PAGES.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPages:
    """What was written: how many pages, and how many were left out for want of room."""

    first: Path
    pages: int
    left_out: int


def build(copy: PublishedCopy, folder: Path, *, timezone: str, now: datetime, most: int) -> BuiltPages:
    """Write at most so many pages into a folder, the first one's first; raise Unusable or WorkProblem."""
    edition = copy.edition()
    builder = _Builder(folder, timezone, most)
    with copy.reading() as session:
        assert edition is not None, "what can be read is there"
        try:
            return builder.build(session, edition, now)
        except OSError as error:
            raise WorkProblem(f"cannot write the pages to {folder}: {error.strerror}") from None


class _Builder:
    """Follows links: what a page leads to is written after it."""

    def __init__(self, folder: Path, timezone: str, most: int) -> None:
        self._folder, self._timezone, self._most = folder, timezone, most
        self._pen = Pen(timezone=timezone, address=self._address, is_built=True)
        self._known: dict[str, str] = {}
        self._left_out: set[str] = set()
        self._at = ""

    def build(self, session: Session, edition: Edition, now: datetime) -> BuiltPages:
        for file in sorted(STATIC.iterdir()):
            self._write(f"static/{file.name}", file.read_bytes())
        self._address("/")
        done = 0
        while done < len(self._known):
            address, self._at = list(self._known.items())[done]
            done += 1
            self._write(self._at, self._made(session, edition, now, address))
        self._at = LEFT_OUT
        words = "There are more pages than were to be written; `talkwatch pages serve` shows them all."
        self._write(LEFT_OUT, self._pen.notice("This page was left out", words).encode())
        self._write(BRIEFING, self._alone().encode())
        return BuiltPages(first=self._folder / "index.html", pages=done, left_out=len(self._left_out))

    def _made(self, session: Session, edition: Edition, now: datetime, address: str) -> bytes:
        parts = urlsplit(address)
        filters = dict(parse_qsl(parts.query))
        path, ending = _without_ending(parts.path)
        show, names = _shown_at(path if path != "/today" else "/")
        sheet = show(session, Inquiry(now=now, timezone=self._timezone, names=names, filters=filters))
        if sheet is None:
            return self._pen.notice(
                "There is nothing here", "It may have had another name, or been forgotten."
            ).encode()
        if ending:
            return written(sheet, ending, Whereabouts(base="", path=parts.path, timezone=self._timezone))[0].encode()
        return self._pen.page(sheet, edition, path=path, filters=filters).encode()

    def _address(self, path: str) -> str:
        """Return the way from the page that is being written to another, which is to be written too."""
        if path.startswith("/static/"):
            return relpath(path.removeprefix("/"), Path(self._at).parent)
        if path not in self._known:
            if len(self._known) >= self._most:
                self._left_out.add(path)
                return relpath(LEFT_OUT, Path(self._at).parent)
            self._known[path] = file_of(path)
        return relpath(self._known[path], Path(self._at).parent)

    def _alone(self) -> str:
        """Return the first page as one file, which needs no other to be read, and leads to none that it lost."""
        style = (STATIC / "talkwatch.css").read_text(encoding="utf-8")
        first = (self._folder / "index.html").read_text(encoding="utf-8")
        alone = _TO_FILES.sub(r"\1", _BAR.sub("", _SCRIPT.sub("", first)))
        return _PICTURE.sub(self._inline, _STYLE.sub(lambda _: f"<style>{style}{_ALONE}</style>", alone))

    def _inline(self, found: re.Match[str]) -> str:
        picture = b64encode((self._folder / found[2]).read_bytes()).decode()
        return f'{found[1]}="data:image/svg+xml;base64,{picture}"'

    def _write(self, name: str, body: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def file_of(address: str) -> str:
    """Return the file that an address is written to: of its parts nothing but letters, digits and hyphens is kept."""
    parts = urlsplit(address)
    path, ending = _without_ending(parts.path)
    names = (
        [_UNSAFE.sub("-", unquote(part)) or "-" for part in path.strip("/").split("/")] if path != "/" else ["index"]
    )
    filters = "".join(f"_{_UNSAFE.sub('-', f'{name}-{value}')}" for name, value in parse_qsl(parts.query))
    return "/".join(names) + filters + (f".{ending}" if ending else ".html")


def _without_ending(path: str) -> tuple[str, str]:
    ending = next((each for each in FORMATS if path.endswith(f".{each}")), "")
    return path.removesuffix(f".{ending}"), ending


def _shown_at(path: str) -> tuple[Callable[[Session, Inquiry], Sheet | None], Mapping[str, str]]:
    """Return what is shown at a path, with the names in it."""
    return next((show, found.groupdict()) for pattern, show in _PATTERNS if (found := pattern.match(unquote(path))))
