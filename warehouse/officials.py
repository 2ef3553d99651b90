"""The tables of officials and negotiations: a copy of the watchlist for analysts, and for the office held at a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from warehouse.rows import Columns
from warehouse.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialTerm:
    """A person of the watchlist and one term of office, `role_to` excluded; without office one row without role."""

    official_id: str
    name: str
    country: str | None
    side: str | None
    role: str | None
    role_from: date | None
    role_to: date | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation:
    """A negotiation of the watchlist, with who negotiates; `until` excluded."""

    process_id: str
    name: str
    parties: tuple[str, ...]
    since: date | None
    until: date | None


Watched = TypeVar("Watched", OfficialTerm, Negotiation)
_TERM = Columns(OfficialTerm)
_NEGOTIATION = Columns(Negotiation)


def save_officials(session: Session, terms: Sequence[OfficialTerm]) -> bool:
    """Make the officials table these rows; return False when it is so already."""
    return _made(session, "officials", _TERM, terms)


def save_processes(session: Session, negotiations: Sequence[Negotiation]) -> bool:
    """Make the table of negotiations these rows; return False when it is so already."""
    return _made(session, "processes", _NEGOTIATION, negotiations)


def _made(session: Session, table: str, columns: Columns[Watched], rows: Sequence[Watched]) -> bool:
    stored = session.records(columns, f"SELECT {columns} FROM {table}")  # noqa: S608 (our own columns)
    if Counter(stored) == Counter(rows):
        return False
    session.run(f"DELETE FROM {table}")  # noqa: S608 (our own names)
    session.save(table, columns, rows)
    session.touch()
    return True
