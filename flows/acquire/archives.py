"""Web archives (WARC): the pages in them, one by one, each bounded. Whatever stands in a file, nothing is raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # ships no types
from warcio.bufferedreaders import DecompressingBufferedReader  # type: ignore[import-untyped]  # as above

from extractors.records import Unreadable, UnreadableReason

LARGEST = 20_000_000  # decoded bytes of one page
LONGEST_LINE, LONGEST_HEADERS = 65_536, 10_000_000  # bytes
# What warcio is asked for at most: it counts the blocks of a line more than once, and so may give much less.
ENOUGH = 1_000_000
HTML = ("text/html", "application/xhtml+xml")


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
