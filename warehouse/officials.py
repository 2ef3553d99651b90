"""The officials table: a copy of the watchlist for analysts, and for the office someone held at a date."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.records import OfficialTerm
from warehouse.session import Row, Session

_OFFICIAL = ("official_id", "name", "country", "side", "role", "role_from", "role_to", "aliases")


def save_officials(session: Session, terms: Sequence[OfficialTerm]) -> bool:
    """Make the officials table these rows; return False when it is so already."""
    wanted = [_official_row(term) for term in terms]
    stored = session.rows("SELECT * FROM officials")
    if _in_order(stored) == _in_order(wanted):
        return False
    session.run("DELETE FROM officials")
    session.insert("officials", _OFFICIAL, wanted)
    session.touch()
    return True


def _official_row(term: OfficialTerm) -> Row:
    office = (term.role, term.role_from, term.role_to)
    return (term.official_id, term.name, term.country, term.side, *office, list(term.aliases))


def _in_order(rows: Sequence[Row]) -> list[str]:
    return sorted(map(repr, rows))
