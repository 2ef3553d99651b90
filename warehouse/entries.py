"""Entries of feeds, the inbox: under which name each is known, which are new, and whose pages are still to be read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from extractors.records import Entry
from warehouse.rows import Columns
from warehouse.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry of a poll: the same `entry_hash` under a known `entry_key` is nothing new.

    `names` are all it can be known by, the surest first; under one that is known it is that entry, unless another of
    the same answer is. `exact` are those that tell it from the others of its answer.
    """

    entry_key: str
    entry_hash: str
    url: str
    entry: Entry
    names: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()

    @property
    def every_name(self) -> tuple[str, ...]:
        """Return the names in the order in which they are looked for."""
        return (*self.exact, *self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """An entry whose page has not been read yet; it arrived at `seen_at`, and `shares` its page with others."""

    entry_key: str
    feed_id: str
    outlet: str
    url: str
    entry: Entry
    first_poll: bool
    attempts: int
    seen_at: datetime | None = None
    shares: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailure:
    """A page that could not be had or read. `retry_at` None: never again."""

    entry_key: str
    feed_id: str
    reason: str
    retry_at: datetime | None


_NAMES = {"published": "published_at", "updated": "updated_at", "content_html": "content"}
_NEW = Columns(NewEntry, names=_NAMES, without=["names", "exact"])
_PENDING = Columns(PendingEntry, names=_NAMES, without=["shares"])
_FAILURE = Columns(PageFailure)

_KNOWN = "SELECT name, entry_key FROM entry_names WHERE name IN (SELECT unnest($1::VARCHAR[]))"

_FRESH = """
SELECT n.entry_key
FROM (SELECT unnest($1::VARCHAR[]) AS entry_key, unnest($2::VARCHAR[]) AS entry_hash) AS n
ANTI JOIN entries USING (entry_key, entry_hash)
"""

_SAVED = f"""
INSERT INTO entries BY NAME
SELECT e.*, f.first_polled_at = e.seen_at AS first_poll, 'pending' AS state, 0 AS attempts
FROM entries_now AS e
JOIN feeds AS f USING (feed_id)
{_NEW.replaced("entry_key")},
    first_poll = excluded.first_poll,
    seen_at = excluded.seen_at,
    state = 'pending',
    attempts = 0,
    next_at = NULL,
    reason = NULL
WHERE entries.entry_hash <> excluded.entry_hash
"""  # noqa: S608 (our own columns)

# Feeds take turns, so that a long backlog of one does not keep the others waiting; of one feed the newest come first.
# Whose turn it is is found among the keys alone: whole entries carry texts, and of all that wait they fill the memory.
_WAITING = f"""
WITH turns AS (
    SELECT
        e.entry_key,
        e.feed_id,
        row_number() OVER (
            PARTITION BY e.feed_id ORDER BY e.attempts, coalesce(e.published_at, e.seen_at) DESC, e.entry_key
        ) AS turn
    FROM entries AS e
    JOIN feeds AS f USING (feed_id)
    WHERE e.state = 'pending' AND f.state <> 'unwatched' AND (e.next_at IS NULL OR e.next_at <= $now)
    ORDER BY turn, e.feed_id
    LIMIT $limit
)
SELECT {_PENDING}
FROM (
    SELECT e.*, f.outlet, t.turn
    FROM turns AS t
    JOIN entries AS e USING (entry_key)
    JOIN feeds AS f ON f.feed_id = e.feed_id
)
ORDER BY turn, feed_id
"""  # noqa: S608 (our own columns)

_FAILED = """
UPDATE entries SET
    state = CASE WHEN f.retry_at IS NULL THEN 'failed' ELSE 'pending' END,
    content = CASE WHEN f.retry_at IS NULL THEN NULL ELSE content END,
    attempts = attempts + 1,
    next_at = f.retry_at,
    reason = f.reason
FROM failures_now AS f
WHERE entries.entry_key = f.entry_key
"""

_SETTLED = """
UPDATE entries SET state = 'done', content = NULL, next_at = NULL, reason = NULL
WHERE entry_key IN (SELECT unnest($1::VARCHAR[])) AND state <> 'done'
"""
_BLANKED = """
UPDATE entries SET state = 'done', title = NULL, author = NULL, content = NULL, next_at = NULL, reason = 'forgotten'
WHERE entry_key IN (SELECT unnest($1::VARCHAR[]))
"""


def fresh_entries(session: Session, entries: Sequence[NewEntry]) -> frozenset[str]:
    """Return the keys of those entries that are new or have changed."""
    known = known_as(session, entries)
    columns = [[entry.entry_key for entry in known], [entry.entry_hash for entry in known]]
    fresh = {row[0] for row in session.rows(_FRESH, columns)} if entries else set()
    return frozenset(entry.entry_key for entry, found in zip(entries, known, strict=True) if found.entry_key in fresh)


def known_as(session: Session, entries: Sequence[NewEntry]) -> tuple[NewEntry, ...]:
    """Return the entries, each under the key of the entry it is known to be by its surest known name.

    A feed that changes its ids or addresses brings nothing new. Two that stand together are two, though: who is known
    by a surer name comes first, and what is left of names is another entry.
    """
    known = names_known(session, [name for entry in entries for name in entry.every_name])
    keys: dict[int, str] = {}
    taken: set[str] = set()
    for rank in range(max((len(entry.every_name) for entry in entries), default=0)):
        for place, entry in enumerate(entries):
            name = entry.every_name[rank] if rank < len(entry.every_name) else ""
            key = known.get(name)
            if key and place not in keys and key not in taken:
                keys[place] = key
                taken.add(key)
    return tuple(
        replace(entry, entry_key=keys.get(place) or _free_key(entry, taken)) for place, entry in enumerate(entries)
    )


def _free_key(entry: NewEntry, taken: Collection[str]) -> str:
    """Return the key of an entry that is new."""
    return entry.exact[0] if entry.exact and entry.entry_key in taken else entry.entry_key


def names_known(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Return the keys of the entries that were first known by these names."""
    return dict(session.rows(_KNOWN, [list(names)])) if names else {}


def stage(session: Session, polled: Sequence[tuple[str, datetime, Sequence[NewEntry]]]) -> None:
    """Put the entries of polls, each with its feed and time, into `entries_now`, and remember all their names.

    Each key once: a feed may repeat an entry, and its first word counts.
    """
    known_all = iter(known_as(session, [entry for _, _, entries in polled for entry in entries]))
    found = [(feed_id, at, tuple(islice(known_all, len(entries)))) for feed_id, at, entries in polled]
    last_first = [each for _, _, known in found for each in reversed(known)]
    names = {name: each.entry_key for each in last_first for name in reversed(each.every_name)}
    session.insert("entry_names", ("name", "entry_key"), names.items(), "ON CONFLICT (name) DO NOTHING")
    first = {each.entry_key: (feed_id, at, each) for feed_id, at, known in reversed(found) for each in reversed(known)}
    rows = ((*_NEW.row(entry), feed_id, at) for feed_id, at, entry in first.values())
    session.stage("entries_now", {**_NEW.types, "feed_id": "VARCHAR", "seen_at": "TIMESTAMPTZ"}, rows)


def save_staged(session: Session) -> int:
    """Record the entries of `entries_now`; return how many are new or changed."""
    return session.run(_SAVED)


def pending_entries(session: Session, now: datetime, limit: int) -> tuple[PendingEntry, ...]:
    """Return up to `limit` entries of watched feeds whose pages are to be read now, feeds taking turns."""
    return session.records(_PENDING, _WAITING, {"now": now, "limit": limit})


def fail_entries(session: Session, failures: Sequence[PageFailure]) -> None:
    """Record pages that could not be had or read: to be tried again at `retry_at`, or given up."""
    session.stage("failures_now", _FAILURE.types, map(_FAILURE.row, failures))
    session.run(_FAILED)


def settle_entries(session: Session, entry_keys: Sequence[str]) -> None:
    """Record that the pages of these entries are read."""
    session.run(_SETTLED, [entry_keys])


def blank_entries(session: Session, entry_keys: Sequence[str]) -> None:
    """Record that the pages of these entries are read, and nothing of what they say."""
    session.run(_BLANKED, [entry_keys])
