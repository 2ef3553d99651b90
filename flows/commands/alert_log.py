"""`talkwatch alerts list` and `show`: the alerts that fired, why, and what became of their messages."""

from __future__ import annotations

from alerts.passages import Mark, segments
from alerts.records import Alert, Evidence
from flows.config.settings import Settings
from flows.problems import UsageProblem, check_known
from flows.tables import listing, table
from warehouse import alerts, follow_ups
from warehouse.records import Delivery, LoggedAlert
from warehouse.session import Session
from warehouse.store import reading

Row = tuple[object, ...]
BRACKETS = {Mark.NONE: ("", ""), Mark.KEYWORD: ("[", "]"), Mark.OFFICIAL: ("‹", "›")}


def listed(settings: Settings, limit: int, rule: str | None) -> list[Row]:
    """Return a row for each of the newest alerts; raise UsageProblem for a rule that is not there and never fired."""
    with reading(settings.data_dir) as session:
        found = alerts.list_alerts(session, limit=limit, rule=rule)
    if rule is not None and not found:
        check_known(rule, "rule", (each.name for each in settings.rules))
    return [row_of(logged) for logged in found]


def row_of(logged: LoggedAlert) -> Row:
    """Return an alert's row in the list."""
    alert, notice = logged.notice.alert, logged.notice
    words = (alert.keyword, str(alert.scope), str(alert.reason), notice.outlet, notice.title)
    return (alert.alert_id, alert.fired_at, alert.rule, alert.official_id, *words, notice.sources)


def shown(settings: Settings, beginning: str) -> str:
    """Return all there is to say about the one alert whose id begins so."""
    with reading(settings.data_dir) as session:
        found = alerts.alert(session, beginning)
        more = [told_since(session, logged.notice.alert.alert_id) for logged in found]
    if len(found) != 1:
        raise UsageProblem(f"{'no alert' if not found else 'more than one alert'} whose id begins with {beginning}")
    return "\n\n".join([described(found[0]), *more[0]])


def described(logged: LoggedAlert) -> str:
    """Return an alert as text: what was said, why it fired, its evidence, its messages."""
    alert, notice = logged.notice.alert, logged.notice
    facts = {
        "alert": alert.alert_id,
        "fired": alert.fired_at,
        "rule": f"{alert.rule} (version {alert.rule_version})",
        "official": f"{alert.official}, {notice.official_role}" if notice.official_role else alert.official,
        "keyword": alert.keyword,
        "scope": alert.scope,
        "reason": alert.reason,
        "follows": alert.follows_alert_id,
        "sources": f"{notice.sources}: {', '.join(notice.roots)}" if notice.roots else notice.sources,
        "outlet": notice.outlet,
        "title": notice.title,
        "published": notice.published_at,
        "link": notice.url,
    }
    evidence = table(("what", "in", "start", "end", "surface"), [evidence_row(proof) for proof in alert.evidence])
    names = ("message_id", "subscriber", "channel", "status", "attempts", "due_at", "sent_at", "last_error")
    messages = table(names, [delivery_row(delivery) for delivery in logged.deliveries])
    return "\n\n".join([listing(facts), marked(alert), evidence, messages])


def told_since(session: Session, alert_id: str) -> list[str]:
    """Return who tells an alert's story or reports its words, with the source each goes back to, and its follow-ups."""
    tellers = table(("source", "outlet", "copy_kind", "published_at", "url"), follow_ups.tellers(session, alert_id))
    news = follow_ups.news_of(session, alert_id)
    return [tellers, *([table(("noted_at", "news", "sources", "excerpt"), news)] if news else [])]


def marked(alert: Alert) -> str:
    """Return the excerpt with the keyword in [ ] and the official in ‹ ›."""
    return "".join(f"{BRACKETS[piece.mark][0]}{piece.text}{BRACKETS[piece.mark][1]}" for piece in segments(alert))


def evidence_row(proof: Evidence) -> Row:
    """Return one proof's row."""
    return (proof.what, str(proof.place), proof.span.start, proof.span.end, proof.surface)


def delivery_row(delivery: Delivery) -> Row:
    """Return one delivery's row."""
    when = (delivery.due_at, delivery.sent_at, delivery.last_error)
    return (delivery.message_id, delivery.subscriber, delivery.channel, str(delivery.status), delivery.attempts, *when)
