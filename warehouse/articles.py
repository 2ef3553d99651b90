"""Articles and what was read in them: the newest words in `article_rows`, earlier ones in `article_revisions`.

Statements are written with their articles, and taken away with them. Reading asks `articles`, which knows the stories,
and `statements`, which knows the utterances.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher

from alerts.records import Arrival
from extractors.records import Article, Mention, MentionKind, Post, Reading, Span, Statement
from warehouse.entries import settle_entries
from warehouse.records import Outcome, ReadArticle, SavedArticle, StoredWords
from warehouse.rows import Columns, Row
from warehouse.search import Met, forget_texts, save_texts
from warehouse.session import Session, named_in
from warehouse.stories import count_stories

_ARTICLE = Columns(Article, without=["posts"])
_READING = Columns(Reading, only=["sentences", "extractor_version", "depth", "cut_at", "dateline", "process_id"])
_OWN = ("word_count", "revision", "revised_at", "text_hash", "arrival")
_POST = Columns(Post, names={"published": "published_at"})
_MENTION = Columns(Mention)

_WORD = re.compile(r"\w+")

_SAVED = Columns(SavedArticle, without=["outcome", "before"])
_KNOWN = f"""
SELECT {_SAVED}, extractor_version, text_hash FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""  # noqa: S608 (our own columns)
_LAST_WORDS = """
SELECT a.article_id, a.text_hash, a.text = '' AND a.word_count > 0,
    max(coalesce(r.revised_at, r.first_seen_at)) FILTER (WHERE r.arrival <> 'replayed')
FROM article_rows AS a
JOIN (
    SELECT article_id, arrival, revised_at, first_seen_at FROM article_rows
    UNION ALL
    SELECT article_id, arrival, revised_at, first_seen_at FROM article_revisions
) AS r USING (article_id)
WHERE a.article_id IN (SELECT unnest($1::VARCHAR[]))
GROUP BY ALL
"""
# From here on nothing of the view's own is asked for, for which it would join every article there is.
_STORED = Columns(StoredWords, without=["posts"])
_WORDS = f"""
SELECT article_id, {_STORED} FROM article_rows WHERE {named_in("article_rows")}
"""  # noqa: S608 (our own columns)
_ARTICLES = f"""
SELECT {_ARTICLE}, {_READING}, arrival
FROM article_rows
WHERE {named_in("article_rows")}
ORDER BY article_id
"""  # noqa: S608 (our own columns)
_MENTIONS, _TITLE_MENTIONS = (
    f"""
SELECT article_id, {_MENTION}
FROM {table}
WHERE {named_in(table)}
ORDER BY start_char, end_char, rowid
"""  # noqa: S608 (our own columns)
    for table in ("mentions", "title_mentions")
)
_POSTS = f"""
SELECT article_id, {_POST}
FROM posts
WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
ORDER BY article_id, position
"""  # noqa: S608 (our own columns)

# The newest words move out of the way together with what was read in them.
_SET_ASIDE = "INSERT INTO article_revisions BY NAME FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
_WORDS_OF = ("posts", "article_rows")
_READ_IN = ("mentions", "title_mentions")
_READ_OTHERWISE = f"""
UPDATE article_rows SET {", ".join(f"{name} = ${number}" for number, name in enumerate(_READING.names, 2))}
WHERE article_id = $1
"""  # noqa: S608 (our own columns)

_Changed = tuple[ReadArticle, SavedArticle]

_STATEMENT = Columns(Statement)
# A part of the statement that is stored as its words too, by its name and that of its span.
_PARTS = {"addressee": "addressee_span", "occasion": "occasion_span", "condition": "condition_span"}
_STATEMENT_OWN = ("article_id", "official_id", "published_at", "outlet", "extractor_version", *_PARTS)

_STATEMENTS = f"""
SELECT article_id, {_STATEMENT}
FROM (
    SELECT s.* REPLACE (coalesce(l.root, s.utterance_id) AS utterance_id)
    FROM (FROM statement_rows WHERE {named_in("statement_rows")}) AS s
    LEFT JOIN utterance_links AS l ON l.member = s.utterance_id
)
ORDER BY start_char, end_char, statement_id
"""  # noqa: S608 (our own columns)
_KEPT = (
    "statement_id, article_id, utterance_id, official_id, speaker, speaker_id, speaker_surface, cue, kind, text, "
    "start_char, end_char, spans, topics, stance, negated, denied, confidence, process_id, published_at, outlet, "
    "extractor_version"
)
_SET_STATEMENTS_ASIDE = f"""
INSERT INTO statement_revisions BY NAME
SELECT {_KEPT}, revision
FROM statement_rows
JOIN (SELECT article_id, revision FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[])))
    USING (article_id)
"""  # noqa: S608 (our own columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What is stored of an article, read by which version; its words where they differ from those that have come."""

    saved: SavedArticle
    extractor_version: str
    text_hash: str
    words: StoredWords | None = None


def save_articles(session: Session, articles: Sequence[ReadArticle]) -> tuple[SavedArticle, ...]:
    """Record articles, related to nothing, and settle their entries; return what became of each, in order."""
    saved = outcomes(articles, known_state(session, articles))
    write_articles(session, articles, saved)
    count_stories(session, sorted({each.story_id for each in saved if each.outcome is not Outcome.KNOWN}))
    return saved


def known_state(session: Session, articles: Sequence[ReadArticle]) -> dict[str, KnownArticle]:
    """Return what is stored of those of these articles that are here."""
    hashes = {(read.article.article_id, _text_hash(read.article)) for read in articles}
    known = {
        row[0]: KnownArticle(
            saved=_SAVED.record(row, outcome=Outcome.KNOWN), extractor_version=version, text_hash=text_hash
        )
        for *row, version, text_hash in session.rows(_KNOWN, [sorted({name for name, _ in hashes})])
    }
    other = {name for name, text_hash in hashes if name in known and known[name].text_hash != text_hash}
    words = stored_words(session, sorted(other)) if other else {}
    return {name: replace(each, words=words.get(name)) for name, each in known.items()}


def outcomes(articles: Sequence[ReadArticle], known: Mapping[str, KnownArticle]) -> tuple[SavedArticle, ...]:
    """Return what becomes of articles in their order, of one that stands twice among them included. Pure."""
    here, saved = dict(known), []
    for read in articles:
        name = read.article.article_id
        saved.append(each := _outcome(read, here.get(name)))
        if each.outcome is not Outcome.KNOWN:
            here[name] = as_known(read, each)
    return tuple(saved)


def write_articles(session: Session, articles: Sequence[ReadArticle], saved: Sequence[SavedArticle]) -> list[Met]:
    """Record articles with what was read in them, in place of what earlier words of theirs were, and settle entries.

    `saved` says what becomes of each. Unchanged words are not written again. Return the words that are new to search.
    """
    met: list[Met] = []
    changed = [pair for pair in zip(articles, saved, strict=True) if pair[1].outcome is not Outcome.KNOWN]
    for batch in _rounds(changed):
        revised = [each.article_id for _, each in batch if each.outcome is Outcome.REVISED]
        if revised:
            session.run(_SET_ASIDE, [revised])
            set_aside_statements(session, revised)
            for table in _WORDS_OF:
                session.remove(table, "article_id", revised)
        if replaced := [each.article_id for _, each in batch if each.outcome.replaces]:
            forget_statements(session, replaced)
            forget_texts(session, replaced)
            for table in _READ_IN:
                session.remove(table, "article_id", replaced)
        met += _insert(session, batch)
    settle_entries(session, [read.entry_key for read in articles if read.entry_key])
    return met


def stored_articles(session: Session, article_ids: Sequence[str]) -> tuple[ReadArticle, ...]:
    """Return the newest revisions of these articles with what was read in them; one that is not there is left out."""
    mentions, title_mentions = (session.grouped(_MENTION, sql, [article_ids]) for sql in (_MENTIONS, _TITLE_MENTIONS))
    statements = stored_statements(session, article_ids)
    posts = session.grouped(_POST, _POSTS, [article_ids])
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


def words_known(session: Session, articles: Sequence[Article]) -> dict[str, tuple[bool, datetime | None]]:
    """Return of those of the articles that are here whether their words are the same, and when their last words came.

    What was made here from a kept page did not come then; None where no words ever came. A text that was dropped is
    the same for good.
    """
    hashes = {article.article_id: _text_hash(article) for article in articles}
    return {
        article_id: (is_dropped or text_hash == hashes[article_id], came_at)
        for article_id, text_hash, is_dropped, came_at in session.rows(_LAST_WORDS, [list(hashes)])
    }


def stored_words(session: Session, article_ids: Sequence[str]) -> dict[str, StoredWords]:
    """Return the newest words of those of the articles that are here, with the posts of live blogs."""
    posts = session.grouped(_POST, _POSTS, [article_ids])
    return {
        article_id: _STORED.record(row, posts=tuple(posts[article_id]))
        for article_id, *row in session.rows(_WORDS, [article_ids])
    }


def _rounds(changed: Sequence[_Changed]) -> Iterator[list[_Changed]]:
    """Yield articles so that no round has one twice: two feeds may bring the same page in one batch."""
    left = list(changed)
    while left:
        first = {saved.article_id: place for place, (_, saved) in reversed(list(enumerate(left)))}
        taken = set(first.values())
        yield [left[place] for place in sorted(taken)]
        left = [each for place, each in enumerate(left) if place not in taken]


def _outcome(read: ReadArticle, known: KnownArticle | None) -> SavedArticle:
    """Tell of an article whether it is new, its words have changed, or it is known as it is."""
    article = read.article
    if known is None:
        return SavedArticle(
            article_id=article.article_id,
            outcome=Outcome.NEW,
            revision=1,
            story_id=article.article_id,
            first_seen_at=article.first_seen_at,
        )
    here, words = replace(known.saved, outcome=Outcome.KNOWN, before=None), known.words
    if read.again:
        return replace(here, outcome=Outcome.REREAD)
    if words is None or known.text_hash == _text_hash(article):
        return here
    now = StoredWords(title=article.title, text=article.text, sentences=read.reading.sentences)
    if _say_the_same(words, now, by_one_reader=known.extractor_version == read.reading.extractor_version):
        return here
    before = words if article.posts else None
    return replace(here, outcome=Outcome.REVISED, revision=here.revision + 1, before=before)


def as_known(read: ReadArticle, saved: SavedArticle) -> KnownArticle:
    """Return what is known of an article once it is stored, its words included. Pure."""
    article, reading = read.article, read.reading
    words = StoredWords(title=article.title, text=article.text, posts=article.posts, sentences=reading.sentences)
    return KnownArticle(
        saved=saved, extractor_version=reading.extractor_version, text_hash=_text_hash(article), words=words
    )


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


def _insert(session: Session, changed: Sequence[_Changed]) -> list[Met]:
    reads = [read for read, _ in changed]
    worded = [pair for pair in changed if pair[1].outcome is not Outcome.REREAD]
    session.insert("article_rows", (*_ARTICLE.names, *_READING.names, *_OWN), (_article_row(*pair) for pair in worded))
    session.insert("posts", ("article_id", "revision", "position", *_POST.names), _post_rows(worded))
    for read, each in changed:
        if each.outcome is Outcome.REREAD:
            session.run(_READ_OTHERWISE, [each.article_id, *_READING.row(read.reading)])
    mentions = ("article_id", "extractor_version", *_MENTION.names)
    session.insert("mentions", mentions, (_mention_row(read, each) for read in reads for each in read.reading.mentions))
    in_titles = (_mention_row(read, each) for read in reads for each in read.reading.title_mentions)
    session.insert("title_mentions", mentions, in_titles)
    save_statements(session, reads)
    return save_texts(session, reads)


def _article_row(read: ReadArticle, saved: SavedArticle) -> Row:
    article = replace(read.article, first_seen_at=saved.first_seen_at)
    revised_at = read.article.first_seen_at if saved.outcome is Outcome.REVISED else None
    own = (article.word_count, saved.revision, revised_at, _text_hash(article), read.arrival)
    return (*_ARTICLE.row(article), *_READING.row(read.reading), *own)


def _post_rows(changed: Sequence[_Changed]) -> Iterator[Row]:
    for read, saved in changed:
        for position, post in enumerate(read.article.posts, 1):
            yield (saved.article_id, saved.revision, position, *_POST.row(post))


def _mention_row(read: ReadArticle, mention: Mention) -> Row:
    *found, negated = _MENTION.row(mention)
    is_topic = mention.kind is MentionKind.TOPIC
    return (read.article.article_id, read.reading.extractor_version, *found, negated if is_topic else None)


def save_statements(session: Session, reads: Sequence[ReadArticle]) -> None:
    """Record what was read in articles that have no statements here."""
    rows = (_row(read, said) for read in reads for said in read.reading.statements)
    session.insert(
        "statement_rows", (*_STATEMENT.names, *_STATEMENT_OWN), rows, "ON CONFLICT (statement_id) DO NOTHING"
    )


def set_aside_statements(session: Session, article_ids: Sequence[str]) -> None:
    """Keep what was read in earlier words of articles, for who asks what was known then."""
    session.run(_SET_STATEMENTS_ASIDE, [article_ids])


def forget_statements(session: Session, article_ids: Sequence[str]) -> None:
    """Remove what was read in articles, and what positions are drawn from it."""
    for table in ("statement_rows", "takes"):
        session.remove(table, "article_id", article_ids)


def stored_statements(session: Session, article_ids: Sequence[str]) -> defaultdict[str, list[Statement]]:
    """Return the statements of each article in their order."""
    return session.grouped(_STATEMENT, _STATEMENTS, [article_ids])


def named_statements(session: Session, beginning: str) -> tuple[tuple[str, str], ...]:
    """Return the statements whose id begins so, each with its article: one, none, or up to ten."""
    sql = (
        "SELECT statement_id, article_id FROM statement_rows WHERE $1 <> '' AND starts_with(statement_id, $1) LIMIT 10"
    )
    return tuple((row[0], row[1]) for row in session.rows(sql, [beginning]))


def _row(read: ReadArticle, said: Statement) -> Row:
    article = read.article
    own = (article.article_id, said.speaker_id, article.published_at, article.outlet, read.reading.extractor_version)
    parts = (span.slice(article.text) if (span := getattr(said, name)) else None for name in _PARTS.values())
    return (*_STATEMENT.row(said), *own, *parts)
