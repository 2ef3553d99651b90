"""Reading stored articles again: how far that has come, and what was joined to what they said let go before.

While it is under way, what other reports are found by is kept as far back as it has come, beside what passes keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.relation_records import Happening, Wording
from warehouse.articles import stored_articles
from warehouse.events import count_events, save_happenings
from warehouse.links import link
from warehouse.records import ReadArticle
from warehouse.session import Row, Session
from warehouse.utterances import count_utterances, save_wordings, unhear

# What others report is looked for as long before the last of a batch as it is kept, and has to reach the first.
TOGETHER = timedelta(days=1)

_AHEAD = """
FROM article_rows AS a, reprocessing AS p
WHERE (a.first_seen_at, a.article_id) > (p.reached_at, p.reached) AND a.first_seen_at <= p.begun_at
"""
_NEXT = f"SELECT a.article_id, a.first_seen_at {_AHEAD} ORDER BY a.first_seen_at, a.article_id LIMIT $1"
# What arrived shortly before the first that is to be read, while none of these is.
_BEFORE = """
SELECT a.article_id
FROM article_rows AS a, reprocessing AS p
WHERE p.reached = '' AND a.first_seen_at < p.reached_at AND a.first_seen_at >= p.reached_at - $1::INTERVAL
ORDER BY a.first_seen_at, a.article_id
"""
_SAID = """
SELECT statement_id, utterance_id, speaker, text, stance
FROM statement_rows
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_ROOTS = """
SELECT DISTINCT coalesce(l.root, s.utterance_id), u.first_said_at
FROM statement_rows AS s
LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
JOIN utterances AS u ON u.utterance_id = coalesce(l.root, s.utterance_id)
WHERE s.article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_EVENT_ROOTS = "SELECT DISTINCT root FROM event_links WHERE member IN (SELECT unnest($1::VARCHAR[]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosened:
    """What was let go: `own` are names that statements were first to bear, `utterances` since when, and `events`."""

    own: Mapping[str, str]
    utterances: Mapping[str, datetime]
    events: tuple[str, ...]


def begin(session: Session, now: datetime, since: datetime | None) -> int:
    """Begin with what arrived `since`, by default with the oldest; return how many articles are left.

    One that was broken off goes on where it was, whatever it began with.
    """
    if session.row("FROM reprocessing") is None:
        session.run("INSERT INTO reprocessing VALUES ($1, coalesce($2, '-infinity'), '')", [now, since], quiet=True)
    row = session.row(f"SELECT count(*) {_AHEAD}")
    return int(row[0]) if row else 0


def arrived_before(session: Session, within: timedelta) -> tuple[str, ...]:
    """Return the articles that arrived `within` that time before the first to be read again, while none is."""
    return tuple(name for (name,) in session.rows(_BEFORE, [within]))


def recall(
    session: Session, stored: Sequence[ReadArticle], wordings: Sequence[Wording], happenings: Sequence[Happening]
) -> None:
    """Let articles that are not read again, and what is said in them, be found by others under their present names."""
    names = {said.statement_id: said.utterance_id for each in stored for said in each.reading.statements}
    save_wordings(session, wordings, names, None)
    save_happenings(session, happenings, None)


def next_articles(session: Session, most: int) -> tuple[ReadArticle, ...]:
    """Return the articles that are to be read next, in the order in which they arrived: what came on one day."""
    ahead = session.rows(_NEXT, [most])
    return in_order(session, [name for name, at in ahead if at - ahead[0][1] < TOGETHER])


def in_order(session: Session, names: Sequence[str]) -> tuple[ReadArticle, ...]:
    """Return stored articles in the order of their names; one that is not there is left out."""
    found = {each.article.article_id: each for each in stored_articles(session, names)}
    return tuple(found[name] for name in names if name in found)


def said_so_far(session: Session, article_ids: Sequence[str]) -> list[Row]:
    """Return (statement, utterance, speaker, words, stance) of all that is said in these articles, as it was named."""
    return session.rows(_SAID, [article_ids])


def loosen(session: Session, article_ids: Sequence[str], said: Sequence[str], own: Mapping[str, str]) -> Loosened:
    """Let go of all that what these articles `said`, and they themselves, were joined to; return what that was.

    `own` are the names of utterances that statements were the first to report.
    """
    loosened = Loosened(
        own=own,
        utterances=dict(session.rows(_ROOTS, [article_ids])),
        events=tuple(root for (root,) in session.rows(_EVENT_ROOTS, [article_ids])),
    )
    names = list(own.values())
    session.remove("utterance_links", "member", names)
    for side in ("claim_utterance_id", "denial_utterance_id"):
        session.remove("dispute_rows", side, names)
    unhear(session, said)
    session.remove("event_links", "member", article_ids)
    return loosened


def settle(session: Session, loosened: Loosened, named: Mapping[str, str], reached: ReadArticle) -> None:
    """Count anew what was let go, link names that went over to others, and note how far it has come."""
    gone = {name: named[said] for said, name in loosened.own.items() if named.get(said, name) != name}
    link(session, "utterance_links", gone)
    if loosened.utterances:
        count_utterances(session, sorted(loosened.utterances), sorted(gone), min(loosened.utterances.values()))
    if loosened.events:
        count_events(session, loosened.events, ())
    article = reached.article
    session.run(
        "UPDATE reprocessing SET reached_at = $1, reached = $2", [article.first_seen_at, article.article_id], quiet=True
    )


def reached_at(session: Session) -> datetime | None:
    """Return when the last article that was read again arrived, or the first that is to be; None while nothing is."""
    row = session.row("SELECT reached_at FROM reprocessing WHERE reached_at > '-infinity'")
    return row[0] if row else None


def finish(session: Session) -> None:
    """Note that all is read again."""
    session.run("DELETE FROM reprocessing", quiet=True)
