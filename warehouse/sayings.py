"""What was said in the last year, by which it is known when a speaker says the like again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from extractors.relation_records import Wording
from warehouse.session import Session
from warehouse.utterances import WORDING, wording_of, wording_row

# Of what shares words with it those that share most are enough, of the rest the newest of each speaker: what was said
# last is asked for. Rows are wide: what is wanted is found by its keys alone, and only that is read whole.
_EARLIER = """
WITH fresh AS (
    SELECT unnest($statement_ids::VARCHAR[]) AS statement_id, unnest($speakers::VARCHAR[]) AS speaker,
        unnest($said_at::TIMESTAMPTZ[]) AS said_at, unnest($keys::BIGINT[][]) AS keys
),
asked AS (SELECT speaker, max(said_at) - to_seconds($window) AS until FROM fresh GROUP BY speaker),
own AS MATERIALIZED (
    SELECT s.rowid AS place, s.statement_id, s.speaker, s.said_at, len(s.sentences) > 0 AS is_meant
    FROM sayings AS s
    JOIN asked ON asked.speaker = s.speaker AND s.said_at < asked.until
    WHERE s.said_at >= $since
),
pairs AS MATERIALIZED (
    SELECT f.statement_id, f.speaker, k.place
    FROM (SELECT statement_id, speaker, unnest(keys) AS key FROM fresh) AS f
    JOIN (SELECT rowid AS place, unnest(keys) AS key FROM sayings WHERE said_at >= $since) AS k USING (key)
),
shared AS (
    SELECT p.statement_id, own.place
    FROM pairs AS p
    JOIN own USING (place, speaker)
    GROUP BY p.statement_id, own.place, own.said_at, own.statement_id
    QUALIFY row_number() OVER (
        PARTITION BY p.statement_id ORDER BY count(*) DESC, own.said_at DESC, own.statement_id
    ) <= $likely
),
recent AS (
    SELECT unnest(arg_max(place, {'at': said_at, 'statement_id': statement_id}, $most::BIGINT)) AS place
    FROM own
    WHERE is_meant
    GROUP BY speaker
),
wanted AS MATERIALIZED (
    SELECT place, bool_or(is_shared) AS is_shared
    FROM (SELECT place, true AS is_shared FROM shared UNION ALL SELECT place, false FROM recent)
    GROUP BY place
)
SELECT s.statement_id, coalesce(l.root, s.utterance_id), s.speaker, epoch_us(s.said_at), epoch_us(s.seen_at),
    s.sentences, if(w.is_shared, s.words, ''), if(w.is_shared, s.quoted, []), if(w.is_shared, s.keys, [])
FROM wanted AS w
JOIN sayings AS s ON s.rowid = w.place
LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
ORDER BY s.statement_id, s.said_at
"""
# Thousands of rows: numbers are handed out sooner than times.
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
# Nothing that is the same words shares fewer keys than so many others do.
_LIKELY = 20
_KEPT = """
INSERT INTO sayings BY NAME
SELECT n.* FROM sayings_now AS n
WHERE n.earlier IS NOT NULL OR NOT EXISTS (FROM sayings AS s WHERE s.utterance_id = n.utterance_id)
QUALIFY n.earlier IS NOT NULL OR row_number() OVER (PARTITION BY n.utterance_id ORDER BY n.said_at, n.statement_id) = 1
"""
_SAYING = {**WORDING, "earlier": "VARCHAR", "earlier_at": "TIMESTAMPTZ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What the speaker of a statement had said before of the like: the newest such utterance, and when."""

    statement_id: str
    utterance_id: str
    said_at: datetime


def earlier_sayings(
    session: Session, wordings: Sequence[Wording], *, window: timedelta, since: datetime, most: int
) -> tuple[Wording, ...]:
    """Return what the speakers of these wordings said from `since` on and more than `window` before the last of them.

    It shares most words with what is said now, or is of the `most` last that a speaker said, and then has sentences
    alone; `name` is the present one.
    """
    params = {
        "statement_ids": [each.statement_id for each in wordings],
        "speakers": [each.speaker for each in wordings],
        "said_at": [each.said_at for each in wordings],
        "keys": [each.keys for each in wordings],
        "window": window.total_seconds(),
        "since": since,
        "likely": _LIKELY,
        "most": most,
    }
    return tuple(
        wording_of(statement_id, node, speaker, _time(said_at), _time(seen_at), *words)
        for statement_id, node, speaker, said_at, seen_at, *words in (
            session.rows(_EARLIER, params) if wordings else ()
        )
    )


def save_sayings(
    session: Session,
    wordings: Iterable[Wording],
    utterance_ids: Mapping[str, str],
    echoes: Mapping[str, Echo],
    before: datetime,
) -> None:
    """Record what utterances are recognised by, each with what was said before of the like.

    What was said `before` is dropped.
    """
    session.run("DELETE FROM sayings WHERE said_at < $1", [before], quiet=True)
    rows = (
        (
            *wording_row(each, utterance_ids[each.statement_id]),
            *((echo.utterance_id, echo.said_at) if (echo := echoes.get(each.statement_id)) else (None, None)),
        )
        for each in wordings
    )
    session.stage("sayings_now", _SAYING, rows)
    session.run(_KEPT, quiet=True)


def _time(microseconds: int) -> datetime:
    return _BEGAN + timedelta(microseconds=microseconds)
