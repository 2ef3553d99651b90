"""Keeping the calendar of talks: what each article's sentences say of meetings, deadlines and truces."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.negotiation.talks import find_talks
from extractors.officials.countries import Countries
from extractors.records import Talk
from extractors.text.languages import is_english
from warehouse.records import Outcome, ReadArticle, SavedArticle
from warehouse.session import Session
from warehouse.talks import save_talks


def talks_in(found: ReadArticle, countries: Countries) -> tuple[Talk, ...]:
    """Return what an article says of talks; of one that is not English, nothing."""
    article, reading = found.article, found.reading
    if not is_english(article.language):
        return ()
    on = article.published_at.date() if article.published_at else None
    return find_talks(article.text, reading.sentences, reading.mentions, countries=countries, on=on)


def keep_calendar(
    session: Session, batch: Sequence[ReadArticle], saved: Sequence[SavedArticle], talks: Sequence[Sequence[Talk]]
) -> None:
    """Record what new and revised articles say of talks; of an article that stands twice in a batch, the last."""
    told = zip(batch, saved, talks, strict=True)
    new = {kept.article_id: (found, own) for found, kept, own in told if kept.outcome is not Outcome.KNOWN}
    save_talks(session, new.values())
