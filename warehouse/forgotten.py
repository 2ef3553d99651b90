"""What is to be gone: articles with all that was drawn from them, taken out for good; and the digests that stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from extractors.records import Entry, Mention, MentionKind, Reading, Statement
from warehouse import events, stories
from warehouse.rows import Columns
from warehouse.session import Session

_ENTRY = Columns(Entry, names={"published": "published_at", "updated": "updated_at", "content_html": "content"})
# What names an article, with the column that does.
_ABOUT_ARTICLES = (
    *("article_rows", "article_revisions", "posts", "mentions", "title_mentions", "statement_rows"),
    *("statement_revisions", "takes", "talks", "decisions", "story_keys", "event_keys", "page_lines"),
    *("search_texts", "corrections", "alert_rows"),
)
_STATEMENTS = """
SELECT statement_id FROM statement_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
UNION
SELECT statement_id FROM statement_revisions WHERE article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_SENTENCES = """
SELECT unnest(sentences) FROM utterance_keys WHERE statement_id IN (SELECT unnest($2::VARCHAR[]))
UNION
SELECT unnest(sentences) FROM sayings WHERE statement_id IN (SELECT unnest($2::VARCHAR[]))
UNION
SELECT title FROM article_rows WHERE article_id IN (SELECT unnest($1::VARCHAR[])) AND title IS NOT NULL
UNION
SELECT title FROM article_revisions WHERE article_id IN (SELECT unnest($1::VARCHAR[])) AND title IS NOT NULL
"""
_HEADLINES = """
SELECT feed_id, title FROM article_rows
WHERE article_id IN (SELECT unnest($1::VARCHAR[])) AND feed_id IS NOT NULL AND title IS NOT NULL
"""
_ENTRIES = f"""
SELECT e.entry_key, e.url, e.feed_id, f.outlet, {_ENTRY.of("e")} FROM entries AS e JOIN feeds AS f USING (feed_id)
"""  # noqa: S608 (our own columns)
_TOLD_IN = """
SELECT message_id FROM message_alerts WHERE alert_id IN (SELECT unnest($1::VARCHAR[]))
UNION
SELECT m.message_id FROM message_follow_ups AS m JOIN follow_ups AS f USING (follow_up_id)
WHERE f.alert_id IN (SELECT unnest($1::VARCHAR[]))
"""
_TOLD_NOTHING = """
SELECT message_id FROM messages
WHERE message_id IN (SELECT unnest($1::VARCHAR[]))
    AND message_id NOT IN (SELECT message_id FROM message_alerts)
    AND message_id NOT IN (SELECT message_id FROM message_follow_ups)
"""
# What goes on under the name of an article that is gone goes on under that of the first that is left.
_NEW_FIRST = """
SELECT l.root, arg_min(l.member, (r.first_seen_at, r.article_id))
FROM event_links AS l JOIN article_rows AS r ON r.article_id = l.member
WHERE l.root IN (SELECT unnest($1::VARCHAR[]))
GROUP BY l.root
"""
_UNCOPIED = """
UPDATE article_rows SET parent_article_id = NULL WHERE parent_article_id IN (SELECT unnest($1::VARCHAR[]))
"""
_STORIES = "SELECT DISTINCT story_id, event_id FROM articles WHERE article_id IN (SELECT unnest($1::VARCHAR[]))"
_SAID_BEFORE = """
UPDATE utterances SET said_before = NULL, said_before_at = NULL
WHERE said_before IS NOT NULL AND said_before NOT IN (SELECT utterance_id FROM utterances)
"""
# A site of which nothing else is known has no lines that recur.
_UNLEARNED = """
DELETE FROM boilerplate WHERE site IN (SELECT unnest($1::VARCHAR[])) AND site NOT IN (SELECT site FROM page_lines)
"""
_UNWRITTEN = (
    "DELETE FROM search_places WHERE number NOT IN (SELECT number FROM search_texts)",
    "DELETE FROM search_new_places WHERE number NOT IN (SELECT number FROM search_texts)",
)
# A name's spelling is found whether or not a text has it.
_UNSEARCHED = """
DELETE FROM search_words
WHERE form NOT IN (SELECT unnest($1::VARCHAR[]))
    AND search_term(form) NOT IN (SELECT term FROM search_places UNION SELECT term FROM search_new_places)
"""
_PEOPLE = frozenset({MentionKind.OFFICIAL, MentionKind.PERSON})
_WORD = re.compile(r"\w+")
_END = 6  # words


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """How much was taken out, and the names of the alerts."""

    articles: int = 0
    revisions: int = 0
    messages: int = 0
    entries: int = 0
    alert_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The digests of what is not to come back."""

    digests: frozenset[str]

    def article(self, names: Iterable[str]) -> bool:
        """Tell whether an article that has one of these names was forgotten."""
        return bool(self.digests) and any(_digest("article", each) in self.digests for each in names)

    def outlet(self, name: str | None) -> bool:
        """Tell whether an outlet was forgotten."""
        return bool(self.digests) and name is not None and _digest("outlet", name) in self.digests

    def person(self, *names: str | None) -> bool:
        """Tell whether somebody who has one of these names, ids included, was forgotten."""
        return bool(self.digests) and any(_digest("person", each) in self.digests for each in names if each)

    def without_people(self, article_id: str, reading: Reading) -> Reading:
        """Return what was read in an article but for what was forgotten: what people say, and where they are named."""
        if not self.digests:
            return reading
        said = tuple(each for each in reading.statements if not self._statement(article_id, each))
        named, in_title = self._others(reading.mentions), self._others(reading.title_mentions)
        if (len(said), len(named), len(in_title)) == tuple(
            map(len, (reading.statements, reading.mentions, reading.title_mentions))
        ):
            return reading
        return replace(reading, statements=said, mentions=named, title_mentions=in_title)

    def _statement(self, article_id: str, said: Statement) -> bool:
        if self.person(said.speaker_id, *(said.speaker or "").split("; ")):
            return True
        return any(_digest("statement", each) in self.digests for each in _ends(article_id, said.text))

    def _others(self, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        return tuple(each for each in mentions if each.kind not in _PEOPLE or not self.person(each.ref_id, each.name))


def forgotten(session: Session) -> Forgotten:
    """Return what is not to come back."""
    return Forgotten(frozenset(row[0] for row in session.rows("SELECT name FROM forgotten")))


def bury(session: Session, article_ids: Iterable[str], outlet: str | None, now: datetime) -> None:
    """Leave digests of articles, and of an outlet, so that they do not come back."""
    rows = [(_digest("article", each), "article", now) for each in sorted(set(article_ids))]
    rows += [(_digest("outlet", outlet), "outlet", now)] if outlet else []
    session.insert("forgotten", ("name", "kind", "forgotten_at"), rows, "ON CONFLICT DO NOTHING")


def bury_person(session: Session, names: Iterable[str], given: Iterable[tuple[str, str]], now: datetime) -> None:
    """Leave digests of all names of a person, and of the articles and words that corrections had `given` him."""
    rows = [(_digest("person", each), "person", now) for each in sorted(set(names))]
    ends = {each for article_id, words in given for each in _ends(article_id, words)}
    rows += [(_digest("statement", each), "statement", now) for each in sorted(ends)]
    session.insert("forgotten", ("name", "kind", "forgotten_at"), rows, "ON CONFLICT DO NOTHING")


def articles_at(session: Session, url: str, article_id: str) -> tuple[str, ...]:
    """Return the articles that have an address."""
    sql = "SELECT article_id FROM article_rows WHERE article_id = $1 OR url = $2 ORDER BY ALL"
    return tuple(row[0] for row in session.rows(sql, [article_id, url]))


def articles_by(session: Session, outlet: str) -> tuple[str, ...]:
    """Return the articles that stand, or once stood, under an outlet's name, whatever its case."""
    rows = session.rows(
        """
        SELECT article_id FROM article_rows WHERE lower(outlet) = lower($1)
        UNION SELECT article_id FROM article_revisions WHERE lower(outlet) = lower($1)
        ORDER BY ALL
        """,
        [outlet],
    )
    return tuple(row[0] for row in rows)


def headlines(session: Session, article_ids: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return feed and headline of articles that came from feeds."""
    rows = session.rows(_HEADLINES, [sorted(article_ids)])
    return frozenset((feed_id, title) for feed_id, title in rows)


def entries_kept(session: Session) -> list[tuple[str, str, str, str, Entry]]:
    """Return key, address, feed, its outlet and what it says of every entry there is."""
    return [
        (key, url, feed_id, outlet, _ENTRY.record(row)) for key, url, feed_id, outlet, *row in session.rows(_ENTRIES)
    ]


def take_out(session: Session, article_ids: Sequence[str], entry_keys: Sequence[str], keep: Collection[str]) -> Gone:
    """Take articles and all that was drawn from them out, and entries; the forms of words in `keep` stay.

    What others rest on of them, positions and utterances, must have been drawn anew before: see `flows.steps.forget`.
    """
    revised = session.rows(
        "SELECT count(*) FROM article_revisions WHERE article_id IN (SELECT unnest($1::VARCHAR[]))", [list(article_ids)]
    )[0][0]
    told = session.rows(_STORIES, [list(article_ids)])
    sites = _named(session, "page_lines", "site", "article_id", article_ids)
    alert_ids = _named(session, "alert_rows", "alert_id", "article_id", article_ids)
    messages = take_alerts(session, alert_ids)
    for table in _ABOUT_ARTICLES:
        session.remove(table, "article_id", article_ids)
    _relate_anew(session, article_ids, told)
    for table in ("entries", "entry_names"):
        session.remove(table, "entry_key", entry_keys)
    session.run(_UNLEARNED, [sites])
    clear(session, keep)
    return Gone(
        articles=len(article_ids),
        revisions=int(revised),
        messages=messages,
        entries=len(entry_keys),
        alert_ids=tuple(alert_ids),
    )


def said_in(session: Session, article_ids: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the statements of articles, of earlier revisions too, and the sentences that have vectors."""
    said = [row[0] for row in session.rows(_STATEMENTS, [list(article_ids)])]
    return said, tuple(row[0] for row in session.rows(_SENTENCES, [list(article_ids), said]))


def take_alerts(session: Session, alert_ids: Sequence[str]) -> int:
    """Take alerts out of whatever tells or names them; return how many messages told nothing else."""
    told_in = [row[0] for row in session.rows(_TOLD_IN, [list(alert_ids)])]
    follow_ups = _named(session, "follow_ups", "follow_up_id", "alert_id", alert_ids)
    session.remove("message_follow_ups", "follow_up_id", follow_ups)
    for table in ("message_alerts", "follow_ups", "verdicts"):
        session.remove(table, "alert_id", alert_ids)
    names = "IN (SELECT unnest($1::VARCHAR[]))"
    session.run(f"UPDATE decisions SET alert_id = NULL WHERE alert_id {names}", [list(alert_ids)])  # noqa: S608 (our own text)
    session.run(f"UPDATE alert_rows SET follows_alert_id = NULL WHERE follows_alert_id {names}", [list(alert_ids)])  # noqa: S608 (our own text)
    return drop_untold(session, told_in)


def drop_untold(session: Session, told_in: Sequence[str]) -> int:
    """Remove those of some messages that tell nothing by now; return how many."""
    gone = [row[0] for row in session.rows(_TOLD_NOTHING, [list(told_in)])]
    session.remove("messages", "message_id", gone)
    # The subjects may have been another's headline; what the others still tell makes a new one.
    session.run("UPDATE messages SET subject = NULL WHERE message_id IN (SELECT unnest($1::VARCHAR[]))", [told_in])
    return len(gone)


def clear(session: Session, keep: Collection[str]) -> None:
    """Take out what refers to utterances that are no more, and words that no text has, but for the forms in `keep`."""
    session.run(_SAID_BEFORE)
    for sql in _UNWRITTEN:
        session.run(sql)
    session.run(_UNSEARCHED, [sorted(keep)])
    session.run("DELETE FROM search_keys WHERE form NOT IN (SELECT form FROM search_words)")


def _relate_anew(session: Session, article_ids: Sequence[str], told: Sequence[Sequence[str]]) -> None:
    """Let stories and events go on without articles that told them."""
    session.run(_UNCOPIED, [list(article_ids)])
    for table in ("story_links", "event_links"):
        session.remove(table, "member", article_ids)
    firsts: dict[str, str] = dict(session.rows(_NEW_FIRST, [list(article_ids)]))
    session.remove("event_links", "member", list(firsts.values()))
    for root, first in firsts.items():
        session.run("UPDATE event_links SET root = $2 WHERE root = $1", [root, first])
    stories.count_stories(session, sorted({row[0] for row in told}))
    happened = {row[1] for row in told}
    events.count_events(session, sorted({firsts.get(each, each) for each in happened}), happened & firsts.keys())


def _named(session: Session, table: str, what: str, column: str, names: Sequence[str]) -> list[str]:
    sql = f"SELECT {what} FROM {table} WHERE {column} IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL"  # noqa: S608 (literals)
    return [row[0] for row in session.rows(sql, [list(names)])]


def _ends(article_id: str, words: str) -> set[str]:
    """Return how a statement begins and ends in its article: another version cuts it otherwise at one side."""
    plain = _WORD.findall(words)
    return {"\x1f".join((article_id, *part)) for part in (plain[:_END], plain[-_END:])}


def _digest(kind: str, name: str) -> str:
    return sha256(f"{kind}\x1f{name.strip().casefold()}".encode()).hexdigest()
