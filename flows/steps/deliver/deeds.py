"""What readers do by links in their messages: the links that go out, and the deeds that are taken in."""

from __future__ import annotations

import hashlib
import logging
import shlex
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alerts.channels import is_read_by_many
from alerts.deciding import silence_id
from alerts.links import SPANS, About, LinkDeed, What, links_for, stop_link
from alerts.message_records import Judgement, Message, Notice, Opinion
from alerts.records import Silence
from alerts.subscribers import Subscriber
from flows.inbox import link_key, waiting, waits
from flows.setup import Setup
from flows.steps.deliver.notices import tell
from warehouse import channels, outbox, silences, verdicts
from warehouse.session import Session

STOPPED = "unsubscribed"

log = logging.getLogger("talkwatch.deeds")


def with_links(
    setup: Setup, message: Message, notices: tuple[Notice, ...], subscriber: Subscriber
) -> tuple[tuple[Notice, ...], str | None]:
    """Return what a message tells with links to say what one thinks of it, and the address that stops the messages."""
    base = setup.settings.http.public_url
    if base is None:
        return notices, None
    key, now, shared = link_key(setup.data_dir), setup.now(), is_read_by_many(subscriber)
    linked = tuple(
        replace(
            each,
            deeds=tuple((name, f"{base}/{token}") for name, token in links_for(message, each, key, now, shared=shared)),
        )
        for each in notices
    )
    return linked, f"{base}/{stop_link(message, key, now, shared=shared)}"


def take_in(setup: Setup, session: Session) -> list[Path]:
    """Take in what readers did; return the files that may go once the session is over.

    One that is not removed then is the next time, when what it says is known to be recorded.
    """
    if not waits(setup.data_dir):
        return []
    names, taken = {who.name for who in setup.settings.subscribers}, []
    for path, deed in waiting(setup.data_dir):
        if is_recorded(session, deed) or deed.link.subscriber not in names:
            path.unlink(missing_ok=True)
        else:
            record(setup, session, deed)
            taken.append(path)
    return taken


def is_recorded(session: Session, deed: LinkDeed) -> bool:
    """Tell whether a deed is in the warehouse, as it is or because it changes nothing."""
    link = deed.link
    if link.what is What.STOP:
        return link.subscriber in channels.unsubscribed(session)
    if link.what is What.MUTE:
        return any(each.silence_id == silence_of(deed).silence_id for each in silences.silences(session))
    own = [each for each in verdicts.judgements(session, link.alert_id) if each.subscriber == link.subscriber]
    return not verdicts.is_there(session, link.alert_id) or (
        bool(own) and (own[-1].verdict == Opinion(link.what) or own[-1].marked_at >= deed.at)
    )


def record(setup: Setup, session: Session, deed: LinkDeed) -> None:
    """Record what somebody did, when, and by which message."""
    link = deed.link
    log.info("%s by %s, of message %s", link.what, link.subscriber, link.message_id)
    if link.what is What.STOP:
        stop(setup, session, link.subscriber, deed.at, link.message_id)
    elif link.what is What.MUTE:
        silences.save_silence(session, silence_of(deed))
    else:
        verdicts.save_judgement(
            session,
            Judgement(
                alert_id=link.alert_id,
                verdict=Opinion(link.what),
                marked_at=deed.at,
                subscriber=link.subscriber,
                message_id=link.message_id,
            ),
        )


def stop(setup: Setup, session: Session, name: str, at: datetime, message_id: str | None) -> int:
    """Let a subscriber have nothing more, and the operator know; return how many messages waited for him."""
    if channels.unsubscribe(session, name, at, message_id):
        again = f"talkwatch alerts subscribe {shlex.quote(name)}"
        text = f"Nothing is sent to {name} any more, whatever the configuration says. `{again}` takes that back."
        tell(setup, session, key=f"stopped:{name}:{_short(at)}", subject=f"{name} has stopped the messages", text=text)
    return outbox.stop(session, name, STOPPED)


def silence_of(deed: LinkDeed) -> Silence:
    """Return the silence that a deed asks for."""
    link, about = deed.link, deed.about
    rule = link.rule if about is About.RULE else None
    official_id = link.official_id if about is About.PERSON else None
    story_id = link.story_id if about is About.STORY else None
    return Silence(
        silence_id=silence_id(rule, deed.at, official_id, link.subscriber, story_id),
        rule=rule,
        starts_at=deed.at,
        ends_at=deed.at + SPANS[deed.span],
        author=link.subscriber,
        official_id=official_id,
        subscriber=link.subscriber,
        reason="by a link in a message",
        story_id=story_id,
        message_id=link.message_id,
    )


def _short(at: datetime) -> str:
    return hashlib.sha256(at.isoformat().encode()).hexdigest()[:8]
