"""Articles and what was read in them: the newest words in `article_rows`, earlier ones in `article_revisions`.

Reading asks `articles`, which knows the stories, and `statements`, which knows the utterances.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from alerts.records import Arrival
from extractors.records import Article, Mention, MentionKind, Post, Reading, Span
from warehouse.entries import settle_entries
from warehouse.records import Outcome, ReadArticle, SavedArticle, StoredWords
from warehouse.rows import Columns, R, Row
from warehouse.session import Session
from warehouse.statements import forget_statements, save_statements, stored_statements
from warehouse.stories import count_stories

_ARTICLE = Columns(Article, without=["posts"])
_READING = Columns(Reading, only=["sentences", "extractor_version", "depth", "cut_at"])
_OWN = ("word_count", "revision", "revised_at", "text_hash", "arrival")
_POST = Columns(Post, names={"published": "published_at"})
_MENTION = Columns(Mention)

_WORD = re.compile(r"\w+")

_SAVED = Columns(SavedArticle, without=["outcome", "before"])
_KNOWN = f"""
SELECT {_SAVED}, extractor_version, text_hash FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""  # noqa: S608 (our own columns)
_STORED = Columns(StoredWords, without=["posts"])
_WORDS = f"""
SELECT article_id, {_STORED} FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""  # noqa: S608 (our own columns)
_ARTICLES = f"""
SELECT {_ARTICLE}, {_READING}, arrival
FROM articles
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id
"""  # noqa: S608 (our own columns)
_MENTIONS = f"""
SELECT article_id, {_MENTION}
FROM mentions
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY start_char, end_char, rowid
"""  # noqa: S608 (our own columns)
_TITLE_MENTIONS = _MENTIONS.replace("FROM mentions", "FROM title_mentions")
_POSTS = f"""
SELECT article_id, {_POST}
FROM posts
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id, position
"""  # noqa: S608 (our own columns)

# The newest words move out of the way together with what was read in them.
_SET_ASIDE = (
    "INSERT INTO article_revisions BY NAME FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM mentions WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM title_mentions WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM posts WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
    "DELETE FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))",
)


def save_articles(session: Session, articles: Sequence[ReadArticle]) -> tuple[SavedArticle, ...]:
    """Record articles and settle their entries; return what became of each, in order.

    Unchanged words are not written again; changed ones replace all that was read in the earlier ones.
    """
    saved: dict[int, SavedArticle] = {}
    for positions in _rounds(articles):
        batch = [articles[position] for position in positions]
        saved.update(zip(positions, _save_distinct(session, batch), strict=True))
    settle_entries(session, [read.entry_key for read in articles if read.entry_key])
    count_stories(session, [each.article_id for each in saved.values() if each.outcome is not Outcome.KNOWN])
    return tuple(saved[position] for position in range(len(articles)))


def stored_articles(session: Session, article_ids: Sequence[str]) -> tuple[ReadArticle, ...]:
    """Return the newest revisions of these articles with what was read in them; one that is not there is left out."""
    mentions, title_mentions = (_found(session, _MENTION, sql, article_ids) for sql in (_MENTIONS, _TITLE_MENTIONS))
    statements = stored_statements(session, article_ids)
    posts = _found(session, _POST, _POSTS, article_ids)
    return tuple(
        ReadArticle(
            article=_ARTICLE.record(row, posts=tuple(posts[row[0]])),
            reading=_READING.record(
                row[len(_ARTICLE.names) : -1],
                mentions=tuple(mentions[row[0]]),
                title_mentions=tuple(title_mentions[row[0]]),
                statements=tuple(statements[row[0]]),
            ),
            arrival=Arrival(row[-1]),
        )
        for row in session.rows(_ARTICLES, [article_ids])
    )


def known_articles(session: Session, article_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the articles that are here."""
    sql = "SELECT article_id FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
    return frozenset(row[0] for row in session.rows(sql, [article_ids]))


def stored_words(session: Session, article_ids: Sequence[str]) -> dict[str, StoredWords]:
    """Return the newest words of those of the articles that are here, with the posts of live blogs."""
    posts = _found(session, _POST, _POSTS, article_ids)
    return {
        article_id: _STORED.record(row, posts=tuple(posts[article_id]))
        for article_id, *row in session.rows(_WORDS, [article_ids])
    }


def _rounds(articles: Sequence[ReadArticle]) -> Iterator[list[int]]:
    """Yield positions so that no round has an article twice: two feeds may bring the same page in one batch."""
    left = list(range(len(articles)))
    while left:
        first = {articles[position].article.article_id: position for position in reversed(left)}
        taken = set(first.values())
        yield sorted(taken)
        left = [position for position in left if position not in taken]


def _save_distinct(session: Session, batch: Sequence[ReadArticle]) -> list[SavedArticle]:
    saved = _outcomes(session, batch)
    revised = [each.article_id for each in saved if each.outcome is Outcome.REVISED]
    if revised:
        forget_statements(session, revised)
        for sql in _SET_ASIDE:
            session.run(sql, [revised])
    _insert(session, [pair for pair in zip(batch, saved, strict=True) if pair[1].outcome is not Outcome.KNOWN])
    return saved


def _outcomes(session: Session, batch: Sequence[ReadArticle]) -> list[SavedArticle]:
    """Tell of each article whether it is new, its words have changed, or it is known as it is."""
    known: dict[str, SavedArticle] = {}
    versions: dict[str, str] = {}
    changed: list[str] = []
    hashes = {read.article.article_id: _text_hash(read.article) for read in batch}
    for *row, version, text_hash in session.rows(_KNOWN, [list(hashes)]):
        known[row[0]], versions[row[0]] = _SAVED.record(row, outcome=Outcome.KNOWN), version
        changed += [row[0]] if text_hash != hashes[row[0]] else []
    before = stored_words(session, changed) if changed else {}
    return [_outcome(read, known, before, versions.get(read.article.article_id)) for read in batch]


def _outcome(
    read: ReadArticle, known: Mapping[str, SavedArticle], before: Mapping[str, StoredWords], version: str | None
) -> SavedArticle:
    article = read.article
    if article.article_id not in known:
        return SavedArticle(
            article_id=article.article_id,
            outcome=Outcome.NEW,
            revision=1,
            story_id=article.article_id,
            first_seen_at=article.first_seen_at,
        )
    here, earlier = known[article.article_id], before.get(article.article_id)
    now = StoredWords(title=article.title, text=article.text, sentences=read.reading.sentences)
    if earlier is None or _say_the_same(earlier, now, by_one_reader=version == read.reading.extractor_version):
        return here
    before_posts = earlier if article.posts else None
    return replace(here, outcome=Outcome.REVISED, revision=here.revision + 1, before=before_posts)


def _say_the_same(one: StoredWords, other: StoredWords, *, by_one_reader: bool) -> bool:
    """Tell whether only such words differ as stand in no sentence: captions, credits, counters and stamps.

    Two versions of the reader may find other sentences in one text; that alone is no difference either.
    """
    told, told_now = _told(one), _told(other)
    if [word for word, is_told in told if is_told] == [word for word, is_told in told_now if is_told]:
        return True
    if by_one_reader:
        return False
    changes = SequenceMatcher(None, [word for word, _ in told], [word for word, _ in told_now]).get_opcodes()
    changed = (each for kind, a, b, c, d in changes if kind != "equal" for each in (*told[a:b], *told_now[c:d]))
    return not any(is_told for _, is_told in changed)


def _told(words: StoredWords) -> list[tuple[str, bool]]:
    """Return the words of title and text, and of each whether it is told: stands in the title or in a sentence."""
    pieces, at = [(words.title or "", True)], 0
    for span in words.sentences or (Span(0, len(words.text)),):
        pieces += [(words.text[at : span.start], False), (span.slice(words.text), True)]
        at = span.end
    pieces.append((words.text[at:], False))
    return [(word, is_told) for piece, is_told in pieces for word in _WORD.findall(piece.casefold())]


def _text_hash(article: Article) -> str:
    """Return a fingerprint of the words of title and text, whatever the reader makes of them."""
    words = _WORD.findall(f"{article.title or ''} {article.text}".casefold())
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _insert(session: Session, changed: Sequence[tuple[ReadArticle, SavedArticle]]) -> None:
    reads = [read for read, _ in changed]
    session.insert("article_rows", (*_ARTICLE.names, *_READING.names, *_OWN), (_article_row(*pair) for pair in changed))
    session.insert("posts", ("article_id", "revision", "position", *_POST.names), _post_rows(changed))
    mentions = ("article_id", "extractor_version", *_MENTION.names)
    session.insert("mentions", mentions, (_mention_row(read, each) for read in reads for each in read.reading.mentions))
    in_titles = (_mention_row(read, each) for read in reads for each in read.reading.title_mentions)
    session.insert("title_mentions", mentions, in_titles)
    save_statements(session, reads)


def _article_row(read: ReadArticle, saved: SavedArticle) -> Row:
    article = replace(read.article, first_seen_at=saved.first_seen_at)
    revised_at = read.article.first_seen_at if saved.outcome is Outcome.REVISED else None
    own = (article.word_count, saved.revision, revised_at, _text_hash(article), read.arrival)
    return (*_ARTICLE.row(article), *_READING.row(read.reading), *own)


def _post_rows(changed: Sequence[tuple[ReadArticle, SavedArticle]]) -> Iterator[Row]:
    for read, saved in changed:
        for position, post in enumerate(read.article.posts, 1):
            yield (saved.article_id, saved.revision, position, *_POST.row(post))


def _mention_row(read: ReadArticle, mention: Mention) -> Row:
    *found, negated = _MENTION.row(mention)
    is_topic = mention.kind is MentionKind.TOPIC
    return (read.article.article_id, read.reading.extractor_version, *found, negated if is_topic else None)


def _found(session: Session, columns: Columns[R], sql: str, article_ids: Sequence[str]) -> defaultdict[str, list[R]]:
    """Return the records of each article; the article stands before them in the query."""
    found: defaultdict[str, list[R]] = defaultdict(list)
    for article_id, *row in session.rows(sql, [article_ids]):
        found[article_id].append(columns.record(row))
    return found
