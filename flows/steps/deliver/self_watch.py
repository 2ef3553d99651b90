"""Watching Talkwatch itself: passes that do not end, messages that do not leave; and its heartbeat.

What is wrong with it is asked here by `talkwatch status` too.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from alerts.channels.posting import Answer, ask
from alerts.message_records import Sent
from alerts.subscribers import Subscriber
from alerts.wording import counted
from flows.setup import Setup
from flows.steps.deliver.notices import named, operator_of, tell, well_again
from flows.steps.deliver.senders import send_now
from flows.times import to_the_minute
from flows.web.fetch import webhook_client
from warehouse import outbox, runs
from warehouse.errors import Busy, WarehouseError
from warehouse.runs import Health
from warehouse.session import Session
from warehouse.store import is_begun, reading, writing

log = logging.getLogger("talkwatch.operator")

# Two intervals, but no less than this: a pass that reads much may take some minutes.
SHORTEST_SILENCE = timedelta(minutes=10)
OVERDUE = timedelta(minutes=30)
# Clocks are put right by seconds every day.
AHEAD = timedelta(minutes=2)
_PATIENCE = timedelta(seconds=5)
_UNFINISHED = (
    "The log says why, if `serve` was running. While one does not end no other begins; "
    "to end it, restart `serve`: nothing is lost, and the next pass does all the work that was left."
)


def before_pass(setup: Setup, session: Session, *, scheduled: bool) -> None:
    """Tell the operator, where passes run on a schedule, that none was finished for two intervals."""
    last = runs.last_finished_at(session)
    if scheduled and last and is_silent(setup, last):
        tell_of_silence(setup, session, last)


def is_silent(setup: Setup, last: datetime) -> bool:
    """Tell whether a pass should have been finished since `last`."""
    return setup.now() - last > max(2 * setup.settings.every, SHORTEST_SILENCE)


def tell_of_silence(setup: Setup, session: Session, last: datetime) -> None:
    """Tell the operator that no pass was finished since then, once until one is."""
    tell(setup, session, key="passes", subject=f"No pass was finished since {to_the_minute(last)}", text=_UNFINISHED)


class PassWatch:
    """Tells the operator from beside the passes that none ends: while one hangs, no other begins that could tell."""

    def __init__(self, setup: Setup) -> None:
        """Begin now: what was not finished before is for the next pass to tell."""
        self._setup, self._last = setup, setup.now()
        self._told_past_outbox = False

    def look(self) -> None:
        """Look when a pass was finished last; where the warehouse itself is held all that time, tell past it."""
        try:
            self._look()
        except Busy as error:
            if is_silent(self._setup, self._last) and not self._told_past_outbox:
                self._told_past_outbox = True
                subject = f"No pass was finished since {to_the_minute(self._last)}"
                tell_past_outbox(self._setup, subject, f"{error}. {_UNFINISHED}")
        except WarehouseError as error:
            log.warning("passes can't be watched: %s", error)  # whatever it is, passes say it too

    def _look(self) -> None:
        if not is_begun(self._setup.data_dir):
            return
        with reading(self._setup.data_dir, wait=_PATIENCE) as session:
            self._last = max(self._last, runs.last_finished_at(session) or self._last)
        if is_silent(self._setup, self._last):
            with writing(self._setup.data_dir, wait=_PATIENCE) as session:
                tell_of_silence(self._setup, session, self._last)
        elif self._told_past_outbox:
            self._told_past_outbox = False
            tell_past_outbox(self._setup, "Passes are finished again", "All that was left is done.")


def after_pass(setup: Setup, session: Session) -> None:
    """Tell the operator that passes end again, and whether messages leave."""
    well_again(setup, session, "passes", subject="Passes are finished again", text="All that was left is done.")
    now, oldest = setup.now(), outbox.waiting_since(session, setup.now())
    if oldest and is_overdue(oldest, now):
        tell(
            setup,
            session,
            key="outbox",
            subject=f"A message has waited since {to_the_minute(oldest)}",
            text="`talkwatch status` says which channel is in trouble. Messages wait for up to 48 hours.",
        )
    if oldest is None:
        well_again(setup, session, "outbox", subject="No message is waiting", text="All that was due has left.")


def tell_past_outbox(setup: Setup, subject: str, text: str) -> None:
    """Send the operator a message that nothing is noted of."""
    log.error("%s: %s", subject, text)
    operator = operator_of(setup)
    receipt = send_now(setup, operator, f"Talkwatch: {subject}", [text]) if operator else None
    if receipt is not None and not isinstance(receipt, Sent):
        log.error("the operator could not be told: %s", receipt.error)


def beat(setup: Setup) -> None:
    """Ask for the heartbeat's address, which is a secret; a pass is none the worse when nobody answers."""
    url = setup.settings.heartbeat_url
    if url is None:
        return
    with webhook_client(setup.settings.fetch) as web:
        answer = ask(web, "GET", url, now=setup.now())
    if not isinstance(answer, Answer):
        log.warning("no heartbeat: %s", answer.error)
    elif answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        log.warning("no heartbeat: HTTP %d", answer.status)


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Tell whether a message has waited too long."""
    return now - due_at > OVERDUE


def faults(numbers: Health, told: Sequence[Subscriber], now: datetime, max_age: timedelta) -> list[str]:
    """Return what makes Talkwatch not well: no finished pass, feeds that all fail, messages that do not leave."""
    found = []
    if numbers.last_finished_at is None:
        found.append("no pass has finished yet")
    elif numbers.last_finished_at - now > AHEAD:
        at = to_the_minute(numbers.last_finished_at)
        found.append(f"the last pass finished in the future, {at}: this machine's clock was wrong then, or is now")
    elif now - numbers.last_finished_at > max_age:
        found.append(f"the last finished pass is {ago(now - numbers.last_finished_at)} old")
    if numbers.feeds and numbers.feeds_failing == numbers.feeds:
        found.append("every feed fails")
    found += [
        f"{named(state.route, told)} takes no messages since {to_the_minute(state.blocked_at)}: {state.last_error}"
        for state in numbers.channels
        if state.blocked_at
    ]
    if numbers.oldest_due_at and is_overdue(numbers.oldest_due_at, now):
        found.append(f"a message has waited for {ago(now - numbers.oldest_due_at)}")
    return found


def warnings(numbers: Health, told: Sequence[Subscriber]) -> list[str]:
    """Return what deserves a look and is no reason for alarm."""
    found = [
        f"feed fails{since(feed.failing_since)}: {feed.outlet} ({feed.url}): {feed.last_error or ''}"
        for feed in numbers.worst_feeds
    ]
    if more := numbers.feeds_failing - len(numbers.worst_feeds):
        found.append(f"and {counted(more, 'feed')} more; `talkwatch feeds list` has them all")
    found += [f"feed is read, but: {url}: {problem}" for url, problem in numbers.odd_feeds]
    found += [
        f"{named(state.route, told)} fails for now: {state.last_error}"
        for state in numbers.channels
        if not state.blocked_at
    ]
    # A blocked channel is among the faults already.
    found += [
        f"told since {to_the_minute(notice.noted_at)}: {notice.subject}"
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


def well(numbers: Health) -> str:
    """Return in a line that all is well, but for what is no fault: nothing is watched, or some feeds fail."""
    if not numbers.feeds:
        return "well, but no feed is watched; add one to the configuration as [[feeds]]"
    failing = numbers.feeds_failing
    return f"well, but {failing} of {counted(numbers.feeds, 'feed')} fail{'s' * (failing == 1)}" if failing else "well"


def since(time: datetime | None) -> str:
    """Return since when something lasts, where that is known."""
    return f" since {to_the_minute(time)}" if time else ""


def ago(span: timedelta) -> str:
    """Return a span of time in its largest fitting unit."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
