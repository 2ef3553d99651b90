"""Files and folders that a person names: which there are, and the documents in them, web archives (WARC) included.

Parses nothing itself, and whatever stands in a file, nothing is raised.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # ships no types
from warcio.bufferedreaders import DecompressingBufferedReader  # type: ignore[import-untyped]  # as above

from extractors.records import Page, Unreadable, UnreadableReason
from extractors.text.dates import parse_date
from extractors.text.plaintext import clean_text
from extractors.text.urls import is_http_url
from flows.problems import UsageProblem
from flows.processes.workers import Parse, ParseResult, Workers

ARCHIVES = (".warc", ".warc.gz")
PAGES = (".html", ".htm", ".html.gz")
SUFFIXES = (".txt", *PAGES, ".jsonl", *ARCHIVES)
LARGEST = 20_000_000  # bytes of a file, or decoded ones of a page of an archive
LONGEST_LINE, LONGEST_HEADERS = 65_536, 10_000_000  # bytes
# What warcio is asked for at most: it counts the blocks of a line more than once, and so may give much less.
ENOUGH = 1_000_000
HTML = ("text/html", "application/xhtml+xml")
UTF_8 = "text/html; charset=utf-8"
UNKNOWN = Unreadable(reason=UnreadableReason.NOT_TEXT, detail="not .txt, .html, .html.gz or .jsonl in UTF-8")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparsed:
    """A document before it is parsed: a page already, or what to make one of; and what was `said` of it elsewhere."""

    doc_id: str
    path: Path
    content: Parse | Page | Unreadable
    said: Mapping[str, Any] = field(default_factory=dict)
    outlet: str | None = None
    archived_from: str | None = None

    def document(self, answer: ParseResult) -> Document:
        """Return the document that parsing made of it; what was said of it wins over what was found in it."""
        assert isinstance(answer, Page | Unreadable)
        page = replace(answer, **self.said) if isinstance(answer, Page) else answer
        if isinstance(page, Page) and is_http_url(self.archived_from or ""):
            page = replace(page, url=page.url or self.archived_from)
        archived = self.archived_from is not None
        return Document(doc_id=self.doc_id, path=self.path, page=page, outlet=self.outlet, archived=archived)


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


def documents(files: Iterable[Path], workers: Workers) -> Iterator[Document]:
    """Read files one by one into documents, in their order; whatever stands in them, nothing is raised.

    Files are hostile: one that takes too long or too much has that as its reason, and the rest goes on.
    """
    waiting: deque[Unparsed] = deque()
    for answer in workers.in_order(contents_of(unparsed(files), waiting)):
        yield waiting.popleft().document(answer)


def contents_of(found: Iterable[Unparsed], waiting: deque[Unparsed]) -> Iterator[Parse | Page | Unreadable]:
    """Yield what is to be parsed of each; they wait, without their bytes, for what comes of it."""
    for each in found:
        waiting.append(replace(each, content=UNKNOWN))
        yield each.content


def unparsed(files: Iterable[Path]) -> Iterator[Unparsed]:
    """Read files one by one into what there is to parse."""
    for path in files:
        if path.name.lower().endswith(ARCHIVES):
            yield from pages_of_archive(path)
            continue
        body = contents(path)
        if not isinstance(body, Unreadable) and path.name.lower().endswith(".jsonl"):
            yield from lines(path, body)
        else:
            yield Unparsed(
                doc_id=path.name, path=path, content=body if isinstance(body, Unreadable) else task(path, body)
            )


def task(path: Path, body: bytes) -> Parse | Unreadable:
    """Return what is to be done with a file's bytes, by the kind its name tells."""
    if path.name.lower().endswith(PAGES):
        return Parse(kind="page", body=body)
    return Parse(kind="text", body=body) if path.name.lower().endswith(".txt") else UNKNOWN


def pages_of_archive(path: Path) -> Iterator[Unparsed]:
    """Read the pages of a web archive, each a document under the address it was fetched from."""
    for number, page in enumerate(archived_pages(path), 1):
        body = page.body
        content = (
            body
            if isinstance(body, Unreadable)
            else Parse(kind="page", body=body, url=page.url, content_type=page.content_type)
        )
        yield Unparsed(doc_id=f"{path.name}:{number}", path=path, content=content, archived_from=page.url)


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


def lines(path: Path, body: bytes) -> Iterator[Unparsed]:
    """Read the lines of a .jsonl file, each a document."""
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            record, name = parsed(line), f"{path.name}:{number}"
            if isinstance(record, Unreadable):
                yield Unparsed(doc_id=name, path=path, content=record)
            else:
                outlet = text_of(record.get("outlet"))
                yield Unparsed(doc_id=name, path=path, content=content_of(record), said=said_in(record), outlet=outlet)


def parsed(line: bytes) -> dict[str, Any] | Unreadable:
    """Return a line's JSON object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Unreadable(reason=UnreadableReason.BROKEN, detail="not a line of JSON")
    return record if isinstance(record, dict) else Unreadable(reason=UnreadableReason.BROKEN, detail="not an object")


def content_of(record: dict[str, Any]) -> Parse | Page | Unreadable:
    """Return the html of a line, which is to be parsed, or its text, which stands as it is."""
    html = text_of(record.get("html"))
    if html:
        # What JSON calls half a character is no character.
        body = html.encode("utf-8", errors="replace")
        return Parse(kind="page", body=body, url=text_of(record.get("url")) or "", content_type=UTF_8)
    return clean_text(text_of(record.get("text")) or "")


def said_in(record: dict[str, Any]) -> dict[str, Any]:
    """Return what a line says of its page: it wins over what is found in it."""
    said = {
        **{name: text_of(record.get(name)) for name in ("url", "title", "author", "language")},
        "published": parse_date(text_of(record.get("published")) or ""),
    }
    return {key: value for key, value in said.items() if value is not None}


def text_of(value: object) -> str | None:
    """Return a value that is text and not empty."""
    return value if isinstance(value, str) and value.strip() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A page as it was fetched once, or why it cannot be read."""

    url: str
    body: bytes | Unreadable
    content_type: str | None


class EndlessHeaders(Exception):
    """More header bytes than any honest archive holds."""


class BoundedLines(DecompressingBufferedReader):  # type: ignore[misc]  # its base has no types
    """Reads an archive, whose headers come in lines and its bodies in blocks; warcio takes lines of any length."""

    _headers = 0

    def readline(self, length: int | None = None) -> bytes:
        """Read a line; raise EndlessHeaders when it, or all since the last body, is too long."""
        line: bytes = super().readline(min(length or ENOUGH, ENOUGH))
        self._headers += len(line)
        if len(line) > LONGEST_LINE or self._headers > LONGEST_HEADERS:
            raise EndlessHeaders
        return line

    def read(self, length: int | None = None) -> bytes:
        """Read a block."""
        self._headers = 0
        block: bytes = super().read(length)
        return block


def archived_pages(path: Path) -> Iterator[ArchivedPage]:
    """Yield the HTML pages that an archive's servers answered with; a broken file ends with its reason."""
    try:
        with path.open("rb") as file:
            records = ArchiveIterator(file)
            records.reader = BoundedLines(records.fh)
            for record in records:
                if is_page(record):
                    yield page_of(record)
    except Exception as error:  # noqa: BLE001 (what a reader of archives throws at broken bytes can't be listed)
        detail = f"the archive cannot be read further: {type(error).__name__}"
        yield ArchivedPage(url="", body=Unreadable(reason=UnreadableReason.BROKEN, detail=detail), content_type=None)


def is_page(record: Any) -> bool:
    """Tell whether a record is a server's good answer with a page."""
    if record.rec_type != "response" or record.http_headers is None:
        return False
    kind = (record.http_headers.get_header("content-type") or "").split(";")[0].strip().lower()
    return record.http_headers.get_statuscode() == "200" and kind in HTML


def page_of(record: Any) -> ArchivedPage:
    """Read a record's body as far as is allowed."""
    body = record.content_stream().read(LARGEST + 1)
    if len(body) > LARGEST:
        body = Unreadable(reason=UnreadableReason.TOO_LARGE, detail=f"over {LARGEST // 1_000_000} MB")
    elif breaks_off(record.raw_stream):
        body = Unreadable(reason=UnreadableReason.BROKEN, detail="the archive breaks off in this page")
    return ArchivedPage(
        url=(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> "),
        body=body,
        content_type=record.http_headers.get_header("content-type"),
    )


def breaks_off(stream: Any) -> bool:
    """Tell whether a record was to have more bytes, of which there are none; what has no length can't tell."""
    return getattr(stream, "limit", 0) > 0 and not stream.read(1)
