"""The officials table: a copy of the watchlist for analysts, and for the office someone held at a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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


_TERM = Columns(OfficialTerm)


def save_officials(session: Session, terms: Sequence[OfficialTerm]) -> bool:
    """Make the officials table these rows; return False when it is so already."""
    stored = session.records(_TERM, f"SELECT {_TERM} FROM officials")  # noqa: S608 (our own columns)
    if Counter(stored) == Counter(terms):
        return False
    session.run("DELETE FROM officials")
    session.save("officials", _TERM, terms)
    session.touch()
    return True
