"""Analysts' SQL on the published copy: read-only, without files, network or settings, within limits.

It runs in a process of its own, `warehouse.sandbox`; here it is asked, its time is watched, and its rows are taken in.
The questions of the guide can be asked by name: one SQL, whoever reads it and whoever asks it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import io
import os
import pickle
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

from warehouse.errors import WarehouseError, system_explained
from warehouse.harmless import literal, terminal_safe
from warehouse.locking import held_for_writing
from warehouse.places import PUBLISHED
from warehouse.results import QueryResult, ResultRow

# Bytes that are moved at once.
_PIECE = 1 << 20

_PROGRAM = (
    "import ast, sys; sys.path[:], descriptor, memory = ast.literal_eval(sys.argv[1]);"
    "from warehouse.sandbox import main; main(descriptor, memory)"
)
_LIMITS = {
    "too long": "the query took too long and was stopped: ask for less, or filter earlier",
    "too much": "the query needs more memory than it may have: ask for less, or filter earlier",
}
# What a value of SQL can be in Python, beyond what needs no class. Its own UTC DuckDB takes from another library.
_CLASSES: dict[tuple[str, str], Any] = {
    **{("datetime", name): getattr(dt, name) for name in ("datetime", "date", "time", "timedelta", "timezone")},
    ("decimal", "Decimal"): decimal.Decimal,
    ("uuid", "UUID"): uuid.UUID,
    ("pytz", "_UTC"): lambda: dt.UTC,
}

_SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_WORD = re.compile(r"[a-z0-9]+")
# So many words of a question are its name.
_NAMING = 8


class QueryProblem(WarehouseError):
    """The query cannot be run as it is written, or there is nothing to query yet."""


class QueryFailure(WarehouseError):
    """The query ran into its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a query may take: time for which its answer is waited for, not counting what is done with it, and bytes."""

    timeout: timedelta = timedelta(seconds=60)
    memory: int = 10**9


USUAL = Bounds()


@contextmanager
def asked(data_dir: Path, sql: str, bounds: Bounds = USUAL) -> Iterator[QueryResult]:
    """Run every statement of `sql` on the published copy and give the last one's rows, as a stream.

    Raises QueryProblem with the place of the mistake, and QueryFailure for a query that takes too long or too much
    memory, at the beginning or, as late as that shows, from the stream.
    """
    published = data_dir / PUBLISHED
    if not published.exists():
        raise QueryProblem(f"nothing is published in {data_dir} yet: `talkwatch run` or `talkwatch publish` does it")
    with ExitStack() as stack:
        with system_explained(data_dir):
            copy = stack.enter_context(readable(published))
        sandbox = stack.enter_context(_started(copy.fileno(), sql, bounds.memory))
        messages = _Messages(sandbox, published, bounds.timeout.total_seconds())
        _, (columns, types) = messages.next()
        yield QueryResult(columns=columns, types=types, rows=messages.rows())


def query(data_dir: Path, sql: str, bounds: Bounds = USUAL) -> QueryResult:
    """Return the whole answer of a query; raise as `asked` does."""
    with asked(data_dir, sql, bounds) as result:
        return QueryResult(columns=result.columns, types=result.types, rows=tuple(result.rows))


@contextmanager
def readable(published: Path) -> Iterator[BinaryIO]:
    """Open the copy; while somebody has it open for writing, a copy of that, which has no name and no other user."""
    with published.open("rb") as file, ExitStack() as own:
        if not held_for_writing(file):
            yield file
            return
        beside = published.parent if os.access(published.parent, os.W_OK) else None
        duplicate = own.enter_context(tempfile.TemporaryFile(dir=beside))
        shutil.copyfileobj(file, duplicate, _PIECE)
        duplicate.flush()
        yield duplicate


@contextmanager
def _started(descriptor: int, sql: str, memory: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process, with nothing of this one's environment, and ask; end it whatever it is at."""
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and program)
        [sys.executable, "-I", "-S", "-c", _PROGRAM, repr((sys.path, descriptor, memory))],
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[descriptor],
    )
    assert process.stdin
    assert process.stdout
    with process.stdin, process.stdout:
        try:
            asking = sql.encode()
            process.stdin.write(len(asking).to_bytes(8) + asking)
            process.stdin.flush()
            yield process
        finally:
            process.kill()
            process.wait()


class _Messages:
    """What the process says, as long as there is time to wait for it."""

    def __init__(self, process: subprocess.Popen[bytes], published: Path, seconds: float) -> None:
        """Begin to listen."""
        assert process.stdout
        self._pipe = process.stdout.fileno()
        self._published, self._left = published, seconds

    def rows(self) -> Iterator[ResultRow]:
        """Yield the rows until the end of them."""
        while True:
            kind, said = self.next()
            if kind == "end":
                return
            yield from said

    def next(self) -> tuple[str, Any]:
        """Return the next message; raise what it says that is no answer."""
        kind, said = _Values(io.BytesIO(self._exactly(int.from_bytes(self._exactly(8))))).load()
        if kind == "problem":
            raise QueryProblem(terminal_safe(said))
        if kind == "unreadable":
            raise QueryProblem(terminal_safe(f"{self._published} cannot be read: {said}; `talkwatch publish` mends it"))
        if kind in _LIMITS:
            raise QueryFailure(_LIMITS[kind])
        return kind, said

    def _exactly(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            piece = self._piece(count - len(found))
            if not piece:  # DuckDB itself, or the system, ended the process
                raise QueryFailure(_LIMITS["too much"])
            found += piece
        return bytes(found)

    def _piece(self, most: int) -> bytes:
        begun = time.monotonic()
        ready, _, _ = select.select([self._pipe], [], [], max(0.0, self._left))
        self._left -= time.monotonic() - begun
        if not ready:
            raise QueryFailure(_LIMITS["too long"])
        return os.read(self._pipe, min(most, _PIECE))


class _Values(pickle.Unpickler):
    """Takes in values alone: a process that runs a stranger's SQL is not trusted to say what is to be called."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a value is made of; raise UnpicklingError for anything else."""
        try:
            return _CLASSES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no value") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """What a question can be asked about instead: what stands for it in the guide, and what it is."""

    name: str
    written: tuple[str, ...]
    said: str


BLANKS = (
    Blank(name="topic", written=("ceasefire",), said="Id of a topic, as mentions.ref_id has it."),
    Blank(name="official", written=("dmitry-peskov",), said="Id of an official, as officials.official_id has it."),
    Blank(
        name="words",
        written=("Zelensky ceasefire", '"security guarantees" -NATO', '"security guarantees"'),
        said='Words in any form, "some that stand so", beginnings*, -unwanted.',
    ),
    Blank(name="moment", written=("2026-11-21 00:00:00+00",), said="A time, written as this one."),
)
_OF = {literal(written): blank.name for blank in BLANKS for written in blank.written}
_BLANK = re.compile("|".join(map(re.escape, _OF)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideQuestion:
    """A question and its SQL; `blanks` are what it can be asked about, each with what it is asked about by itself."""

    name: str
    said: str
    sql: str
    blanks: Mapping[str, str]

    def about(self, values: Mapping[str, str]) -> str:
        """Return the SQL that asks about these values."""
        return _BLANK.sub(lambda found: literal(values.get(_OF[found[0]], _value(found[0]))), self.sql)


@cache
def questions() -> tuple[GuideQuestion, ...]:
    """Return the questions in the order of the guide."""
    guide = resources.files("warehouse").joinpath("analysts.md").read_text(encoding="utf-8")
    before = (
        (guide[: found.start()].rstrip().rpartition("\n\n")[2], found[1].strip()) for found in _SQL.finditer(guide)
    )
    # A question ends with a colon, and its query follows.
    return tuple(_question(said.removesuffix(":"), sql) for said, sql in before if said.endswith(":"))


def _question(paragraph: str, sql: str) -> GuideQuestion:
    said = re.split(r"(?<=[.!?]) ", _LINK.sub(r"\1", " ".join(paragraph.split())))[-1]
    return GuideQuestion(
        name="_".join(_WORD.findall(said.lower())[:_NAMING]),
        said=f"{said}.",
        sql=sql,
        blanks={_OF[found]: _value(found) for found in _BLANK.findall(sql)},
    )


def _value(written: str) -> str:
    """Return what SQL writes so."""
    return written[1:-1].replace("''", "'")
