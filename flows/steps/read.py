"""Reading articles: each is skimmed, those that name something watched are read in full. Finds nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.records import Article, Reading
from extractors.speech.reading import Unread, unread
from flows.progress import stage
from flows.setup import Setup
from flows.steps.fetch import FoundArticle
from warehouse.records import ReadArticle


def read(setup: Setup, found: Sequence[FoundArticle]) -> tuple[ReadArticle, ...]:
    """Read each article, in full where the gate opens, else no further than its mentions."""
    if not found:
        return ()
    with stage(setup.progress, "articles read", len(found)) as count:
        skims = (setup.gate.skim(as_unread(setup, item.article)) for item in found)
        readings: dict[int, Reading] = {}
        for place, reading in setup.reader.each(skims):
            readings[place] = reading
            count()
    return tuple(with_reading(item, readings[place]) for place, item in enumerate(found))


def as_unread(setup: Setup, article: Article) -> Unread:
    """Return an article to be read: who owns the channel that it was posted in speaks in it.

    What was forwarded there is under its own outlet's name.
    """
    owner = setup.owners.get(article.feed_id or "")
    return unread(article, owner.party if owner and owner.outlet == article.outlet else None)


def with_reading(item: FoundArticle, reading: Reading) -> ReadArticle:
    """Join an article with what was read in it."""
    return ReadArticle(article=item.article, reading=reading, arrival=item.arrival, entry_key=item.entry_key)
