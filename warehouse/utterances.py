"""Utterances: what other reports of a statement are found by, and which utterance each statement reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.records import Wording, Words
from warehouse.session import Session

_FRESH = {
    "statement_id": "VARCHAR",
    "speaker": "VARCHAR",
    "said_at": "TIMESTAMPTZ",
    "seen_at": "TIMESTAMPTZ",
    "words": "VARCHAR",
    "quoted": "VARCHAR[]",
    "keys": "BIGINT[]",
}

# The days are looked up before any key is unpacked: an archive being read in has years of them.
_REPORTS = """
WITH known AS (
    SELECT coalesce(l.root, utterance_id) AS node, speaker, said_at, words, quoted, keys
    FROM utterance_keys
    LEFT JOIN utterance_links AS l ON l.member = utterance_id
    WHERE (speaker, said_at::DATE) IN (
        SELECT speaker, said_at::DATE + unnest(range(-$days, $days + 1))::INTEGER FROM wordings_now
    )
    UNION ALL
    SELECT statement_id, speaker, said_at, words, quoted, keys FROM wordings_now
),
keyed AS (SELECT * EXCLUDE (keys), unnest(keys) AS key FROM known),
fresh AS (SELECT statement_id, speaker, said_at, unnest(keys) AS key FROM wordings_now)
SELECT DISTINCT fresh.statement_id, keyed.node, keyed.words, keyed.quoted
FROM fresh
JOIN keyed USING (speaker, key)
WHERE fresh.statement_id <> keyed.node AND abs(epoch(fresh.said_at) - epoch(keyed.said_at)) <= $window
ORDER BY ALL
"""

_AGES = """
SELECT coalesce(l.root, utterance_id) AS node, min(seen_at)
FROM utterance_keys
LEFT JOIN utterance_links AS l ON l.member = utterance_id
WHERE node IN (SELECT unnest($1::VARCHAR[]))
GROUP BY node
"""

# A name is taken when other statements bear it, or once did.
_TAKEN = """
SELECT utterance_id
FROM statements
WHERE utterance_id IN (SELECT unnest($names::VARCHAR[])) AND statement_id NOT IN (SELECT unnest($fresh::VARCHAR[]))
UNION
SELECT utterance_id FROM utterance_keys WHERE utterance_id IN (SELECT unnest($names::VARCHAR[]))
UNION
SELECT member FROM utterance_links WHERE member IN (SELECT unnest($names::VARCHAR[]))
UNION
SELECT root FROM utterance_links WHERE root IN (SELECT unnest($names::VARCHAR[]))
"""

_NAMED = """
UPDATE statement_rows SET utterance_id = n.utterance_id
FROM named_now AS n
WHERE statement_rows.statement_id = n.statement_id AND statement_rows.utterance_id <> n.utterance_id
"""
_KEPT = """
INSERT INTO utterance_keys BY NAME
SELECT w.*, n.utterance_id
FROM wordings_now AS w
JOIN named_now AS n USING (statement_id)
ANTI JOIN utterance_keys AS k ON (k.statement_id, k.words) = (w.statement_id, w.words)
"""
_LINKED = (
    "UPDATE utterance_links SET root = r.new FROM renamed_now AS r WHERE root = r.old",
    "INSERT INTO utterance_links SELECT old, new FROM renamed_now",
    # What was counted twice is one statement now.
    """
    INSERT INTO stale_positions
    SELECT DISTINCT official_id, unnest(topics)
    FROM statements
    WHERE official_id IS NOT NULL AND utterance_id IN (SELECT new FROM renamed_now)
    """,
    "DELETE FROM utterances WHERE utterance_id IN (SELECT old FROM renamed_now)",
)
# Another telling of a story may change what its sources are.
_TOUCHED = """
SELECT DISTINCT utterance_id
FROM statements
WHERE article_id IN (
    SELECT article_id
    FROM articles
    WHERE story_id IN (SELECT story_id FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[])))
)
"""
_FORGOTTEN = """
DELETE FROM utterances
WHERE utterance_id IN (SELECT unnest($1::VARCHAR[])) OR utterance_id NOT IN (SELECT utterance_id FROM statements)
"""
_COUNTED = """
INSERT INTO utterances
SELECT
    s.utterance_id,
    min(s.official_id),
    min(s.speaker),
    min(coalesce(s.published_at, a.first_seen_at)),
    max(coalesce(s.published_at, a.first_seen_at)),
    count(*),
    count(DISTINCT s.article_id),
    count(DISTINCT s.outlet),
    count(DISTINCT coalesce(a.source, a.outlet)),
    max({'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}).text,
    max({'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}).statement_id,
    coalesce(list(DISTINCT a.language ORDER BY a.language) FILTER (a.language IS NOT NULL), []),
    NULL
FROM statements AS s
JOIN article_rows AS a USING (article_id)
WHERE s.utterance_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY s.utterance_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a fresh statement may report too: `node` is a known utterance, or another fresh statement."""

    statement_id: str
    node: str
    words: Words


def stage_wordings(session: Session, wordings: Sequence[Wording]) -> None:
    """Hold fresh wordings ready for the functions below."""
    rows = (
        (each.statement_id, each.speaker, each.said_at, each.seen_at, each.words.plain, each.words.quoted, each.keys)
        for each in wordings
    )
    session.stage("wordings_now", _FRESH, rows)


def reports(session: Session, window: timedelta) -> tuple[Report, ...]:
    """Return what may be reports of the same utterances as the staged wordings, each of the same speaker."""
    rows = session.rows(_REPORTS, {"window": window.total_seconds(), "days": window.days})
    return tuple(
        Report(statement_id=statement_id, node=node, words=Words(plain=plain, quoted=tuple(quoted)))
        for statement_id, node, plain, quoted in rows
    )


def ages(session: Session, utterance_ids: Sequence[str]) -> dict[str, datetime]:
    """Return when the first report of each utterance arrived."""
    return dict(session.rows(_AGES, [utterance_ids]))


def taken(session: Session, names: Sequence[str], fresh: Sequence[str]) -> frozenset[str]:
    """Return those of the names that other utterances have or had than the statements `fresh`."""
    return frozenset(row[0] for row in session.rows(_TAKEN, {"names": names, "fresh": fresh}))


def name(session: Session, utterance_ids: Mapping[str, str]) -> None:
    """Record the utterance of each staged wording, by statement_id, and what its other reports are found by."""
    session.stage("named_now", {"statement_id": "VARCHAR", "utterance_id": "VARCHAR"}, utterance_ids.items())
    session.run(_NAMED)
    session.run(_KEPT, quiet=True)


def rename(session: Session, names: Mapping[str, str]) -> None:
    """Link utterances to the older one that they are part of, under whose name they go on."""
    if names:
        session.stage("renamed_now", {"old": "VARCHAR", "new": "VARCHAR"}, names.items())
        for sql in _LINKED:
            session.run(sql)


def count_utterances(session: Session, article_ids: Sequence[str]) -> None:
    """Count anew who reports the utterances in these articles, and in those of the stories they tell."""
    touched = [row[0] for row in session.rows(_TOUCHED, [article_ids])]
    session.run(_FORGOTTEN, [touched])
    session.run(_COUNTED, [touched])


def forget(session: Session, before: datetime) -> None:
    """Drop the keys of what arrived before that moment: no other report of it is looked for any more."""
    session.run("DELETE FROM utterance_keys WHERE seen_at < $1", [before], quiet=True)
