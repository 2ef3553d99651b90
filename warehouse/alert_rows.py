"""Alerts as rows, and back: the columns and their order, which nothing else needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alerts.records import Alert, Evidence, Place, Reason, Scope, Severity
from extractors.records import Span
from warehouse.session import Row

ALERT = (
    *("alert_id", "rule", "rule_version", "article_id", "story_id", "fired_at", "severity", "keyword"),
    *("official_id", "official", "scope", "place", "excerpt", "excerpt_start_char", "excerpt_end_char"),
    *("reason", "evidence", "utterance_id", "utterance_ids", "stance", "denied", "follows_alert_id"),
)
# What a follow-up shows in place of the alert's own.
PASSAGE = ("keyword", "scope", "place", "excerpt", "excerpt_start_char", "excerpt_end_char", "evidence")


def alert_row(alert: Alert) -> Row:
    """Return the values of `ALERT`."""
    own = {name: getattr(alert, name, None) for name in ALERT}
    own |= dict(zip(PASSAGE, passage_row(alert), strict=True))
    return tuple(own[name] for name in ALERT)


def passage_row(alert: Alert) -> Row:
    """Return the values of `PASSAGE`."""
    span = alert.excerpt_span
    evidence = [_evidence_row(each) for each in alert.evidence]
    return (alert.keyword, alert.scope, alert.place, alert.excerpt, span.start, span.end, evidence)


def alert_of(row: Sequence[object]) -> Alert:
    """Return the alert whose `ALERT` values these are."""
    own = dict(zip(ALERT, row, strict=True))
    start, end = own.pop("excerpt_start_char"), own.pop("excerpt_end_char")
    read = {
        "severity": Severity(str(own["severity"])),
        "scope": Scope(str(own["scope"])),
        "place": Place(str(own["place"])),
        "reason": Reason(str(own["reason"])),
        "evidence": tuple(_evidence(each) for each in _list(own["evidence"])),
        "utterance_ids": tuple(_list(own["utterance_ids"])),
        "denied": bool(own["denied"]),
        "excerpt_span": Span(_number(start), _number(end)),
    }
    return Alert(**{**own, **read})  # type: ignore[arg-type]  # each column has the type of its field


def reworded(alert: Alert, passage: Sequence[object]) -> Alert:
    """Return an alert that shows the words of these `PASSAGE` values in place of its own."""
    own = dict(zip(ALERT, alert_row(alert), strict=True)) | dict(zip(PASSAGE, passage, strict=True))
    return alert_of([own[name] for name in ALERT])


def _evidence_row(evidence: Evidence) -> dict[str, object]:
    return {
        "what": evidence.what,
        "place": evidence.place,
        "surface": evidence.surface,
        "start_char": evidence.span.start,
        "end_char": evidence.span.end,
        "ref": evidence.ref,
    }


def _evidence(stored: Any) -> Evidence:
    what, place, surface, start, end, ref = stored.values()
    return Evidence(
        what=str(what),
        place=Place(str(place)),
        span=Span(_number(start), _number(end)),
        surface=str(surface),
        ref=None if ref is None else str(ref),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    return int(str(value))
