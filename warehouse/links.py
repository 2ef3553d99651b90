"""Links: what turned out to be part of something older goes on under that one's name; no row is renamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from warehouse.session import Session


def link(session: Session, table: str, names: Mapping[str, str]) -> None:
    """Link what turned out to be part of something older to that, in a table of links (member, root)."""
    if names:
        session.stage("links_now", {"old": "VARCHAR", "new": "VARCHAR"}, names.items())
        session.run(f"UPDATE {table} SET root = n.new FROM links_now AS n WHERE root = n.old")  # noqa: S608 (literals)
        session.run(f"INSERT INTO {table} SELECT old, new FROM links_now")  # noqa: S608 (literals)


def roots(session: Session, table: str, names: Iterable[str]) -> dict[str, str]:
    """Return the present name of each of these that is part of another by now."""
    query = f"SELECT member, root FROM {table} WHERE member IN (SELECT unnest($1::VARCHAR[]))"  # noqa: S608 (literals)
    return dict(session.named(query, names))


def members_of(table: str, names: str = "$1") -> str:
    """Return the query for all names (member) that these have or had, each with the present one (root)."""
    return f"""
SELECT unnest({names}::VARCHAR[]) AS member, unnest({names}::VARCHAR[]) AS root
UNION
SELECT member, root FROM {table} WHERE root IN (SELECT unnest({names}::VARCHAR[]))
"""  # noqa: S608 (literals)
