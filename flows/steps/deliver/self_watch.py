"""Watching Talkwatch itself: passes that do not end, messages that do not leave, no room; how it fares; its heartbeat.

Of a warehouse without room, or that cannot be opened, the operator is told past the outbox, which is in it: once when
it begins and once when it is over. The file that says so is there only as long as that is so; it is empty, which a full
disk still has room for.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from alerts.channels.posting import Answer, ask
from alerts.message_records import Sent
from alerts.subscribers import Subscriber
from alerts.wording import counted
from flows.config.settings import Settings
from flows.setup import Setup
from flows.steps.deliver.notices import named, operator_of, tell, well_again
from flows.steps.deliver.senders import send_now
from flows.steps.deliver.wellness import (
    FULL,
    UNUSABLE,
    Bulletin,
    full_since,
    is_overdue,
    megabytes,
    needed,
    noted_at,
    noted_bulletin,
)
from flows.times import to_the_minute
from flows.web.fetch import webhook_client
from warehouse import outbox, runs
from warehouse.corrections import standing
from warehouse.errors import Busy, DiskFull, Unusable, WarehouseError
from warehouse.locking import check_lease, current_lease
from warehouse.runs import Health, health
from warehouse.session import Session
from warehouse.store import is_begun, reading, writing

log = logging.getLogger("talkwatch.operator")

# Two intervals, but no less than this: a pass that reads much may take some minutes.
SHORTEST_SILENCE = timedelta(minutes=10)
_PATIENCE = timedelta(seconds=5)
_UNFINISHED = (
    "The log says why, if `serve` was running. While one does not end no other begins; "
    "to end it, restart `serve`: nothing is lost, and the next pass does all the work that was left."
)

# There is room again when twice the warehouse fits, and some more, or when no pass has wanted for it all that time: at
# the edge one pass finds room and the next one none.
STEADY = timedelta(hours=1)


def before_pass(setup: Setup, session: Session, *, scheduled: bool) -> None:
    """Tell the operator, where passes run on a schedule, that none was finished for two intervals.

    While a `serve` is there it watches them itself, and no clock that jumps deceives it.
    """
    last, lease = runs.last_finished_at(session), current_lease(setup.data_dir)
    if not scheduled or last is None or (lease and datetime.fromisoformat(lease.since) <= last):
        return
    signs = (last, *filter(None, told_at(setup)))
    if setup.now() - max(signs) > longest_silence(setup.settings):
        tell_of_silence(setup, session, last)


def told_at(setup: Setup) -> tuple[datetime | None, ...]:
    """Return when a pass last told why it could not be finished, of each trouble that the operator hears of anyway."""
    return noted_at(setup.data_dir / FULL), noted_at(setup.data_dir / UNUSABLE)


def longest_silence(settings: Settings) -> timedelta:
    """Return how long no pass may have been finished, where passes run on a schedule."""
    return max(2 * settings.every, SHORTEST_SILENCE)


def tell_of_silence(setup: Setup, session: Session, last: datetime) -> None:
    """Tell the operator that no pass was finished since then, once until one is."""
    tell(setup, session, key="passes", subject=f"No pass was finished since {to_the_minute(last)}", text=_UNFINISHED)


_ALONE = "{}. This machine does the work meanwhile; nothing is lost, it only takes longer."


class PassWatch:
    """Tells the operator from beside the passes that none ends: while one hangs, no other begins that could tell.

    It goes by how long it has seen no sign of one, whatever the clock shows: that a pass was finished, or told why not.
    """

    def __init__(self, setup: Setup) -> None:
        """Begin now: what was not finished before is for the next pass to tell."""
        self._setup, self._last, self._seen = setup, setup.now(), setup.ticks()
        self._signs: tuple[datetime | None, ...] = ()
        self._told_past_outbox = False

    def work_with(self, setup: Setup) -> None:
        """Go by another configuration."""
        self._setup = setup

    def look(self) -> None:
        """Look when a pass was finished last; where the warehouse itself is held all that time, tell past it.

        Raises Superseded where another machine has taken over.
        """
        check_lease(self._setup.data_dir)  # who is superseded ends: whatever it began would write nothing
        try:
            self._look()
        except Busy as error:
            if self._is_silent and not self._told_past_outbox:
                self._told_past_outbox = True
                subject = f"No pass was finished since {to_the_minute(self._last)}"
                tell_past_outbox(self._setup, subject, f"{error}. {_UNFINISHED}")
        except WarehouseError as error:
            log.warning("passes can't be watched: %s", error)  # whatever it is, passes say it too

    def _look(self) -> None:
        if not is_begun(self._setup.data_dir):
            return
        with reading(self._setup.data_dir, wait=_PATIENCE) as session:
            finished_at = runs.last_finished_at(session)
        self._note((finished_at, *told_at(self._setup)))
        if self._is_silent:
            with writing(self._setup.data_dir, wait=_PATIENCE) as session:
                tell_of_silence(self._setup, session, self._last)
        elif self._told_past_outbox:
            self._told_past_outbox = False
            tell_past_outbox(self._setup, "Passes are finished again", "All that was left is done.")

    def _note(self, signs: tuple[datetime | None, ...]) -> None:
        """Begin to count anew where a pass has given a sign since the last look."""
        if signs != self._signs:
            self._signs, self._seen, self._last = signs, self._setup.ticks(), signs[0] or self._last

    @property
    def _is_silent(self) -> bool:
        return self._setup.ticks() - self._seen > longest_silence(self._setup.settings).total_seconds()


def after_pass(setup: Setup, session: Session) -> None:
    """Tell the operator that passes end again, and whether messages leave."""
    well_again(setup, session, "passes", subject="Passes are finished again", text="All that was left is done.")
    tell_of_corrections(setup, session)
    now, oldest = setup.now(), outbox.waiting_since(session, setup.now())
    if oldest and is_overdue(oldest, now):
        tell(
            setup,
            session,
            key="outbox",
            subject=f"A message has waited since {to_the_minute(oldest)}",
            text="`talkwatch status` says which channel is in trouble. Messages wait for up to 48 hours.",
        )
    if setup.cluster and setup.cluster.trouble:
        tell(
            setup, session, key="cluster", subject="The cluster is not used", text=_ALONE.format(setup.cluster.trouble)
        )
    else:
        well_again(setup, session, "cluster", subject="The cluster is used again", text="Its workers clean and read.")
    if oldest is None:
        well_again(setup, session, "outbox", subject="No message is waiting", text="All that was due has left.")


def tell_of_corrections(setup: Setup, session: Session) -> None:
    """Tell the operator of each correction whose article has the words no more, once."""
    for each in standing(session):
        key = f"correction:{each.correction_id}"
        subject = f"Correction {each.correction_id} finds its words no more"
        if each.gone_at:
            tell(setup, session, key=key, subject=subject, text=f"{each.url} does not say “{each.words}” any more.")


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


def bulletin(session: Session, settings: Settings, now: datetime) -> Bulletin:
    """Return how Talkwatch fares, from the live warehouse."""
    numbers, told = health(session, now), settings.subscribers
    return Bulletin(
        as_of=now,
        numbers=numbers,
        wrong=tuple(lasting_faults(numbers, told)),
        odd=tuple(warnings(numbers, told)),
        silence=longest_silence(settings),
    )


def bulletin_now(settings: Settings, now: datetime) -> Bulletin | None:
    """Return how Talkwatch fares, from the warehouse itself, or by the last bulletin while somebody holds that."""
    try:
        with reading(settings.data_dir, wait=_PATIENCE) as session:
            return bulletin(session, settings, now)
    except Busy as busy:
        news = noted_bulletin(settings.data_dir)
        return news and replace(news, odd=(f"as of {to_the_minute(news.as_of)}, since {busy}", *news.odd))


def lasting_faults(numbers: Health, told: Sequence[Subscriber]) -> Iterator[str]:
    """Yield what else is wrong: feeds that all fail, channels that take no messages."""
    if numbers.feeds and numbers.feeds_failing == numbers.feeds:
        yield "every feed fails"
    for state in numbers.channels:
        if state.blocked_at:
            since = to_the_minute(state.blocked_at)
            yield f"{named(state.route, told)} takes no messages since {since}: {state.last_error}"


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


def since(time: datetime | None) -> str:
    """Return since when something lasts, where that is known."""
    return f" since {to_the_minute(time)}" if time else ""


@contextmanager
def disk_watched(setup: Setup) -> Iterator[None]:
    """Tell the operator when a pass finds no room, and when one was finished and there is room to go on."""
    marker = setup.data_dir / FULL
    try:
        yield
    except DiskFull as error:
        room = megabytes(needed(setup.data_dir))
        tell_beginning(setup, marker, "The disk is full", f"{error}. {room} would do for now.")
        raise
    if marker.exists() and has_room(marker):
        tell_end(setup, marker, "The disk has room again", "A pass was finished; nothing that was recorded is lost.")


@contextmanager
def warehouse_watched(setup: Setup) -> Iterator[None]:
    """Tell the operator when the block finds the warehouse damaged, missing or somebody else's, and when no more."""
    marker = setup.data_dir / UNUSABLE
    try:
        yield
    except Unusable as error:
        tell_beginning(setup, marker, "The warehouse cannot be used", str(error))
        raise
    if marker.exists():
        tell_end(setup, marker, "The warehouse can be used again", "Passes go on from what is in it.")


def tell_beginning(setup: Setup, marker: Path, subject: str, text: str) -> None:
    """Tell the operator of what is not noted yet, and note it."""
    if newly_noted(marker):
        tell_past_outbox(setup, subject, text)


def tell_end(setup: Setup, marker: Path, subject: str, text: str) -> None:
    """Tell the operator that what was noted is over."""
    marker.unlink(missing_ok=True)
    tell_past_outbox(setup, subject, text)


def newly_noted(marker: Path) -> bool:
    """Note that something is so, as of now; return False where it was noted before, or cannot be."""
    try:
        known = marker.exists()
        marker.touch()
    except OSError:
        return False
    return not known


def has_room(marker: Path) -> bool:
    """Tell whether the next passes will hardly want for room."""
    folder, last = marker.parent, full_since(marker.parent)
    if last is None or not timedelta(0) <= datetime.now(UTC) - last < STEADY:
        return True
    return shutil.disk_usage(folder).free >= needed(folder)
