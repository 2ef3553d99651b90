"""Files and folders that a person names: which there are, and the articles in them."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from extractors.dates import parse_date
from extractors.pages import clean_page
from extractors.records import Page, Unreadable, UnreadableReason
from extractors.texts import clean_text, decode_text
from extractors.urls import is_http_url
from flows.archives import archived_pages
from flows.problems import UsageProblem

ARCHIVES = (".warc", ".warc.gz")
SUFFIXES = (".txt", ".html", ".htm", ".html.gz", ".jsonl", *ARCHIVES)
LARGEST = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a file: its page, or why it is none. `outlet` stands in a .jsonl line only.

    `archived` documents are pages of a web archive, which never alert.
    """

    doc_id: str
    path: Path
    page: Page | Unreadable
    outlet: str | None = None
    archived: bool = False


def files_in(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files named, folders walked in order; raise UsageProblem when any path is not there."""
    named = tuple(paths)
    missing = [f"no such file or folder: {path}" for path in named if not path.exists()]
    if missing:
        raise UsageProblem("\n".join(missing))
    return tuple(file for path in named for file in (walked(path) if path.is_dir() else (path,)))


def walked(folder: Path) -> tuple[Path, ...]:
    """Return the readable kinds of files under a folder, by name."""
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file() and path.name.lower().endswith(SUFFIXES)))


def documents(files: Iterable[Path]) -> Iterator[Document]:
    """Read files one by one into documents; whatever stands in them, nothing is raised."""
    for path in files:
        if path.name.lower().endswith(ARCHIVES):
            yield from pages_of_archive(path)
            continue
        body = contents(path)
        if isinstance(body, Unreadable):
            yield Document(doc_id=path.name, path=path, page=body)
        elif path.name.lower().endswith(".jsonl"):
            yield from lines(path, body)
        else:
            yield Document(doc_id=path.name, path=path, page=page_in(path.name.lower(), body))


def pages_of_archive(path: Path) -> Iterator[Document]:
    """Read the pages of a web archive, each a document under the address it was fetched from."""
    for number, archived in enumerate(archived_pages(path), 1):
        body = archived.body
        page = (
            body
            if isinstance(body, Unreadable)
            else clean_page(body, url=archived.url, content_type=archived.content_type)
        )
        if isinstance(page, Page) and is_http_url(archived.url):
            page = replace(page, url=page.url or archived.url)
        yield Document(doc_id=f"{path.name}:{number}", path=path, page=page, archived=True)


def contents(path: Path) -> bytes | Unreadable:
    """Return a file's bytes, unpacked, within bounds."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return Unreadable(reason=UnreadableReason.BROKEN, detail="broken compression")
    except OSError as error:
        return Unreadable(reason=UnreadableReason.BROKEN, detail=error.strerror or "cannot be read")
    return body if len(body) <= LARGEST else Unreadable(reason=UnreadableReason.TOO_LARGE, detail="over 20 MB")


def page_in(name: str, body: bytes) -> Page | Unreadable:
    """Clean a body by the kind its name tells."""
    if name.endswith((".html", ".htm", ".html.gz")):
        return clean_page(body)
    text = decode_text(body) if name.endswith(".txt") else None
    if text is None:
        return Unreadable(reason=UnreadableReason.NOT_TEXT, detail="not .txt, .html, .html.gz or .jsonl in UTF-8")
    return clean_text(text)


def lines(path: Path, body: bytes) -> Iterator[Document]:
    """Read the lines of a .jsonl file, each a document."""
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            record = parsed(line)
            outlet = record.get("outlet") if isinstance(record, dict) else None
            page = record if isinstance(record, Unreadable) else page_of(record)
            yield Document(doc_id=f"{path.name}:{number}", path=path, page=page, outlet=text_of(outlet))


def parsed(line: bytes) -> dict[str, Any] | Unreadable:
    """Return a line's JSON object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Unreadable(reason=UnreadableReason.BROKEN, detail="not a line of JSON")
    return record if isinstance(record, dict) else Unreadable(reason=UnreadableReason.BROKEN, detail="not an object")


def page_of(record: dict[str, Any]) -> Page | Unreadable:
    """Clean the text or html of a line; what the line itself says wins over what is found in it."""
    html, text = text_of(record.get("html")), text_of(record.get("text"))
    url = text_of(record.get("url"))
    page = clean_page(html, url=url) if html else clean_text(text or "")
    if isinstance(page, Unreadable):
        return page
    said = {
        "url": url,
        "title": text_of(record.get("title")),
        "author": text_of(record.get("author")),
        "language": text_of(record.get("language")),
        "published": parse_date(text_of(record.get("published")) or ""),
    }
    known: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    return replace(page, **known)


def text_of(value: object) -> str | None:
    """Return a value that is text and not empty."""
    return value if isinstance(value, str) and value.strip() else None
