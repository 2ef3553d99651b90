"""Articles as if read, rules, alerts and letters to test alerting with; `read` knows a few names and no grammar."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from alerts.channels.email import EmailSubscriber
from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.letters import render
from alerts.message_records import HeldBy, Letter, Message, Notice
from alerts.records import Alert, Evidence, Place, Reason, Scope, Severity
from alerts.rules import Rule
from extractors.officials.watchlist import Watchlist, load_watchlist
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement, StatementKind

NOW = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)

ZEDLAND = """
[[countries]]
code = "ZZ"
name = "Zedland"
side = "zedland"

[[roles]]
role = "harbour minister"
titles = ["harbour minister", "harbour chief"]

[[organisations]]
name = "Zed League"

[[officials]]
id = "ann-oldfield"
name = "Ann Oldfield"
country = "ZZ"
gender = "f"
surname = ["Oldfield", "Oldfeld"]
terms = [{ role = "harbour minister", since = 2020-01-01, until = 2024-09-05 }]

[[officials]]
id = "bob-newman"
name = "Bob Newman"
country = "ZZ"
gender = "m"
surname = ["Newman"]
terms = [{ role = "harbour minister", since = 2024-09-05 }]
"""

NAMES = {
    "Peskov": "dmitry-peskov",
    "Putin": "vladimir-putin",
    "Zelensky": "volodymyr-zelenskyy",
    "Kuleba": "dmytro-kuleba",
    "Oldfield": "ann-oldfield",
    "Newman": "bob-newman",
}
THINGS = {"Zed League": (MentionKind.ORGANISATION, "zed-league"), "Zedland": (MentionKind.PLACE, "zedland")}
_SENTENCE = re.compile(r"[^\s][^\n.]*(?:\.[”\"]?|(?=\n)|$)")


@cache
def watchlist() -> Watchlist:
    """Return the real watchlist and Zedland's officials."""
    return load_watchlist(ZEDLAND)


def compiled(**changes: Any) -> CompiledRule:
    """Return a rule on "ceasefire" and any official, changed and compiled."""
    return compile_rules([rule(**changes)], watchlist())[0]


def rule(**changes: Any) -> Rule:
    """Return a rule on "ceasefire" and any official, changed."""
    plain = Rule(name="ceasefire", keywords=("ceasefire",), officials=("any",), subscribers=("desk",))
    return plain.model_copy(update=changes)


def article(text: str = "", **changes: Any) -> Article:
    """Return an article published an hour before it was seen."""
    plain = Article(
        article_id="a1",
        url="https://outlet.example/talks",
        outlet="Outlet",
        feed_id="f1",
        title=None,
        author=None,
        published_at=NOW - timedelta(hours=1),
        first_seen_at=NOW,
        language="en",
        text=text,
    )
    return replace(plain, **changes)


def span_of(text: str, part: str) -> Span:
    """Return where `part` first stands in `text`."""
    start = text.index(part)
    return Span(start, start + len(part))


def mentions_in(text: str) -> tuple[Mention, ...]:
    """Find the handful of names in a text."""
    named = {**{name: (MentionKind.OFFICIAL, ref) for name, ref in NAMES.items()}, **THINGS}
    found = (
        Mention(kind=kind, ref_id=ref, name=name, surface=name, span=Span(*hit.span()))
        for name, (kind, ref) in named.items()
        for hit in re.finditer(name, text)
    )
    return tuple(sorted(found, key=lambda mention: mention.span))


def said(text: str, *parts: str, by: str, cue: str = "said", kind: StatementKind = StatementKind.DIRECT) -> Statement:
    """Return the statement made of `parts` of a text, by the first name or pronoun `by` in it."""
    spans = tuple(span_of(text, part) for part in parts)
    whole = Span(spans[0].start, spans[-1].end)
    return Statement(
        statement_id="s1",
        utterance_id="u1",
        speaker=by,
        speaker_id=NAMES.get(by, "dmitry-peskov"),
        speaker_surface=by,
        cue=cue,
        kind=kind,
        text=whole.slice(text),
        span=whole,
        spans=spans,
        topics=(),
        speaker_span=span_of(text, by),
        cue_span=span_of(text, cue) if cue in text else None,
    )


def read(own: Article, *statements: Statement, without: str | None = None) -> Reading:
    """Return a reading: sentences end at full stops and lines; the sentence that holds `without` is a caption."""
    sentences = tuple(Span(*hit.span()) for hit in _SENTENCE.finditer(own.text))
    kept = tuple(span for span in sentences if without is None or without not in span.slice(own.text))
    return Reading(
        mentions=mentions_in(own.text),
        title_mentions=mentions_in(own.title or ""),
        statements=statements,
        sentences=kept,
        extractor_version="test",
    )


EXCERPT = "“There will be no cease-fire before talks,” Peskov said on Friday."


def alert(**changes: Any) -> Alert:
    """Return an alert on Peskov's words about a cease-fire, which stand 100 characters into their article."""
    plain = Alert(
        alert_id="00000000000000a1",
        rule="ceasefire",
        rule_version="v1",
        article_id="a1",
        story_id="story1",
        fired_at=NOW,
        severity=Severity.NORMAL,
        keyword="ceasefire",
        official_id="dmitry-peskov",
        official="Dmitry Peskov",
        scope=Scope.SPEAKS,
        place=Place.TEXT,
        excerpt=EXCERPT,
        excerpt_span=Span(100, 100 + len(EXCERPT)),
        reason=Reason.NEW,
        evidence=(
            proof("keyword", "cease-fire"),
            proof("official", "Peskov", ref="dmitry-peskov"),
            proof("cue", "said"),
            proof("words", "There will be no cease-fire before talks"),
            proof("quoted", "There will be no cease-fire before talks"),
        ),
    )
    return replace(plain, **changes)


def proof(what: str, part: str, *, excerpt: str = EXCERPT, ref: str | None = None) -> Evidence:
    """Return evidence that stands at a part of an excerpt 100 characters into its article."""
    span = span_of(excerpt, part)
    return Evidence(what=what, place=Place.TEXT, span=Span(100 + span.start, 100 + span.end), surface=part, ref=ref)


def notice(own: Alert | None = None, **changes: Any) -> Notice:
    """Return the alert with what stands beside it."""
    plain = Notice(
        alert=own or alert(),
        title="Kremlin rules out truce before talks",
        url="https://outlet.example/talks?id=7",
        outlet="Outlet",
        country="TR",
        published_at=NOW,
        official_role="Kremlin spokesperson",
        official_side="russia",
        sources=2,
    )
    return replace(plain, **changes)


def message(**changes: Any) -> Message:
    """Return an open message of one alert to the desk."""
    plain = Message(
        message_id="00000000000000m1",
        subscriber="desk",
        channel="email",
        event_id="story1",
        alert_ids=("00000000000000a1",),
        created_at=NOW,
        due_at=NOW,
    )
    return replace(plain, **changes)


def letter(*notices: Notice, held_by: HeldBy | None = None, timezone: str = "Europe/Kyiv") -> Letter:
    """Return the letter for some notices, or for one."""
    held = {"held_by": held_by, "event_id": None} if held_by else {}
    return render(message(**held), notices or (notice(),), timezone=timezone)


def subscriber(**changes: Any) -> EmailSubscriber:
    """Return the desk."""
    return EmailSubscriber(name="desk", channel="email", to="desk@example.org").model_copy(update=changes)
