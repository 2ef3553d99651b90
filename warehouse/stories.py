"""Stories: what copies are found by, which articles tell one story, and how many sources a story goes back to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.relation_records import CopyKind, Credits, Label, Telling
from warehouse.links import members_of, roots
from warehouse.records import StoredText, StoryKeys
from warehouse.session import Row, Session, named_in

# A key that one publisher's pages have in common more often than this is its furniture.
FURNITURE = 6
# Copies of one text are all tied to one another, so the nearest few lead to all.
NEAREST = 20

_KEYS = ("article_id", "publisher", "told_at", "seen_at", "keys")
_LINK = ("member", "root", "body")

# What is fresh stands beside what is stored, in place of what earlier words of the same articles were.
_COPIES = """
WITH fresh AS (
    SELECT unnest($article_ids::VARCHAR[]) AS article_id, unnest($publishers::VARCHAR[]) AS publisher,
        unnest($told_at::TIMESTAMPTZ[]) AS told_at, unnest($keys::BIGINT[][]) AS keys
),
fresh_keys AS (SELECT article_id, publisher, told_at, unnest(keys) AS key FROM fresh),
near AS (
    SELECT k.article_id, k.publisher, k.told_at, k.key
    FROM (
        SELECT article_id, publisher, told_at, unnest(keys) AS key
        FROM story_keys
        WHERE told_at BETWEEN $first AND $last AND seen_at >= $since
            AND article_id NOT IN (SELECT article_id FROM fresh)
    ) AS k
    SEMI JOIN fresh_keys USING (key)
    UNION ALL
    SELECT article_id, publisher, told_at, key FROM fresh_keys
),
furniture AS (
    SELECT key FROM near GROUP BY key HAVING count(*) > $furniture * count(DISTINCT publisher)
)
SELECT f.article_id, near.article_id
FROM fresh_keys AS f
JOIN near USING (key)
WHERE f.article_id <> near.article_id AND key NOT IN (FROM furniture)
GROUP BY f.article_id, near.article_id
QUALIFY row_number() OVER (
    PARTITION BY f.article_id
    ORDER BY count(*) DESC, abs(epoch(any_value(near.told_at)) - epoch(any_value(f.told_at))), near.article_id
) <= $nearest
ORDER BY ALL
"""

_TELLING = "coalesce(r.published_at, r.first_seen_at), r.publisher, r.credit, r.cites"
_TEXTS = f"""
SELECT r.article_id, coalesce(k.root, r.article_id), coalesce(k.body, r.article_id), {_TELLING}, r.title, r.text,
    story_keys.keys
FROM (FROM article_rows WHERE {named_in("article_rows")}) AS r
JOIN story_keys USING (article_id)
LEFT JOIN story_links AS k ON k.member = r.article_id
ORDER BY r.article_id
"""  # noqa: S608 (our own columns)
_NAMED = members_of("story_links")
_MEMBERS = f"""
WITH named AS ({_NAMED})
SELECT r.article_id, named.root, coalesce(k.body, r.article_id), {_TELLING},
    r.outlet, r.first_seen_at, r.copy_kind, r.parent_article_id, r.source
FROM named
JOIN article_rows AS r ON r.article_id = named.member
LEFT JOIN story_links AS k ON k.member = r.article_id
ORDER BY r.article_id
"""  # noqa: S608 (our own text)

_LABELLED = """
UPDATE article_rows SET
    publisher = l.publisher,
    credit = l.credit,
    cites = l.cites,
    copy_kind = l.copy_kind,
    parent_article_id = l.parent_article_id,
    source = l.source
FROM labels_now AS l
WHERE article_rows.article_id = l.article_id
"""
_LABEL = dict.fromkeys(
    ("article_id", "publisher", "credit", "cites", "copy_kind", "parent_article_id", "source"), "VARCHAR"
)

_COUNTED = f"""
INSERT INTO stories
WITH named AS ({_NAMED})
SELECT
    named.root,
    min(r.first_seen_at),
    arg_min(r.title, {{'at': r.first_seen_at, 'article_id': r.article_id}}),
    count(*),
    len(list_distinct(list(r.outlet))),
    len(list_distinct(list(coalesce(r.source, r.outlet))))
FROM named
JOIN article_rows AS r ON r.article_id = named.member
GROUP BY named.root
"""  # noqa: S608 (our own text)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """An article as one of those that tell its story; `label` is None while it has none."""

    telling: Telling
    outlet: str
    first_seen_at: datetime
    label: Label | None = None

    @property
    def source(self) -> str:
        """Return the root that its news goes back to."""
        return self.label.source if self.label else self.outlet


def copies(session: Session, keys: Sequence[StoryKeys], window: timedelta, since: datetime) -> list[tuple[str, str]]:
    """Return pairs of articles that may share a body or a quotation, the first of each being one of `keys`.

    They are looked for among what arrived from `since` on and was told within `window`.
    """
    times = [each.at for each in keys]
    params = {
        "article_ids": [each.article_id for each in keys],
        "publishers": [each.publisher for each in keys],
        "told_at": times,
        "keys": [each.keys for each in keys],
        "first": min(times) - window,
        "last": max(times) + window,
        "since": since,
        "furniture": FURNITURE,
        "nearest": NEAREST,
    }
    return [(one, other) for one, other in session.rows(_COPIES, params)]


def texts(session: Session, article_ids: Sequence[str]) -> dict[str, StoredText]:
    """Return the words of articles that copies may be found of."""
    rows = session.rows(_TEXTS, [article_ids]) if article_ids else ()
    return {
        row[0]: StoredText(telling=_telling(row[:7]), title=row[7], text=row[8], keys=tuple(row[9])) for row in rows
    }


def members(session: Session, story_ids: Sequence[str]) -> dict[str, StoryMember]:
    """Return all articles of the stories, by name."""
    return {row[0]: _member(row) for row in session.rows(_MEMBERS, [story_ids])}


def story_roots(session: Session, members: Iterable[str]) -> dict[str, str]:
    """Return the story of each of these articles that is not the first of its story."""
    return roots(session, "story_links", members)


def save_keys(session: Session, keys: Sequence[StoryKeys], before: datetime) -> None:
    """Record what copies of these articles are found by; drop what arrived before that moment: it has no copies now."""
    session.run("DELETE FROM story_keys WHERE seen_at < $1", [before], quiet=True)
    ids = [each.article_id for each in keys]
    session.remove("story_keys", "article_id", ids)
    rows = ((each.article_id, each.publisher, each.at, each.seen_at, list(each.keys)) for each in keys)
    session.insert("story_keys", _KEYS, rows)


def save_members(session: Session, labelled: Iterable[StoryMember], linked: Iterable[Telling]) -> None:
    """Record what articles are and go back to, and link articles to the stories and bodies they belong to."""
    session.stage("labels_now", _LABEL, map(_label_row, labelled))
    session.run(_LABELLED)
    rows = ((each.article_id, each.story_id, each.body_id) for each in linked)
    clash = "ON CONFLICT (member) DO UPDATE SET root = excluded.root, body = excluded.body"
    session.insert("story_links", _LINK, rows, clash)


def count_stories(session: Session, story_ids: Collection[str], gone: Collection[str] = ()) -> None:
    """Count anew who tells these stories; those `gone` are part of others now."""
    session.remove("stories", "story_id", [*story_ids, *gone])
    session.run(_COUNTED, [list(story_ids)])


def _telling(row: Row) -> Telling:
    article_id, story_id, body_id, at, publisher, credit, cites = row
    return Telling(
        article_id=article_id,
        story_id=story_id,
        body_id=body_id,
        at=at,
        credits=Credits(publisher=publisher, credit=credit, cites=cites),
    )


def _member(row: Row) -> StoryMember:
    outlet, first_seen_at, kind, parent, source = row[7:]
    label = source and Label(article_id=row[0], copy_kind=CopyKind(kind), parent_article_id=parent, source=source)
    return StoryMember(telling=_telling(row[:7]), outlet=outlet, first_seen_at=first_seen_at, label=label or None)


def _label_row(member: StoryMember) -> Row:
    label, own = member.label, member.telling.credits
    assert label is not None, "only what is labelled is saved"
    what = (label.copy_kind, label.parent_article_id, label.source)
    return (member.telling.article_id, own.publisher, own.credit, own.cites, *what)
