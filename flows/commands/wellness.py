"""`talkwatch status`: whether Talkwatch is well, judged on the numbers of the live warehouse."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.config.settings import Settings
from flows.steps.deliver.notices import named
from flows.tables import listing
from flows.times import utc_now
from warehouse.queries import terminal_safe
from warehouse.runs import Health, health
from warehouse.store import LIVE, reading

OVERDUE = timedelta(minutes=30)


def wellness(settings: Settings, max_age: timedelta) -> tuple[bool, str]:
    """Return whether all is well, and the whole picture, what is wrong first."""
    now = utc_now()
    if not (settings.data_dir / LIVE).exists():
        return False, f"not well: no pass has run yet in {settings.data_dir}; start one with `talkwatch run`"
    with reading(settings.data_dir) as session:
        numbers = health(session, now)
    wrong = faults(numbers, now, max_age)
    said = [f"not well: {fault}" for fault in wrong] or ["well"]
    # A server's words may stand in them.
    lines = map(terminal_safe, [*said, *warnings(numbers)])
    return not wrong, "\n".join([*lines, "", listing(picture(numbers))])


def faults(numbers: Health, now: datetime, max_age: timedelta) -> list[str]:
    """Return what makes Talkwatch not well: no finished pass, feeds that all fail, messages that do not leave."""
    found = []
    if numbers.last_finished_at is None:
        found.append("no pass has finished yet")
    elif now - numbers.last_finished_at > max_age:
        found.append(f"the last finished pass is {ago(now - numbers.last_finished_at)} old")
    if numbers.feeds and numbers.feeds_failing == numbers.feeds:
        found.append("every feed fails")
    found += [
        f"{named(state.route)} takes no messages since {state.blocked_at:%Y-%m-%d %H:%M} UTC: {state.last_error}"
        for state in numbers.channels
        if state.blocked_at
    ]
    if numbers.oldest_due_at and now - numbers.oldest_due_at > OVERDUE:
        found.append(f"a message has waited for {ago(now - numbers.oldest_due_at)}")
    return found


def warnings(numbers: Health) -> list[str]:
    """Return what deserves a look and is no reason for alarm."""
    found = [f"feed fails: {url}: {error}" for url, error in numbers.failing_feeds]
    found += [
        f"{named(state.route)} fails for now: {state.last_error}" for state in numbers.channels if not state.blocked_at
    ]
    # A blocked channel is among the faults already.
    found += [
        f"told since {notice.noted_at:%Y-%m-%d %H:%M} UTC: {notice.subject}"
        for notice in numbers.notices
        if not notice.key.startswith("channel:")
    ]
    if numbers.messages_dead:
        found.append(
            f"{numbers.messages_dead} messages could not be delivered; `talkwatch alerts resend --dead` retries"
        )
    if numbers.unsubscribed:
        found.append(f"unsubscribed: {', '.join(numbers.unsubscribed)}")
    return found


def picture(numbers: Health) -> dict[str, object]:
    """Return the numbers by the names people know."""
    return {
        "last pass finished": numbers.last_finished_at,
        "feeds": f"{numbers.feeds} ({numbers.feeds_failing} failing, {numbers.feeds_new} not asked yet)",
        "last new entry": numbers.last_new_at,
        "pages to read": f"{numbers.entries_pending} ({numbers.entries_failed} given up)",
        "articles": f"{numbers.articles} ({numbers.readings_given_up} could not be read in full)",
        "alerts": numbers.alerts,
        "messages waiting": numbers.messages_waiting,
        "messages undelivered": numbers.messages_dead,
    }


def ago(span: timedelta) -> str:
    """Return a span of time in its largest fitting unit."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
