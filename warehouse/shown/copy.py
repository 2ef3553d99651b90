"""The published copy, open for reading in this process until another takes its place; no pass waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock

import duckdb

from warehouse.errors import Unusable, system_explained
from warehouse.places import NO_BAR, NO_EXTENSIONS, PUBLISHED, Config, opened
from warehouse.queries import readable
from warehouse.session import Session

# Pages ask short questions, beside a pass that wants the memory and the cores.
_CONFIG: Config = {**NO_EXTENSIONS, "memory_limit": "400MB", "temp_directory": "", "threads": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published copy: `mark` tells it from every other, `made_at` is when it was published."""

    mark: str
    made_at: datetime


class PublishedCopy:
    """The newest copy there is. Threads may ask at once; each gets a session of its own."""

    def __init__(self, data_dir: Path) -> None:
        """Open nothing yet."""
        self._path = data_dir / PUBLISHED
        self._lock = Lock()
        self._open: tuple[str, duckdb.DuckDBPyConnection, ExitStack] | None = None

    @property
    def name(self) -> str:
        """Return what tells a deployment's copies from those of all others, and nothing of where they are."""
        return sha256(str(self._path.resolve()).encode()).hexdigest()[:16]

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            self._close()

    def edition(self) -> Edition | None:
        """Return which copy there is by now; None before the first."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        mark = f"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}"
        return Edition(mark=mark, made_at=datetime.fromtimestamp(status.st_mtime, UTC))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session on the newest copy; raise Unusable where there is none, or none that answers."""
        with self._lock:
            cursor = self._connection().cursor()
        try:
            cursor.execute("USE analysis")
            cursor.execute("SET TimeZone = 'UTC'")
            cursor.execute(NO_BAR)
            yield Session(cursor)
        except duckdb.CatalogException:
            raise Unusable(
                f"{self._path} is of another version; the next pass, or `talkwatch publish`, replaces it"
            ) from None
        except duckdb.OutOfMemoryException:
            raise Unusable("the page needs more memory than it may have; ask for less") from None
        finally:
            cursor.close()

    def _connection(self) -> duckdb.DuckDBPyConnection:
        edition = self.edition()
        if edition is None:
            raise Unusable(f"nothing is published in {self._path.parent} yet: the first pass does it")
        if self._open is None or self._open[0] != edition.mark:
            # A question that is being answered keeps the copy it began with: its cursor holds it open.
            self._close()
            self._open = edition.mark, *_opened(self._path)
        return self._open[1]

    def _close(self) -> None:
        if self._open:
            self._open[1].close()
            self._open[2].close()
            self._open = None


def _opened(path: Path) -> tuple[duckdb.DuckDBPyConnection, ExitStack]:
    """Open the file at `path`, or, while somebody writes in it, a copy of it."""
    with ExitStack() as stack:
        with system_explained(path.parent):
            file = stack.enter_context(readable(path))
        try:
            connection = opened(config=_CONFIG)
            connection.execute(f"ATTACH '/dev/fd/{file.fileno()}' AS analysis (READ_ONLY)")
            connection.execute("USE analysis")
            connection.execute("SET enable_external_access = false")
        except duckdb.Error as error:
            raise Unusable(f"{path} cannot be read ({error}); `talkwatch publish` mends it") from None
        return connection, stack.pop_all()
