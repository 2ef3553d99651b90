"""Lists of feeds in and out: appending what an OPML file names to the configuration, and writing such a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from extractors.records import Unreadable
from extractors.syndication.opml import ListedOutline, parse_opml, write_opml
from extractors.text.urls import is_http_url, page_key
from flows.config.settings import Settings, parsed, read_text
from flows.problems import UsageProblem, WorkProblem

SCHEMES = {"feed:https://": "https://", "feed:http://": "http://", "feed://": "https://", "webcal://": "https://"}


def imported(settings: Settings, file: Path) -> list[str]:
    """Append the feeds of an OPML file to the configuration; return a line for each and one that counts them.

    What stands in the file stays as it is, comments included. Raises UsageProblem when the file is no OPML, or when
    nothing can be appended to the configuration; then nothing is written.
    """
    listed = outlines(file)
    watched = {page_key(feed.url): feed.outlet for feed in settings.feeds}
    new: list[tuple[str, str]] = []
    lines = []
    for outline in listed:
        url = plain_address(outline.url)
        if not is_http_url(url):
            lines.append(f"skipped, no http(s) address: {outline.url[:200]}")
        elif page_key(url) in watched:
            lines.append(f"known as {watched[page_key(url)]}: {url}")
        else:
            outlet = outlet_of(outline, url)
            watched[page_key(url)] = outlet
            new.append((url, outlet))
            lines.append(f"added {outlet}: {url}")
    append(settings.path, new)
    return [*lines, f"{len(new)} added, {len(listed) - len(new)} left out; {settings.path}"]


def exported(settings: Settings) -> str:
    """Return the feeds of the configuration as OPML."""
    return write_opml((ListedOutline(url=feed.url, name=feed.outlet) for feed in settings.feeds), "Talkwatch")


def outlines(file: Path) -> tuple[ListedOutline, ...]:
    """Return the feeds an OPML file names."""
    try:
        listed = parse_opml(file.read_bytes())
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}") from None
    if isinstance(listed, Unreadable):
        raise UsageProblem(f"{file}: {listed.detail}; nothing was written")
    return listed


def plain_address(url: str) -> str:
    """Return an address without the schemes that only call readers."""
    for scheme, plain in SCHEMES.items():
        if url.lower().startswith(scheme):
            return plain + url[len(scheme) :]
    return url


def outlet_of(outline: ListedOutline, url: str) -> str:
    """Return what the list calls a feed, as one printable line; its host where it has no name."""
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in outline.name or "").split())
    return name or urlsplit(url).hostname or url


def append(path: Path, feeds: Iterable[tuple[str, str]]) -> None:
    """Append tables to the configuration, replacing it at once, when the whole is still a valid configuration."""
    tables = "".join(f"\n[[feeds]]\nurl = {quoted(url)}\noutlet = {quoted(outlet)}\n" for url, outlet in feeds)
    if not tables:
        return
    text = read_text(path)
    whole = text + ("" if text.endswith("\n") or not text else "\n") + tables
    try:
        tomllib.loads(whole)
    except tomllib.TOMLDecodeError:
        raise UsageProblem(
            f"{path}: feeds is written in one line; write each as a [[feeds]] table, then import again"
        ) from None
    parsed(path, whole, sending=False)
    replace_text(path.resolve(), whole)


def quoted(text: str) -> str:
    """Return a text as a TOML string; what JSON escapes, TOML reads alike."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def replace_text(path: Path, text: str) -> None:
    """Write a file so that it is at every moment the old or the new one; its permissions stay."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    except OSError as error:
        raise WorkProblem(f"cannot write {path}: {error.strerror}") from None
    finally:
        fresh.unlink(missing_ok=True)
