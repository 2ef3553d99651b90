"""The names entries are known by: a feed that changes its ids or addresses brings nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from warehouse.feed_records import NewEntry, Poll
from warehouse.session import Session

_KNOWN = """
SELECT name, entry_key FROM entry_names WHERE name IN (SELECT unnest($1::VARCHAR[]))
"""


def known_as(session: Session, entries: Sequence[NewEntry]) -> tuple[NewEntry, ...]:
    """Return the entries, each under the key of the entry it is known to be by its surest known name."""
    names = [name for entry in entries for name in entry.names]
    if not names:
        return tuple(entries)
    known: dict[str, str] = dict(session.rows(_KNOWN, [names]))
    return tuple(
        replace(entry, entry_key=next((known[name] for name in entry.names if name in known), entry.entry_key))
        for entry in entries
    )


def settled(session: Session, polls: Sequence[Poll]) -> tuple[Poll, ...]:
    """Return the polls with their entries under known keys, all of whose names are known from now on."""
    done = tuple(replace(poll, entries=known_as(session, poll.entries)) for poll in polls)
    names = {
        name: entry.entry_key for poll in done for entry in reversed(poll.entries) for name in reversed(entry.names)
    }
    session.insert("entry_names", ("name", "entry_key"), names.items(), "ON CONFLICT (name) DO NOTHING")
    return done
