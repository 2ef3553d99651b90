"""Articles and what was read in them: the newest words in `articles`, earlier ones in `article_revisions`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.records import Mention, MentionKind, Span
from warehouse.records import Outcome, ReadArticle, SavedArticle, StoredWords
from warehouse.session import Row, Session
from warehouse.statements import forget_statements, save_statements
from warehouse.stored import stored_words
from warehouse.stories import count_stories

_ARTICLE = (
    *("article_id", "url", "outlet", "feed_id", "title", "author", "published_at", "first_seen_at", "language"),
    *("word_count", "text", "revision", "revised_at", "sentences", "extractor_version", "text_hash"),
    *("arrival", "updated_at", "section", "depth", "cut_at"),
)
_POST = ("article_id", "revision", "position", "published_at", "start_char", "end_char")
_MENTION = (
    *("article_id", "kind", "ref_id", "name", "surface", "negated", "start_char", "end_char", "extractor_version"),
)

_WORD = re.compile(r"\w+")

_KNOWN = """
SELECT article_id, text_hash, revision, story_id, first_seen_at
FROM articles
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""

# The newest words move out of the way together with what was read in them.
_SET_ASIDE = (
    "INSERT INTO article_revisions BY NAME FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM mentions WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM title_mentions WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM posts WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
)

_SETTLE = """
UPDATE entries SET state = 'done', content = NULL, next_at = NULL, reason = NULL
WHERE entry_key IN (SELECT unnest($1::VARCHAR[])) AND state <> 'done'
"""


@dataclass(frozen=True, slots=True)
class _Known:
    text_hash: str
    revision: int
    story_id: str
    first_seen_at: datetime


def save_articles(session: Session, articles: Sequence[ReadArticle]) -> tuple[SavedArticle, ...]:
    """Record articles and settle their entries; return what became of each, in order.

    Unchanged words are not written again; changed ones replace all that was read in the earlier ones.
    """
    saved: dict[int, SavedArticle] = {}
    for positions in _rounds(articles):
        batch = [articles[position] for position in positions]
        saved.update(zip(positions, _save_distinct(session, batch), strict=True))
    session.run(_SETTLE, [[read.entry_key for read in articles if read.entry_key]])
    count_stories(session, [each.article_id for each in saved.values() if each.outcome is not Outcome.KNOWN])
    return tuple(saved[position] for position in range(len(articles)))


def _rounds(articles: Sequence[ReadArticle]) -> Iterator[list[int]]:
    """Yield positions so that no round has an article twice: two feeds may bring the same page in one batch."""
    left = list(range(len(articles)))
    while left:
        first = {articles[position].article.article_id: position for position in reversed(left)}
        taken = set(first.values())
        yield sorted(taken)
        left = [position for position in left if position not in taken]


def _save_distinct(session: Session, batch: Sequence[ReadArticle]) -> list[SavedArticle]:
    ids = [read.article.article_id for read in batch]
    known = {row[0]: _Known(*row[1:]) for row in session.rows(_KNOWN, [ids])}
    live = [read.article.article_id for read in batch if read.article.posts and read.article.article_id in known]
    before = stored_words(session, live) if live else {}
    saved = [_outcome(read, known.get(read.article.article_id), before) for read in batch]
    revised = [each.article_id for each in saved if each.outcome is Outcome.REVISED]
    if revised:
        forget_statements(session, revised)
        for sql in _SET_ASIDE:
            session.run(sql, [revised])
    changed = [(read, each) for read, each in zip(batch, saved, strict=True) if each.outcome is not Outcome.KNOWN]
    _insert(session, changed)
    return saved


def _outcome(read: ReadArticle, known: _Known | None, before: Mapping[str, StoredWords]) -> SavedArticle:
    article_id = read.article.article_id
    if known is None:
        outcome, known = Outcome.NEW, _Known("", 1, article_id, read.article.first_seen_at)
    else:
        outcome = Outcome.KNOWN if known.text_hash == _text_hash(read) else Outcome.REVISED
    return SavedArticle(
        article_id=article_id,
        outcome=outcome,
        revision=known.revision + (outcome is Outcome.REVISED),
        story_id=known.story_id,
        first_seen_at=known.first_seen_at,
        before=before.get(article_id) if outcome is Outcome.REVISED else None,
    )


def _insert(session: Session, changed: Sequence[tuple[ReadArticle, SavedArticle]]) -> None:
    reads = [read for read, _ in changed]
    session.insert("article_rows", _ARTICLE, (_article_row(*pair) for pair in changed))
    session.insert("posts", _POST, (row for pair in changed for row in _post_rows(*pair)))
    in_texts = ((read, read.reading.mentions) for read in reads)
    session.insert("mentions", _MENTION, _mention_rows(in_texts))
    in_titles = ((read, read.reading.title_mentions) for read in reads)
    session.insert("title_mentions", _MENTION, _mention_rows(in_titles))
    save_statements(session, reads)


def _text_hash(read: ReadArticle) -> str:
    """Return a fingerprint of the words of title and sentences.

    Captions, credits, counters and stamps stand in no sentence, and punctuation is no word: neither makes a revision.
    """
    text = read.article.text
    said = " ".join(span.slice(text) for span in read.reading.sentences) or text
    words = _WORD.findall(f"{read.article.title or ''} {said}".casefold())
    return hashlib.sha256(" ".join(words).encode(errors="replace")).hexdigest()[:16]


def _article_row(read: ReadArticle, saved: SavedArticle) -> Row:
    article = read.article
    revised_at = article.first_seen_at if saved.outcome is Outcome.REVISED else None
    sentences = [_span(span) for span in read.reading.sentences]
    return (
        *(article.article_id, article.url, article.outlet, article.feed_id, article.title, article.author),
        *(article.published_at, saved.first_seen_at, article.language, article.word_count, article.text),
        *(saved.revision, revised_at, sentences, read.reading.extractor_version),
        *(_text_hash(read), read.arrival, article.updated_at, article.section),
        *(read.reading.depth, read.reading.cut_at),
    )


def _post_rows(read: ReadArticle, saved: SavedArticle) -> Iterator[Row]:
    for position, post in enumerate(read.article.posts, 1):
        yield (saved.article_id, saved.revision, position, post.published, post.span.start, post.span.end)


def _mention_rows(mentions: Iterable[tuple[ReadArticle, tuple[Mention, ...]]]) -> Iterator[Row]:
    for read, found in mentions:
        for each in found:
            place = (each.span.start, each.span.end, read.reading.extractor_version)
            negated = each.negated if each.kind is MentionKind.TOPIC else None
            yield (read.article.article_id, each.kind, each.ref_id, each.name, each.surface, negated, *place)


def _span(span: Span) -> dict[str, int]:
    return {"start_char": span.start, "end_char": span.end}
