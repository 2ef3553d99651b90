"""Articles and what was read in them, back from their rows: for deciding again what was decided before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from alerts.records import Arrival
from extractors.records import Article, Depth, Mention, MentionKind, Post, Reading, Span, Statement
from warehouse.records import ReadArticle, StoredWords
from warehouse.session import Row, Session
from warehouse.statements import stored_statements

_ARTICLES = """
SELECT article_id, url, outlet, feed_id, title, author, published_at, first_seen_at, language, text, updated_at,
    section, sentences, extractor_version, depth, cut_at, arrival
FROM articles
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id
"""
_MENTIONS = """
SELECT article_id, kind, ref_id, name, surface, negated, start_char, end_char
FROM mentions
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY start_char, end_char, rowid
"""
_TITLE_MENTIONS = _MENTIONS.replace("FROM mentions", "FROM title_mentions")
_WORDS = """
SELECT article_id, title, text FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_POSTS = """
SELECT article_id, start_char, end_char, published_at
FROM posts
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id, position
"""


def stored_articles(session: Session, article_ids: Sequence[str]) -> tuple[ReadArticle, ...]:
    """Return the newest revisions of these articles with what was read in them; one that is not there is left out."""
    mentions = _by_article(session.rows(_MENTIONS, [article_ids]))
    title_mentions = _by_article(session.rows(_TITLE_MENTIONS, [article_ids]))
    statements = stored_statements(session, article_ids)
    posts = _by_article(session.rows(_POSTS, [article_ids]))
    return tuple(
        _read(
            row,
            posts=tuple(map(_post, posts[row[0]])),
            mentions=tuple(map(_mention, mentions[row[0]])),
            title_mentions=tuple(map(_mention, title_mentions[row[0]])),
            statements=tuple(statements[row[0]]),
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
    posts: tuple[Post, ...],
    mentions: tuple[Mention, ...],
    title_mentions: tuple[Mention, ...],
    statements: tuple[Statement, ...],
) -> ReadArticle:
    *fields, sentences, extractor_version, depth, cut_at, arrival = row
    names = (
        *("article_id", "url", "outlet", "feed_id", "title", "author", "published_at", "first_seen_at"),
        *("language", "text", "updated_at", "section"),
    )
    reading = Reading(
        mentions=mentions,
        title_mentions=title_mentions,
        statements=statements,
        sentences=tuple(map(_span, sentences or ())),
        extractor_version=extractor_version,
        depth=Depth(depth),
        cut_at=cut_at,
    )
    article = Article(**dict(zip(names, fields, strict=True)), posts=posts)
    return ReadArticle(article=article, reading=reading, arrival=Arrival(arrival))


def _post(row: Row) -> Post:
    start, end, published = row
    return Post(Span(start, end), published)


def _mention(row: Row) -> Mention:
    kind, ref_id, name, surface, negated, start, end = row
    return Mention(
        kind=MentionKind(kind),
        ref_id=ref_id,
        name=name,
        surface=surface,
        span=Span(start, end),
        negated=bool(negated),
    )


def _span(stored: dict[str, int]) -> Span:
    return Span(stored["start_char"], stored["end_char"])


def known_articles(session: Session, article_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the articles that are here."""
    sql = "SELECT article_id FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
    return frozenset(row[0] for row in session.rows(sql, [article_ids]))


def stored_words(session: Session, article_ids: Sequence[str]) -> dict[str, StoredWords]:
    """Return the newest words of those of the articles that are here, with the posts of live blogs."""
    posts = _by_article(session.rows(_POSTS, [article_ids]))
    return {
        article_id: StoredWords(title=title, text=text, posts=tuple(map(_post, posts[article_id])))
        for article_id, title, text in session.rows(_WORDS, [article_ids])
    }
