"""`talkwatch alerts …`: the alerts that fired, why, and what became of their messages; rules that are silenced."""

from __future__ import annotations

import os
import pwd
from datetime import datetime
from operator import attrgetter
from typing import Annotated

import typer

from alerts.deciding import silence_id
from alerts.message_records import Judgement, Opinion
from alerts.records import Alert, Evidence, Silence
from alerts.rule_names import known_names, named, nearest_name
from alerts.wording import Mark, segments
from extractors.officials.watchlist import Watchlist
from flows.cli.command import Config, TableFormat, command, group, settings_of, tell
from flows.config.settings import Settings, configured_watchlist
from flows.problems import UsageProblem, check_known, the_one
from flows.tables import Columns, columned, listing, table
from flows.times import moment, span_of, time_of, utc_now
from warehouse import alerts, follow_ups, silences, verdicts
from warehouse.published import publish
from warehouse.records import Delivery, LoggedAlert
from warehouse.session import Session
from warehouse.store import reading, writing

BRACKETS = {Mark.NONE: ("", ""), Mark.KEYWORD: ("[", "]"), Mark.OFFICIAL: ("‹", "›")}
LISTED: Columns[LoggedAlert] = {
    "alert_id": attrgetter("notice.alert.alert_id"),
    "fired_at": attrgetter("notice.alert.fired_at"),
    "rule": attrgetter("notice.alert.rule"),
    "official_id": attrgetter("notice.alert.official_id"),
    "keyword": attrgetter("notice.alert.keyword"),
    "scope": lambda logged: str(logged.notice.alert.scope),
    "reason": lambda logged: str(logged.notice.alert.reason),
    "outlet": attrgetter("notice.outlet"),
    "title": attrgetter("notice.title"),
    "sources": attrgetter("notice.sources"),
}
# What a narrow terminal does without, the first first.
SPARE = ("scope", "reason", "sources", "keyword", "outlet", "rule")
SILENCE_SPARE = ("story_id", "starts_at", "author", "subscriber", "reason")
PROOFS: Columns[Evidence] = {
    "what": attrgetter("what"),
    "in": lambda proof: str(proof.place),
    "start": attrgetter("span.start"),
    "end": attrgetter("span.end"),
    "surface": attrgetter("surface"),
}
DELIVERIES: Columns[Delivery] = {
    "message_id": attrgetter("message_id"),
    "subscriber": attrgetter("subscriber"),
    "channel": attrgetter("channel"),
    "status": lambda delivery: str(delivery.status),
    "attempts": attrgetter("attempts"),
    "due_at": attrgetter("due_at"),
    "sent_at": attrgetter("sent_at"),
    "last_error": attrgetter("last_error"),
}
JUDGEMENTS: Columns[Judgement] = {
    "marked_at": attrgetter("marked_at"),
    "verdict": lambda judgement: str(judgement.verdict),
    "why": attrgetter("why"),
    "subscriber": attrgetter("subscriber"),
}
SILENCES: Columns[Silence] = {
    name: attrgetter(name)
    for name in (
        "silence_id",
        "rule",
        "official_id",
        "subscriber",
        "story_id",
        "starts_at",
        "ends_at",
        "author",
        "reason",
    )
}

group("alerts", "See alerts, silence rules, send messages again, try a channel.")


@command("alerts list")
def list_alerts(
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = 20,
    rule: Annotated[str | None, typer.Option(help="Only those of one rule.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Show the alerts that fired, the newest at the end; in JSON it comes first."""
    settings = settings_of(config)
    with reading(settings.data_dir) as session:
        found = alerts.list_alerts(session, limit=limit, rule=rule)
    if rule is not None and not found:
        check_known(rule, "rule", (each.name for each in settings.rules))
    # A terminal shows the end of what is longer than it.
    tell(LISTED, found if output_format == "json" else found[::-1], output_format, SPARE)


@command("alerts show")
def show(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT", help="An alert's id, or how it begins.")],
    config: Config = None,
) -> None:
    """Show one alert: its words, evidence and messages."""
    with reading(settings_of(config).data_dir) as session:
        found = the_one(alerts.alert(session, alert_id), "alert", alert_id)
        more = told_since(session, found.notice.alert.alert_id)
    typer.echo("\n\n".join([described(found), *more]))


def described(logged: LoggedAlert) -> str:
    """Return an alert as text: what was said, why it fired, its evidence, its messages."""
    from alerts.letters import office

    alert, notice = logged.notice.alert, logged.notice
    facts = {
        "alert": alert.alert_id,
        "fired": alert.fired_at,
        "rule": f"{alert.rule} (version {alert.rule_version})",
        "official": ", ".join(filter(None, (alert.official, office(notice)))),
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
    evidence = table(*columned(PROOFS, alert.evidence))
    messages = table(*columned(DELIVERIES, logged.deliveries))
    return "\n\n".join([listing(facts), marked(alert), evidence, messages])


@command("alerts mark")
def mark(
    alert_id: Annotated[str, typer.Argument(metavar="ALERT", help="An alert's id, or how it begins.")],
    verdict: Annotated[Opinion, typer.Argument(metavar="right|wrong|seen", help="What you think of it.")],
    why: Annotated[str | None, typer.Option(help="Why, in a few words.")] = None,
    config: Config = None,
) -> None:
    """Say what you think of an alert.

    `rules check` tells from these how often each rule is right.
    """
    settings = settings_of(config)
    with writing(settings.data_dir) as session:
        found = the_one(alerts.alert(session, alert_id), "alert", alert_id).notice.alert
        verdicts.save_judgement(
            session, Judgement(alert_id=found.alert_id, verdict=verdict, why=why, marked_at=utc_now())
        )
    publish(settings.data_dir)
    typer.echo(f"marked {verdict}: {found.alert_id}, {found.official}, rule {found.rule}")


def told_since(session: Session, alert_id: str) -> list[str]:
    """Return who tells an alert's story or its words, with its source, its follow-ups, and what people thought."""
    tellers = table(("source", "outlet", "copy_kind", "published_at", "url"), follow_ups.tellers(session, alert_id))
    news = follow_ups.news_of(session, alert_id)
    judged = verdicts.judgements(session, alert_id)
    return [
        tellers,
        *([table(("noted_at", "news", "sources", "excerpt"), news)] if news else []),
        *([table(*columned(JUDGEMENTS, judged))] if judged else []),
    ]


def marked(alert: Alert) -> str:
    """Return the excerpt with the keyword in [ ] and the official in ‹ ›."""
    return "".join(f"{BRACKETS[piece.mark][0]}{piece.text}{BRACKETS[piece.mark][1]}" for piece in segments(alert))


@command("alerts silence")
def silence(  # noqa: PLR0917 (an argument is an option)
    rule: Annotated[str | None, typer.Option(help="The rule to silence.")] = None,
    official: Annotated[str | None, typer.Option(help="Only on this official.")] = None,
    subscriber: Annotated[str | None, typer.Option(help="Only for this subscriber.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="When it ends.")] = None,
    span: Annotated[str | None, typer.Option("--for", metavar="2h", help="How long, from now on.")] = None,
    author: Annotated[str | None, typer.Option("--by", help="Who asks for it; default the user's name.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for whoever looks later.")] = None,
    show_all: Annotated[bool, typer.Option("--list", help="Show every silence there was.")] = False,
    end: Annotated[str | None, typer.Option(metavar="ID", help="End a silence now; the beginning of its id.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Keep a rule from firing until a time; --end it, --list all."""
    settings = settings_of(config)
    if show_all and end is not None:
        raise UsageProblem("write one of --list and --end")
    if show_all:
        with reading(settings.data_dir) as session:
            found = silences.silences(session)
        tell(SILENCES, found, output_format, SILENCE_SPARE)
    elif end is not None:
        typer.echo(ended(settings, end))
    elif rule is None or (until is None) == (span is None):
        raise UsageProblem("alerts silence needs --rule and one of --until and --for, or --list, or --end")
    else:
        ends_at = time_of(until, settings.timezone) if until else utc_now() + span_of(span or "")
        typer.echo(
            silenced(settings, rule, ends_at, official=official, subscriber=subscriber, by=author, reason=reason)
        )


def silenced(
    settings: Settings,
    rule: str,
    ends_at: datetime,
    *,
    official: str | None,
    subscriber: str | None,
    by: str | None,
    reason: str | None,
) -> str:
    """Record a silence that begins now; return what to print. Raises UsageProblem for a name that is not known."""
    now = utc_now()
    if ends_at <= now:
        raise UsageProblem(f"--until {moment(ends_at)} is past")
    check_known(rule, "rule", (each.name for each in settings.rules))
    if subscriber is not None:
        check_known(subscriber, "subscriber", (who.name for who in settings.subscribers))
    official_id = None if official is None else official_of(official, configured_watchlist(settings))
    wanted = Silence(
        silence_id=silence_id(rule, now, official_id, subscriber),
        rule=rule,
        starts_at=now,
        ends_at=ends_at,
        author=by or user_name(),
        official_id=official_id,
        subscriber=subscriber,
        reason=reason,
    )
    with writing(settings.data_dir) as session:
        silences.save_silence(session, wanted)
    publish(settings.data_dir)
    about = f" on {official_id}" if official_id else ""
    whom = f" for {subscriber}" if subscriber else ""
    return f'silence {wanted.silence_id}: rule "{rule}"{about}{whom} until {moment(ends_at)}'


def ended(settings: Settings, beginning: str) -> str:
    """End the one silence whose id begins so; return what to print."""
    now = utc_now()
    with writing(settings.data_dir) as session:
        begun = silences.silence(session, beginning)
        found = the_one(begun, "silence", beginning, "; see `talkwatch alerts silence --list`")
        if found.ends_at <= now:
            return f"silence {found.silence_id} is over already"
        silences.end_silence(session, found.silence_id, now)
    publish(settings.data_dir)
    what = f'rule "{found.rule}" fires' if found.rule else "all rules fire"
    return f"silence {found.silence_id} has ended: {what} again"


def official_of(text: str, watchlist: Watchlist) -> str:
    """Return the id of the one official that a name or id means."""
    if text in {official.official_id for official in watchlist.officials}:
        return text
    found = {each.ref_id for each in named(text, watchlist)}
    if not found:
        _, names = known_names(text, watchlist)
        raise UsageProblem(f'"{text}" names nobody{nearest_name(text, names)}')
    if len(found) > 1:
        raise UsageProblem(f'"{text}" names several; name one of them')
    return found.pop()


def user_name() -> str:
    """Return the name of whoever runs this, by the system's list of users."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"
