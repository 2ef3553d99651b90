"""`talkwatch alerts silence`: a rule kept from firing until a time, by whom and why."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass

from alerts.follow_up_records import Silence
from alerts.naming import known_names, named
from alerts.rule_checks import nearest_name
from alerts.silencing import silence_id
from extractors.officials.watchlist import Watchlist
from flows.config.settings import Settings
from flows.config.watchlists import configured_watchlist
from flows.problems import UsageProblem, check_known
from flows.times import time_of, utc_now
from warehouse import silences
from warehouse.publishing import publish
from warehouse.store import reading, writing

Row = tuple[object, ...]
SILENCED = ("silence_id", "rule", "official_id", "subscriber", "starts_at", "ends_at", "author", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A silence as it stands on the command line."""

    rule: str | None
    official: str | None
    subscriber: str | None
    until: str | None
    author: str | None
    reason: str | None


def silence_now(settings: Settings, wish: Wish) -> str:
    """Record a silence that begins now; return what to print. Raises UsageProblem for a name that is not known."""
    silence = checked(settings, wish)
    with writing(settings.data_dir) as session:
        silences.save_silence(session, silence)
    publish(settings.data_dir)
    about = f" on {silence.official_id}" if silence.official_id else ""
    whom = f" for {silence.subscriber}" if silence.subscriber else ""
    return (
        f'silence {silence.silence_id}: rule "{silence.rule}"{about}{whom} until {silence.ends_at:%Y-%m-%dT%H:%M:%SZ}'
    )


def ended(settings: Settings, beginning: str) -> str:
    """End the one silence whose id begins so; return what to print."""
    now = utc_now()
    with writing(settings.data_dir) as session:
        found = silences.silence(session, beginning)
        if len(found) != 1:
            problem = "no silence" if not found else "more than one silence"
            raise UsageProblem(f"{problem} whose id begins with {beginning}; see `talkwatch alerts silence --list`")
        if found[0].ends_at <= now:
            return f"silence {found[0].silence_id} is over already"
        silences.end_silence(session, found[0].silence_id, now)
    publish(settings.data_dir)
    return f'silence {found[0].silence_id} has ended: rule "{found[0].rule}" fires again'


def listed(settings: Settings) -> list[Row]:
    """Return a row for each silence there was, those that ended first."""
    with reading(settings.data_dir) as session:
        found = silences.silences(session)
    return [tuple(getattr(each, name) for name in SILENCED) for each in found]


def checked(settings: Settings, wish: Wish) -> Silence:
    """Return the silence that is wished for, beginning now."""
    now = utc_now()
    if wish.rule is None or wish.until is None:
        raise UsageProblem("alerts silence needs --rule and --until, or --list, or --end")
    ends_at = time_of(wish.until, settings.timezone)
    if ends_at <= now:
        raise UsageProblem(f"--until {wish.until} is past")
    check_known(wish.rule, "rule", (rule.name for rule in settings.rules))
    if wish.subscriber is not None:
        check_known(wish.subscriber, "subscriber", (who.name for who in settings.subscribers))
    official = None if wish.official is None else official_of(wish.official, configured_watchlist(settings))
    return Silence(
        silence_id=silence_id(wish.rule, now, official, wish.subscriber),
        rule=wish.rule,
        starts_at=now,
        ends_at=ends_at,
        author=wish.author or user_name(),
        official_id=official,
        subscriber=wish.subscriber,
        reason=wish.reason,
    )


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
