"""Records to store: feeds, entries, articles read, alerts and messages, each with few words to say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alerts.message_records import Message
from alerts.records import Alert, Arrival, Decision, Evidence, Place, Reason, Scope, Severity
from extractors.records import Article, Entry, Mention, MentionKind, Reading, Span, Statement, StatementKind
from warehouse.entries import NewEntry
from warehouse.feeds import Poll, WatchedFeed
from warehouse.officials import OfficialTerm
from warehouse.records import ReadArticle
from warehouse.store import LIVE, migrate

ROOT = Path(__file__).resolve().parent.parent
NOBODY = 65534  # the conventional user id without rights
NOW = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)

# An emoji, a combining accent and Cyrillic: places where bytes, code units and characters differ.
TEXT = "🇺🇦 Café talk. “We want a ceasefire,” Dmitry Peskov said on Monday, “in Istanbul.” Зеленський did not."


def span_of(text: str, surface: str) -> Span:
    """Return where `surface` first stands in `text`."""
    start = text.index(surface)
    return Span(start, start + len(surface))


def feed(name: str = "one", **changes: Any) -> WatchedFeed:
    """Return a watched feed."""
    base = WatchedFeed(
        feed_id=f"feed-{name}",
        url=f"https://{name}.example/rss",
        outlet=name.title(),
        country="TR",
        every=timedelta(minutes=10),
        max_every=timedelta(minutes=40),
    )
    return replace(base, **changes)


def new_entry(key: str = "e1", **changes: Any) -> NewEntry:
    """Return an entry of a poll."""
    entry = Entry(
        entry_id=f"guid-{key}",
        link=f"https://one.example/{key}?utm=1",
        title=f"Title {key}",
        published=NOW - HOUR,
        updated=NOW,
        author="A. Byline",
        content_html="<p>short</p>",
    )
    return replace(NewEntry(entry_key=key, entry_hash="h1", url=f"https://one.example/{key}", entry=entry), **changes)


def poll(*entries: NewEntry, name: str = "one", **changes: Any) -> Poll:
    """Return a poll that answered with `entries`."""
    base = Poll(
        feed_id=f"feed-{name}",
        polled_at=NOW,
        next_poll_at=NOW + timedelta(minutes=10),
        etag='W/"1"',
        last_modified="Sat, 21 Nov 2026 12:00:00 GMT",
        body_hash="b1",
        entries=entries,
    )
    return replace(base, **changes)


def mention(text: str, surface: str, kind: MentionKind = MentionKind.OFFICIAL, ref_id: str | None = None) -> Mention:
    """Return a mention of `surface` where it first stands."""
    return Mention(kind=kind, ref_id=ref_id, name=surface, surface=surface, span=span_of(text, surface))


def statement(article_id: str, text: str = TEXT) -> Statement:
    """Return the split quotation of the example text."""
    first, second = span_of(text, "We want a ceasefire,"), span_of(text, "in Istanbul.")
    whole = Span(first.start, second.end)
    return Statement(
        statement_id=f"said-{article_id}",
        utterance_id="utterance",
        speaker="Dmitry Peskov",
        speaker_id="dmitry-peskov",
        speaker_surface="Dmitry Peskov",
        cue="said",
        kind=StatementKind.DIRECT,
        text=whole.slice(text),
        span=whole,
        spans=(first, second),
        topics=("ceasefire", "istanbul"),
        speaker_span=span_of(text, "Dmitry Peskov"),
        cue_span=span_of(text, "said"),
    )


def reading(article_id: str, text: str = TEXT, title: str = "Peskov speaks") -> Reading:
    """Return what is read in the example text."""
    return Reading(
        mentions=(
            replace(mention(text, "ceasefire", MentionKind.TOPIC, "ceasefire"), negated=True),
            mention(text, "Dmitry Peskov", MentionKind.OFFICIAL, "dmitry-peskov"),
            mention(text, "Istanbul", MentionKind.PLACE),
            mention(text, "Зеленський", MentionKind.OFFICIAL, "volodymyr-zelensky"),
        ),
        title_mentions=(mention(title, "Peskov", MentionKind.OFFICIAL, "dmitry-peskov"),) if "Peskov" in title else (),
        statements=(statement(article_id, text),),
        sentences=(Span(0, 16), Span(16, len(text))),
        extractor_version="x1",
        dateline="ISTANBUL (AP)",
    )


def read_article(article_id: str = "a1", **changes: Any) -> ReadArticle:
    """Return an article as read."""
    base = Article(
        article_id=article_id,
        url=f"https://one.example/{article_id}",
        outlet="One",
        feed_id="feed-one",
        title="Peskov speaks",
        author="A. Byline",
        published_at=NOW - HOUR,
        first_seen_at=NOW,
        language="en",
        text=TEXT,
    )
    article = replace(base, **changes)
    read = reading(article_id, article.text, article.title or "")
    return ReadArticle(article=article, reading=read, arrival=Arrival.POLLED, entry_key=None)


def alert(article_id: str = "a1", rule: str = "ceasefire", **changes: Any) -> Alert:
    """Return an alert on the example text."""
    excerpt = Span(16, len(TEXT))
    word = span_of(TEXT, "ceasefire")
    base = Alert(
        alert_id=f"alert-{rule}-{article_id}",
        rule=rule,
        rule_version="v1",
        article_id=article_id,
        story_id=article_id,
        fired_at=NOW,
        severity=Severity.HIGH,
        keyword="ceasefire",
        official_id="dmitry-peskov",
        official="Dmitry Peskov",
        scope=Scope.SPEAKS,
        place=Place.TEXT,
        excerpt=excerpt.slice(TEXT),
        excerpt_span=excerpt,
        reason=Reason.NEW,
        evidence=(
            Evidence(what="keyword", place=Place.TEXT, span=word, surface="ceasefire", ref="ceasefire"),
            Evidence(what="official", place=Place.TITLE, span=Span(0, 6), surface="Peskov"),
        ),
        utterance_id="utterance",
    )
    return replace(base, **changes)


def decision(fired: Alert | None = None, reason: Reason = Reason.NEW) -> Decision:
    """Return the decision that made an alert, or did not."""
    about = fired or alert()
    return Decision(
        rule=about.rule,
        article_id=about.article_id,
        official_id=about.official_id,
        decided_at=NOW,
        reason=reason,
        alert=fired,
    )


def message(*alert_ids: str, name: str = "m1", **changes: Any) -> Message:
    """Return a pending message."""
    base = Message(
        message_id=name,
        subscriber="desk",
        channel="email",
        event_id="a1",
        alert_ids=alert_ids or ("alert-ceasefire-a1",),
        created_at=NOW,
        due_at=NOW,
    )
    return replace(base, **changes)


def peskov(role: str | None, since: datetime | None = None, until: datetime | None = None) -> OfficialTerm:
    """Return a term of office."""
    return OfficialTerm(
        official_id="dmitry-peskov",
        name="Dmitry Peskov",
        country="RU",
        side="russia",
        role=role,
        role_from=since.date() if since else None,
        role_to=until.date() if until else None,
        aliases=("Peskov", "Песков"),
    )


class Intercepted:
    """A connection that calls `before` and `after` with each statement."""

    def __init__(
        self,
        connection: Any,
        *,
        before: Callable[[str], None] | None = None,
        after: Callable[[str], None] | None = None,
    ) -> None:
        """Wrap a connection."""
        self.connection = connection
        self.before = before or (lambda _sql: None)
        self.after = after or (lambda _sql: None)

    def __getattr__(self, name: str) -> Any:
        """Pass everything else on."""
        return getattr(self.connection, name)

    def execute(self, sql: str, *rest: Any) -> Any:
        """Execute one statement between the two calls."""
        self.before(sql)
        done = self.connection.execute(sql, *rest)
        self.after(sql)
        return done


@cache
def _made() -> bytes:
    """Return the bytes of a new warehouse: making one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        migrate(Path(folder))
        return (Path(folder) / LIVE).read_bytes()


def new_warehouse(data_dir: Path) -> Path:
    """Put a new warehouse into `data_dir` and return that."""
    (data_dir / LIVE).write_bytes(_made())
    return data_dir


# Keeps a database open for writing until its stdin ends.
HOLD = """
import sys
import duckdb
with duckdb.connect(sys.argv[1]):
    print("holding", flush=True)
    sys.stdin.read()
"""


def python(code: str, *args: object) -> subprocess.Popen[str]:
    """Start another process on this checkout; it prints when it is ready, and ends when its stdin does."""
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody while the block runs, when the tests run as root, who may write everywhere."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
