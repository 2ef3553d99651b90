"""Stories: what copies are found by, which articles tell one story, and how many sources a story goes back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from extractors.records import Credits, Label, Telling
from warehouse.records import StoredText, StoryKeys
from warehouse.session import Row, Session

# A key that one publisher's pages have in common more often than this is its furniture.
_FURNITURE = 6
# Copies of one text are all tied to one another, so the nearest few lead to all.
_NEAREST = 20

_KEYS = ("article_id", "publisher", "told_at", "seen_at", "keys")

_CANDIDATES = """
WITH fresh AS (
    SELECT article_id, told_at, unnest(keys) AS key
    FROM story_keys
    WHERE article_id IN (SELECT unnest($article_ids::VARCHAR[]))
),
near AS (
    SELECT k.article_id, k.publisher, k.told_at, k.key
    FROM (
        SELECT article_id, publisher, told_at, unnest(keys) AS key
        FROM story_keys
        WHERE told_at BETWEEN $first AND $last
    ) AS k
    SEMI JOIN fresh USING (key)
),
furniture AS (
    SELECT key FROM near GROUP BY key HAVING count(*) > $furniture * count(DISTINCT publisher)
)
SELECT fresh.article_id, near.article_id
FROM fresh
JOIN near USING (key)
WHERE fresh.article_id <> near.article_id AND key NOT IN (FROM furniture)
GROUP BY fresh.article_id, near.article_id
QUALIFY row_number() OVER (
    PARTITION BY fresh.article_id
    ORDER BY count(*) DESC, abs(epoch(any_value(near.told_at)) - epoch(any_value(fresh.told_at))), near.article_id
) <= $nearest
ORDER BY ALL
"""

_TELLING = "article_id, story_id, body_id, coalesce(published_at, first_seen_at), a.publisher, credit, cites"
_TELLINGS = f"SELECT {_TELLING} FROM articles AS a WHERE story_id IN (SELECT unnest($1::VARCHAR[]))"  # noqa: S608 (our own columns)
_TEXTS = f"""
SELECT {_TELLING}, title, text, keys
FROM articles AS a
JOIN story_keys USING (article_id)
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id
"""  # noqa: S608 (our own columns)

_CREDITED = """
UPDATE article_rows SET publisher = c.publisher, credit = c.credit, cites = c.cites
FROM credits_now AS c
WHERE article_rows.article_id = c.article_id
"""

_AGES = """
SELECT story_id, min(first_seen_at) FROM articles WHERE story_id IN (SELECT unnest($1::VARCHAR[])) GROUP BY ALL
UNION
SELECT body_id, min(first_seen_at) FROM articles WHERE body_id IN (SELECT unnest($1::VARCHAR[])) GROUP BY ALL
"""

_OWN_BODY = "UPDATE story_links SET body = member WHERE member IN (SELECT unnest($1::VARCHAR[]))"
_LINKED = """
INSERT INTO story_links
SELECT a.article_id, coalesce(s.new, a.story_id), coalesce(b.new, a.body_id)
FROM articles AS a
LEFT JOIN stories_now AS s ON s.old = a.story_id
LEFT JOIN bodies_now AS b ON b.old = a.body_id
WHERE s.old IS NOT NULL OR b.old IS NOT NULL
ON CONFLICT (member) DO UPDATE SET root = excluded.root, body = excluded.body
"""
_FORGOTTEN = "DELETE FROM stories WHERE story_id IN (SELECT unnest($1::VARCHAR[]))"
_COUNTED = """
INSERT INTO stories
SELECT
    story_id,
    min(first_seen_at),
    arg_min(title, {'at': first_seen_at, 'article_id': article_id}),
    count(*),
    count(DISTINCT outlet),
    count(DISTINCT coalesce(source, outlet))
FROM articles
WHERE story_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY story_id
"""

_LABELLED = """
UPDATE article_rows SET copy_kind = l.copy_kind, parent_article_id = l.parent_article_id, source = l.source
FROM labels_now AS l
WHERE article_rows.article_id = l.article_id
    AND (article_rows.copy_kind, article_rows.parent_article_id, article_rows.source)
        IS DISTINCT FROM (l.copy_kind, l.parent_article_id, l.source)
"""

_ROOTS = """
SELECT story_id, list(DISTINCT coalesce(source, outlet))
FROM articles
WHERE story_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY ALL
"""

_UTTERED = """
SELECT s.utterance_id, list(DISTINCT coalesce(a.source, a.outlet))
FROM statements AS s
JOIN articles AS a USING (article_id)
WHERE s.utterance_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY ALL
"""

# What has fired since, or has been decided otherwise, is not open any more.
_OPEN = """
SELECT DISTINCT d.rule, d.article_id, d.official_id
FROM decisions AS d
JOIN articles AS a USING (article_id)
WHERE d.reason = 'below_corroboration' AND d.decided_at >= $since
    AND list_contains($rules::VARCHAR[], d.rule)
    AND NOT list_contains($fresh::VARCHAR[], d.article_id)
    AND NOT EXISTS (
        FROM decisions AS o
        WHERE (o.rule, o.article_id, o.official_id) = (d.rule, d.article_id, d.official_id)
            AND (o.alert_id IS NOT NULL OR o.decided_at > d.decided_at)
    )
    AND (
        list_contains($stories::VARCHAR[], a.story_id)
        OR d.article_id IN (
            SELECT article_id FROM statements WHERE utterance_id IN (SELECT unnest($utterances::VARCHAR[]))
        )
    )
ORDER BY ALL
"""


def save_keys(session: Session, keys: Sequence[StoryKeys]) -> None:
    """Record what copies of these articles are found by, in place of what earlier words of them were."""
    ids = [each.article_id for each in keys]
    session.run("DELETE FROM story_keys WHERE article_id IN (SELECT unnest($1::VARCHAR[]))", [ids])
    rows = ((each.article_id, each.publisher, each.at, each.seen_at, list(each.keys)) for each in keys)
    session.insert("story_keys", _KEYS, rows)


def forget_keys(session: Session, before: datetime) -> None:
    """Drop what arrived before that moment: no copy of it is looked for any more."""
    session.run("DELETE FROM story_keys WHERE seen_at < $1", [before], quiet=True)


def save_credits(session: Session, credited: Mapping[str, Credits]) -> None:
    """Record the credits of articles, each a body of its own as yet."""
    rows = ((name, each.publisher, each.credit, each.cites) for name, each in credited.items())
    columns = dict.fromkeys(("article_id", "publisher", "credit", "cites"), "VARCHAR")
    session.stage("credits_now", columns, rows)
    session.run(_CREDITED)
    session.run(_OWN_BODY, [list(credited)])


def candidates(session: Session, keys: Sequence[StoryKeys], window: timedelta) -> tuple[tuple[str, str], ...]:
    """Return pairs of articles that may share a body or a quotation, the first of each being one of `keys`."""
    if not keys:
        return ()
    times = [each.at for each in keys]
    params = {
        "article_ids": [each.article_id for each in keys],
        "first": min(times) - window,
        "last": max(times) + window,
        "furniture": _FURNITURE,
        "nearest": _NEAREST,
    }
    return tuple((one, other) for one, other in session.rows(_CANDIDATES, params))


def texts(session: Session, article_ids: Sequence[str]) -> tuple[StoredText, ...]:
    """Return the words of articles that copies may be found of."""
    rows = session.rows(_TEXTS, [article_ids])
    return tuple(
        StoredText(telling=_telling(row[:-3]), title=row[-3], text=row[-2], keys=tuple(row[-1])) for row in rows
    )


def tellings(session: Session, story_ids: Sequence[str]) -> tuple[Telling, ...]:
    """Return all articles of the stories."""
    return tuple(map(_telling, session.rows(_TELLINGS, [story_ids])))


def ages(session: Session, names: Sequence[str]) -> dict[str, datetime]:
    """Return when the first article of each story or body arrived."""
    return dict(session.rows(_AGES, [names]))


def rename(session: Session, *, stories: Mapping[str, str], bodies: Mapping[str, str]) -> None:
    """Link stories and bodies to the older one they belong to, under whose name they go on."""
    if stories or bodies:
        for kind, names in (("stories_now", stories), ("bodies_now", bodies)):
            session.stage(kind, {"old": "VARCHAR", "new": "VARCHAR"}, names.items())
        session.run(_LINKED)
        session.run(_FORGOTTEN, [list(stories)])


def count_stories(session: Session, article_ids: Sequence[str]) -> None:
    """Count anew who tells the stories of these articles."""
    touched = sorted(set(current_stories(session, article_ids).values())) if article_ids else []
    for sql in (_FORGOTTEN, _COUNTED) if touched else ():
        session.run(sql, [touched])


def save_labels(session: Session, labels: Sequence[Label]) -> None:
    """Record what each telling is and goes back to."""
    rows = ((each.article_id, each.copy_kind, each.parent_article_id, each.source) for each in labels)
    columns = dict.fromkeys(("article_id", "copy_kind", "parent_article_id", "source"), "VARCHAR")
    session.stage("labels_now", columns, rows)
    session.run(_LABELLED)


def current_stories(session: Session, article_ids: Sequence[str]) -> dict[str, str]:
    """Return the story of each article as it is now."""
    sql = "SELECT article_id, story_id FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
    return dict(session.rows(sql, [article_ids]))


def roots(session: Session, story_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the independent sources of each story, by name."""
    return {story_id: frozenset(found) for story_id, found in session.rows(_ROOTS, [story_ids])}


def roots_of_utterances(session: Session, utterance_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the independent sources that report each utterance, by name."""
    return {utterance_id: frozenset(found) for utterance_id, found in session.rows(_UTTERED, [utterance_ids])}


def open_decisions(
    session: Session,
    *,
    rules: Sequence[str],
    stories: Sequence[str],
    utterances: Sequence[str],
    fresh: Sequence[str],
    since: datetime,
) -> tuple[tuple[str, str, str], ...]:
    """Return (rule, article, official) of what waits for corroboration in these stories or utterances."""
    params = {"rules": rules, "stories": stories, "utterances": utterances, "fresh": fresh, "since": since}
    return tuple((rule, article_id, official_id) for rule, article_id, official_id in session.rows(_OPEN, params))


def _telling(row: Row) -> Telling:
    article_id, story_id, body_id, at, publisher, credit, cites = row
    return Telling(
        article_id=article_id,
        story_id=story_id,
        body_id=body_id,
        at=at,
        credits=Credits(publisher=publisher, credit=credit, cites=cites),
    )
