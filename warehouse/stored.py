"""Articles and what was read in them, back from their rows: for deciding again what was decided before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from alerts.records import Arrival
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement, StatementKind
from warehouse.records import ReadArticle
from warehouse.session import Row, Session

_ARTICLES = """
SELECT article_id, url, outlet, feed_id, title, author, published_at, first_seen_at, language, text, sentences,
    extractor_version, arrival
FROM articles
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id
"""
_MENTIONS = """
SELECT article_id, kind, ref_id, name, surface, start_char, end_char
FROM mentions
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY start_char, end_char, rowid
"""
_TITLE_MENTIONS = _MENTIONS.replace("FROM mentions", "FROM title_mentions")
_STATEMENTS = """
SELECT article_id, statement_id, utterance_id, speaker, speaker_id, speaker_surface, cue, kind, text, start_char,
    end_char, spans, topics, stance, speaker_start_char, speaker_end_char, cue_start_char, cue_end_char
FROM statements
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY start_char, end_char, statement_id
"""


def stored_articles(session: Session, article_ids: Sequence[str]) -> tuple[ReadArticle, ...]:
    """Return the newest revisions of these articles with what was read in them; one that is not there is left out."""
    mentions = _by_article(session.rows(_MENTIONS, [article_ids]))
    title_mentions = _by_article(session.rows(_TITLE_MENTIONS, [article_ids]))
    statements = _by_article(session.rows(_STATEMENTS, [article_ids]))
    return tuple(
        _read(
            row,
            mentions=tuple(map(_mention, mentions[row[0]])),
            title_mentions=tuple(map(_mention, title_mentions[row[0]])),
            statements=tuple(map(_statement, statements[row[0]])),
        )
        for row in session.rows(_ARTICLES, [article_ids])
    )


def _by_article(rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for article_id, *rest in rows:
        grouped[article_id].append(tuple(rest))
    return grouped


def _read(
    row: Row,
    *,
    mentions: tuple[Mention, ...],
    title_mentions: tuple[Mention, ...],
    statements: tuple[Statement, ...],
) -> ReadArticle:
    *fields, sentences, extractor_version, arrival = row
    names = (
        *("article_id", "url", "outlet", "feed_id", "title", "author", "published_at", "first_seen_at"),
        *("language", "text"),
    )
    reading = Reading(
        mentions=mentions,
        title_mentions=title_mentions,
        statements=statements,
        sentences=tuple(map(_span, sentences or ())),
        extractor_version=extractor_version,
    )
    article = Article(**dict(zip(names, fields, strict=True)))
    return ReadArticle(article=article, reading=reading, arrival=Arrival(arrival))


def _mention(row: Row) -> Mention:
    kind, ref_id, name, surface, start, end = row
    return Mention(kind=MentionKind(kind), ref_id=ref_id, name=name, surface=surface, span=Span(start, end))


def _statement(row: Row) -> Statement:
    (
        statement_id,
        utterance_id,
        speaker,
        speaker_id,
        surface,
        cue,
        kind,
        text,
        start,
        end,
        spans,
        topics,
        stance,
        *at,
    ) = row
    return Statement(
        statement_id=statement_id,
        utterance_id=utterance_id,
        speaker=speaker,
        speaker_id=speaker_id,
        speaker_surface=surface,
        cue=cue,
        kind=StatementKind(kind),
        text=text,
        span=Span(start, end),
        spans=tuple(map(_span, spans)),
        topics=tuple(topics),
        stance=stance,
        speaker_span=_optional(at[0], at[1]),
        cue_span=_optional(at[2], at[3]),
    )


def _span(stored: dict[str, int]) -> Span:
    return Span(stored["start_char"], stored["end_char"])


def _optional(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)


def known_articles(session: Session, article_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the articles that are here."""
    sql = "SELECT article_id FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
    return frozenset(row[0] for row in session.rows(sql, [article_ids]))
