"""Reading articles, matching them against the rules, and recording all that was found and decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alerts.message_records import Message, Subscriber
from alerts.placing import place
from alerts.records import Alert, Decision
from extractors.reading import Unread
from extractors.records import Article, Reading
from flows.acquiring import FoundArticle
from flows.judging import Candidate, candidates_in, corroborated, decide_all
from flows.progress import stage
from flows.relating import relate, sketch
from flows.setup import Setup
from warehouse import alerts, articles, outbox, polls
from warehouse.feed_records import PageFailure
from warehouse.records import Outcome, ReadArticle, RunCounts
from warehouse.session import Session
from warehouse.store import writing

BATCH = 200
RECENT = timedelta(hours=1)


def read(setup: Setup, found: Sequence[FoundArticle]) -> tuple[ReadArticle, ...]:
    """Read each article with the language model."""
    if not found:
        return ()
    done: list[ReadArticle] = []
    with stage(setup.progress, "read", len(found)) as count:
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            readings = setup.reader.read([unread(item.article) for item in batch])
            done += [with_reading(item, reading) for item, reading in zip(batch, readings, strict=True)]
            for _ in batch:
                count()
    return tuple(done)


def unread(article: Article) -> Unread:
    """Return as much of an article as reading needs."""
    return Unread(
        article_id=article.article_id,
        title=article.title,
        text=article.text,
        published_at=article.published_at,
        language=article.language,
    )


def with_reading(item: FoundArticle, reading: Reading) -> ReadArticle:
    """Join an article with what was read in it."""
    return ReadArticle(article=item.article, reading=reading, arrival=item.arrival, entry_key=item.entry_key)


def record(setup: Setup, found: Sequence[ReadArticle], failures: Sequence[PageFailure] = ()) -> RunCounts:
    """Record articles, decisions and messages, a batch a transaction."""
    counts = RunCounts()
    for start in range(0, max(len(found), 1), BATCH):
        batch = found[start : start + BATCH]
        if batch or (failures and start == 0):
            counts += record_batch(setup, batch, failures if start == 0 else ())
    return counts


def record_batch(setup: Setup, batch: Sequence[ReadArticle], failures: Sequence[PageFailure]) -> RunCounts:
    """Record one batch in one short session, deciding on the history read there."""
    matched = [candidates_in(setup.rules, found) for found in batch]
    sketches = [sketch(found) for found in batch]
    with writing(setup.data_dir) as session:
        polls.fail_entries(session, failures)
        saved = articles.save_articles(session, batch)
        relate(session, batch, saved, sketches)
        fresh = [place for place, kept in enumerate(saved) if kept.outcome is not Outcome.KNOWN]
        candidates = [candidate for place in fresh for candidate in matched[place]]
        decisions = judge(setup, session, candidates, [batch[place] for place in fresh])
        outbox.save_messages(session, messages_for(setup, session, decisions))
    outcomes = [str(item.outcome) for item in saved]
    return RunCounts(
        articles_new=outcomes.count("new"),
        articles_revised=outcomes.count("revised"),
        articles_known=outcomes.count("known"),
        statements=sum(len(found.reading.statements) for found in batch),
        matches=len(decisions),
        alerts=sum(decision.alert is not None for decision in decisions),
    )


def judge(
    setup: Setup, session: Session, candidates: Sequence[Candidate], fresh: Sequence[ReadArticle]
) -> tuple[Decision, ...]:
    """Decide about new matches and, in the light of them, about those that waited for another source."""
    decisions = decide_all(setup, session, candidates)
    alerts.save_decisions(session, decisions)
    again = corroborated(setup, session, fresh)
    alerts.save_decisions(session, again)
    return (*decisions, *again)


def messages_for(setup: Setup, session: Session, decisions: Sequence[Decision]) -> tuple[Message, ...]:
    """Place each alert into a message for each subscriber of its rule; return the messages that are new or grew."""
    fired = [decision.alert for decision in decisions if decision.alert]
    if not fired:
        return ()
    now = setup.now()
    waiting = {message.message_id: message for message in outbox.open_messages(session)}
    recent = outbox.recent_messages(
        session, now - max([RECENT, *(who.group_interval for who in setup.settings.subscribers)])
    )
    changed: dict[str, Message] = {}
    for alert in fired:
        for subscriber in subscribers_of(setup, alert):
            message = place(alert, subscriber, open_messages=tuple(waiting.values()), recent=recent, now=now)
            waiting[message.message_id] = changed[message.message_id] = message
    return tuple(changed.values())


def subscribers_of(setup: Setup, alert: Alert) -> list[Subscriber]:
    """Return those whom the alert's rule tells."""
    names = {name for rule in setup.settings.rules if rule.name == alert.rule for name in rule.subscribers}
    return [subscriber for subscriber in setup.settings.subscribers if subscriber.name in names]
