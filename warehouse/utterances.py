"""Utterances: what other reports of a statement are found by, and which utterance each statement reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.relation_records import Wording, Words
from warehouse.links import link, members_of, roots
from warehouse.session import Row, Session

# The days are looked up before any key is unpacked: an archive being read in has years of them.
_REPORTS = """
WITH fresh AS (
    SELECT unnest($statement_ids::VARCHAR[]) AS statement_id, unnest($speakers::VARCHAR[]) AS speaker,
        unnest($said_at::TIMESTAMPTZ[]) AS said_at, unnest($words::VARCHAR[]) AS words,
        unnest($quoted::VARCHAR[][]) AS quoted, unnest($keys::BIGINT[][]) AS keys
),
known AS (
    SELECT coalesce(l.root, k.utterance_id) AS node, k.speaker, k.said_at, k.words, k.quoted, k.keys
    FROM utterance_keys AS k
    LEFT JOIN utterance_links AS l ON l.member = k.utterance_id
    WHERE k.seen_at >= $since AND (k.speaker, k.said_at::DATE) IN (
        SELECT speaker, said_at::DATE + unnest(range(-$days, $days + 1))::INTEGER FROM fresh
    )
    UNION ALL
    SELECT statement_id, speaker, said_at, words, quoted, keys FROM fresh
),
keyed AS (SELECT * EXCLUDE (keys), unnest(keys) AS key FROM known),
fresh_keys AS (SELECT statement_id, speaker, said_at, unnest(keys) AS key FROM fresh)
SELECT DISTINCT f.statement_id, keyed.node, keyed.words, keyed.quoted
FROM fresh_keys AS f
JOIN keyed USING (speaker, key)
WHERE f.statement_id <> keyed.node AND abs(epoch(f.said_at) - epoch(keyed.said_at)) <= $window
ORDER BY ALL
"""

_NEAR = """
WITH asked AS (
    SELECT DISTINCT speaker, said_at::DATE + unnest(range(-$days, $days + 1))::INTEGER AS day
    FROM (SELECT unnest($speakers::VARCHAR[]) AS speaker, unnest($said_at::TIMESTAMPTZ[]) AS said_at)
)
SELECT k.statement_id, coalesce(l.root, k.utterance_id), k.speaker, k.said_at, k.seen_at, k.sentences
FROM utterance_keys AS k
LEFT JOIN utterance_links AS l ON l.member = k.utterance_id
WHERE k.seen_at >= $since AND (k.speaker, k.said_at::DATE) IN (FROM asked) AND len(k.sentences) > 0
ORDER BY k.statement_id, k.seen_at
"""

_AGES = """
SELECT coalesce(l.root, k.utterance_id) AS node, min(k.seen_at)
FROM utterance_keys AS k
LEFT JOIN utterance_links AS l ON l.member = k.utterance_id
WHERE k.seen_at >= $since AND node IN (SELECT unnest($nodes::VARCHAR[]))
GROUP BY node
"""
_NAMED = members_of("utterance_links", "$names")
_SPANS = """
SELECT utterance_id, first_said_at, reports, said_before_at FROM utterances
WHERE utterance_id IN (SELECT unnest($1::VARCHAR[]))
"""
# What was said lately stands at the end of the table: the days are looked up before any name.
_OF_UTTERANCES = f"""
WITH named AS ({_NAMED})
SELECT utterance_id, statement_id, article_id
FROM statement_rows
WHERE published_at >= $since AND utterance_id IN (SELECT member FROM named)
UNION
SELECT utterance_id, statement_id, article_id
FROM statement_rows
WHERE published_at IS NULL AND utterance_id IN (SELECT member FROM named)
"""  # noqa: S608 (our own text)
_OF_ARTICLES = """
SELECT utterance_id, statement_id, article_id
FROM statement_rows
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_SOURCES = (
    "SELECT article_id, coalesce(source, outlet) FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
)
# A name that other statements once bore is taken, whether they are still there or not.
_BORNE = """
SELECT utterance_id FROM utterance_keys WHERE utterance_id IN (SELECT unnest($1::VARCHAR[]))
UNION
SELECT member FROM utterance_links WHERE member IN (SELECT unnest($1::VARCHAR[]))
UNION
SELECT root FROM utterance_links WHERE root IN (SELECT unnest($1::VARCHAR[]))
"""

_COMPARED = """
SELECT unnest(sentences) AS sentence FROM utterance_keys
UNION
SELECT r.title FROM event_keys JOIN article_rows AS r USING (article_id) WHERE r.title IS NOT NULL AND r.depth = 'full'
ORDER BY sentence
"""
_KEPT = """
INSERT INTO utterance_keys BY NAME
SELECT w.* FROM wordings_now AS w ANTI JOIN utterance_keys AS k ON (k.statement_id, k.words) = (w.statement_id, w.words)
"""
WORDING = {
    "statement_id": "VARCHAR",
    "utterance_id": "VARCHAR",
    "speaker": "VARCHAR",
    "said_at": "TIMESTAMPTZ",
    "seen_at": "TIMESTAMPTZ",
    "words": "VARCHAR",
    "quoted": "VARCHAR[]",
    "keys": "BIGINT[]",
    "sentences": "VARCHAR[]",
}

_COUNTED = f"""
INSERT INTO utterances BY POSITION
WITH named AS ({_NAMED}),
before AS (
    SELECT named.root, arg_max(coalesce(l.root, s.earlier), s.earlier_at) AS name, max(s.earlier_at) AS at
    FROM sayings AS s
    JOIN named ON named.member = s.utterance_id
    LEFT JOIN utterance_links AS l ON l.member = s.earlier
    WHERE coalesce(l.root, s.earlier) <> named.root
    GROUP BY named.root
),
reports AS (
    FROM statement_rows WHERE published_at >= $since AND utterance_id IN (SELECT member FROM named)
    UNION ALL
    FROM statement_rows WHERE published_at IS NULL AND utterance_id IN (SELECT member FROM named)
)
SELECT
    named.root,
    min(s.official_id),
    min(s.speaker),
    min(coalesce(s.published_at, a.first_seen_at)),
    max(coalesce(s.published_at, a.first_seen_at)),
    count(*),
    len(list_distinct(list(s.article_id))),
    len(list_distinct(list(s.outlet))),
    len(list_distinct(list(coalesce(a.source, a.outlet)))),
    max({{'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}}).text,
    max({{'characters': length(s.text), 'text': s.text, 'statement_id': s.statement_id}}).statement_id,
    list_sort(list_distinct(list(a.language))),
    any_value(before.name),
    any_value(before.at),
    mode(s.process_id),
    min(s.outlet) FILTER (WHERE f.primary_source AND f.outlet = s.outlet)
FROM reports AS s
JOIN named ON named.member = s.utterance_id
JOIN article_rows AS a USING (article_id)
LEFT JOIN feeds AS f USING (feed_id)
LEFT JOIN before ON before.root = named.root
GROUP BY named.root
"""  # noqa: S608 (our own text)

_UNWORDED = "DELETE FROM utterance_keys WHERE statement_id IN (SELECT unnest($1::VARCHAR[]))"
# What others report too goes on to be known by their words.
_ALONE = """
SELECT utterance_id
FROM statements
WHERE utterance_id IN (SELECT utterance_id FROM statements WHERE statement_id IN (SELECT unnest($1::VARCHAR[])))
GROUP BY utterance_id
HAVING bool_and(list_contains($1::VARCHAR[], statement_id))
"""
_UNHEARD = """
DELETE FROM sayings
WHERE statement_id IN (SELECT unnest($1::VARCHAR[]))
    AND (earlier IS NOT NULL OR utterance_id IN (SELECT unnest($2::VARCHAR[])))
"""
_UNDISPUTED = """
DELETE FROM dispute_rows
WHERE claim_utterance_id IN (SELECT unnest($1::VARCHAR[])) OR denial_utterance_id IN (SELECT unnest($1::VARCHAR[]))
"""
_SAID_NEAR = """
SELECT DISTINCT article_id
FROM statements
WHERE published_at BETWEEN $since AND $until
    AND (list_contains($speakers::VARCHAR[], speaker_id) OR list_contains($speakers::VARCHAR[], lower(speaker)))
ORDER BY article_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyReport:
    """What a fresh statement may report too: `node` is a known utterance, or another fresh statement."""

    statement_id: str
    node: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SameMeaning:
    """A statement of a batch that means what `node` says: a known utterance, or another statement of the batch."""

    statement_id: str
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """A stored statement as a report of its utterance, which it names `name`; `source` is its article's root."""

    utterance_id: str
    name: str
    statement_id: str
    article_id: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceSpan:
    """When an utterance was first reported as said, by how many statements it is, and when the like was said before."""

    first_said_at: datetime
    reports: int
    said_before_at: datetime | None = None


def likely_reports(
    session: Session, wordings: Sequence[Wording], window: timedelta, since: datetime
) -> tuple[LikelyReport, ...]:
    """Return what may be reports of the same utterances as the wordings, each of the same speaker.

    They are looked for among what arrived from `since` on and was said within `window`.
    """
    params = {
        "statement_ids": [each.statement_id for each in wordings],
        "speakers": [each.speaker for each in wordings],
        "said_at": [each.said_at for each in wordings],
        "words": [each.words.plain for each in wordings],
        "quoted": [each.words.quoted for each in wordings],
        "keys": [each.keys for each in wordings],
        "window": window.total_seconds(),
        "days": window.days,
        "since": since,
    }
    return tuple(
        LikelyReport(statement_id=statement_id, node=node, words=Words(plain=plain, quoted=tuple(quoted)))
        for statement_id, node, plain, quoted in session.rows(_REPORTS, params)
    )


def near_reports(
    session: Session, wordings: Sequence[Wording], window: timedelta, since: datetime
) -> tuple[Wording, ...]:
    """Return what the speakers of these wordings said within `window`, as its meaning is compared.

    Looked for among what arrived from `since` on; `name` is the utterance's present one.
    """
    asked = [each for each in wordings if each.sentences]
    params = {
        "speakers": [each.speaker for each in asked],
        "said_at": [each.said_at for each in asked],
        "days": window.days,
        "since": since,
    }
    return tuple(wording_of(*row) for row in (session.rows(_NEAR, params) if asked else ()))


def wording_of(  # noqa: PLR0917 (a row's values in their order)
    statement_id: str,
    node: str,
    speaker: str,
    said_at: datetime,
    seen_at: datetime,
    sentences: Sequence[str],
    plain: str = "",
    quoted: Sequence[str] = (),
    keys: Sequence[int] = (),
) -> Wording:
    """Return what is stored of a statement's words, `node` its utterance; without words, for who compares meaning."""
    return Wording(
        statement_id=statement_id,
        name=node,
        speaker=speaker,
        said_at=said_at,
        seen_at=seen_at,
        words=Words(plain=plain, quoted=tuple(quoted)),
        keys=tuple(keys),
        sentences=tuple(sentences),
    )


def wording_row(each: Wording, utterance_id: str) -> Row:
    """Return the values of `WORDING` for a wording of an utterance."""
    return (
        *(each.statement_id, utterance_id, each.speaker, each.said_at, each.seen_at),
        *(each.words.plain, each.words.quoted, each.keys, each.sentences),
    )


def compared_sentences(session: Session) -> list[str]:
    """Return all sentences and headlines whose meaning may still be compared."""
    return [sentence for (sentence,) in session.rows(_COMPARED)]


def ages(session: Session, nodes: Sequence[str], since: datetime) -> dict[str, datetime]:
    """Return when the first report of each utterance arrived, of those that are still looked for."""
    return dict(session.rows(_AGES, {"nodes": nodes, "since": since})) if nodes else {}


def spans(session: Session, names: Collection[str]) -> dict[str, UtteranceSpan]:
    """Return what is known of those of these utterances that anything reports."""
    rows = session.rows(_SPANS, [sorted(names)]) if names else ()
    return {
        name: UtteranceSpan(first_said_at=at, reports=reports, said_before_at=before)
        for name, at, reports, before in rows
    }


def reporters(
    session: Session, known: Mapping[str, UtteranceSpan], article_ids: Collection[str] = ()
) -> tuple[Reporter, ...]:
    """Return the statements that report these utterances, or stand in these articles."""
    found = set(map(tuple, session.rows(_OF_ARTICLES, [sorted(article_ids)]))) if article_ids else set()
    if known:
        since = min(span.first_said_at for span in known.values())
        found |= set(map(tuple, session.rows(_OF_UTTERANCES, {"names": sorted(known), "since": since})))
    roots = utterance_roots(session, {name for name, _, _ in found}) if found else {}
    sources: dict[str, str] = (
        dict(session.rows(_SOURCES, [sorted({article_id for _, _, article_id in found})])) if found else {}
    )
    return tuple(
        Reporter(
            utterance_id=roots.get(name, name),
            name=name,
            statement_id=statement_id,
            article_id=article_id,
            source=sources[article_id],
        )
        for name, statement_id, article_id in sorted(found)
    )


def borne(session: Session, names: Iterable[str]) -> frozenset[str]:
    """Return those of the names that utterances had, whatever has become of them."""
    return frozenset(row[0] for row in session.rows(_BORNE, [sorted(set(names))]))


def utterance_roots(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Return the present name of each of these utterances that is part of another by now."""
    return roots(session, "utterance_links", names)


def save_wordings(
    session: Session, wordings: Iterable[Wording], utterance_ids: Mapping[str, str], before: datetime | None
) -> None:
    """Record what other reports of statements are found by, each with its utterance; drop what arrived `before`."""
    if before is not None:
        session.run("DELETE FROM utterance_keys WHERE seen_at < $1", [before], quiet=True)
    rows = (wording_row(each, utterance_ids[each.statement_id]) for each in wordings)
    session.stage("wordings_now", WORDING, rows)
    session.run(_KEPT, quiet=True)


def unsay(session: Session, statement_ids: Sequence[str]) -> None:
    """Let nothing be found any more by what these statements said, nor disputed by what they alone report."""
    alone = [row[0] for row in session.rows(_ALONE, [statement_ids])]
    names = [row[0] for row in session.rows(members_of("utterance_links"), [alone])]
    session.run(_UNDISPUTED, [names])
    session.run(_UNHEARD, [statement_ids, names], quiet=True)
    session.run(_UNWORDED, [statement_ids], quiet=True)


def unhear(session: Session, statement_ids: Sequence[str]) -> None:
    """Remove the words that statements are known by, whoever else reports the like."""
    for table in ("sayings", "utterance_keys"):
        session.remove(table, "statement_id", statement_ids)


def said_near(session: Session, speakers: Collection[str], since: datetime, until: datetime) -> tuple[str, ...]:
    """Return the articles that report what these speakers, by id or name, said between two times."""
    rows = session.rows(_SAID_NEAR, {"speakers": sorted(speakers), "since": since, "until": until})
    return tuple(row[0] for row in rows)


def save_links(session: Session, names: Mapping[str, str]) -> None:
    """Link utterances to the older one that they are part of, under whose name they go on."""
    link(session, "utterance_links", names)


def count_utterances(session: Session, names: Collection[str], gone: Collection[str], since: datetime) -> None:
    """Count anew who reports these utterances, said from `since` on; those `gone` are part of others now."""
    session.remove("utterances", "utterance_id", [*names, *gone])
    session.run(_COUNTED, {"names": list(names), "since": since})
