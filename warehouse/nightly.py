"""What is done once a night, and what came of it the last time; and the texts that are kept for a time only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.rows import Columns
from warehouse.search import forget_texts
from warehouse.session import Session

CHECKED, TEXTS, DETAILS = "integrity", "texts", "details"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nightly:
    """What came of a task the last time: how much it `found` wrong, or dropped in all, up to when, and what."""

    task: str
    done_at: datetime
    found: int
    up_to: datetime | None = None
    said: tuple[str, ...] = ()


_NIGHTLY = Columns(Nightly)
_FIRST_RUN = "SELECT min(started_at) FROM runs"
# What a rule was decided about, or something was said in, is kept; what was looked at once is not looked at again.
_UNMATCHED = """
SELECT a.article_id, a.first_seen_at
FROM article_rows AS a
ANTI JOIN decisions AS d ON d.article_id = a.article_id
ANTI JOIN alert_rows AS l ON l.article_id = a.article_id
ANTI JOIN statement_rows AS s ON s.article_id = a.article_id
WHERE a.first_seen_at >= $since AND a.first_seen_at < $before AND a.text <> ''
ORDER BY a.first_seen_at, a.article_id
LIMIT $most
"""
_EMPTIED = """
UPDATE {table} SET text = '', sentences = NULL WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""


def last_night(session: Session) -> dict[str, Nightly]:
    """Return what came of each task the last time."""
    return {each.task: each for each in session.records(_NIGHTLY, f"SELECT {_NIGHTLY} FROM nightly")}  # noqa: S608 (our own columns)


def note(session: Session, done: Nightly) -> None:
    """Keep what came of a task."""
    session.run("DELETE FROM nightly WHERE task = $1", [done.task], quiet=True)
    session.save("nightly", _NIGHTLY, [done], quiet=True)


def first_run_at(session: Session) -> datetime | None:
    """Return when the first pass there is a row of was begun."""
    row = session.row(_FIRST_RUN)
    return row[0] if row else None


def drop_texts(session: Session, before: datetime, now: datetime, most: int) -> int:
    """Empty the texts of up to `most` articles that came before a time and matched nothing; count them in all.

    Their rows stay, with title, mentions and number of words; search finds them no more. Return how many went.
    """
    last = last_night(session).get(TEXTS)
    since = last.up_to if last and last.up_to else datetime.min.replace(tzinfo=UTC)
    found = session.rows(_UNMATCHED, {"since": since, "before": before, "most": most})
    empty(session, [name for name, _ in found])
    up_to = found[-1][1] if len(found) == most else before
    note(session, Nightly(task=TEXTS, done_at=now, found=(last.found if last else 0) + len(found), up_to=up_to))
    return len(found)


def empty(session: Session, article_ids: Sequence[str]) -> None:
    """Take away the texts of articles, those of earlier revisions too."""
    if not article_ids:
        return
    for table in ("article_rows", "article_revisions"):
        session.run(_EMPTIED.format(table=table), [article_ids])
    session.remove("posts", "article_id", article_ids)
    forget_texts(session, article_ids)
