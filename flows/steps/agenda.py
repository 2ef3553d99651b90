"""Pages: which are to be asked for in a pass, each once however many entries lead to it. Asks nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from extractors.text.identity import link_name
from extractors.text.urls import hides_target, without_fragment
from flows.config.configuration import FeedKind, FeedTable
from flows.web.fetch import PAGE_TYPES
from flows.web.results import FetchFailure, FetchReason, FetchResult, Request
from warehouse.entries import PendingEntry, names_known, pending_entries
from warehouse.session import Session

PAGES_A_PASS = 1_000


def entries_to_read(session: Session, now: datetime) -> tuple[PendingEntry, ...]:
    """Return the entries whose pages are to be read now, with what is known of others that lead to the same pages."""
    waiting = pending_entries(session, now, PAGES_A_PASS)
    names = [link_name(entry.feed_id, entry.url) for entry in waiting]
    first = names_known(session, names)
    return tuple(
        replace(entry, shares=first.get(name, entry.entry_key) != entry.entry_key)
        for entry, name in zip(waiting, names, strict=True)
    )


def why_unasked(entry: PendingEntry, table: FeedTable | None) -> str | None:
    """Say why an entry's page is not asked for; None where it is."""
    if table is not None and table.kind is FeedKind.TELEGRAM:
        return "a post without words"
    return "its link hides where it leads" if hides_target(entry.url) else None


class Pages:
    """The pages asked for in one pass, each once however many entries lead to it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: set[str] = set()
        self._leading: dict[str, list[PendingEntry]] = {}
        self._asked: dict[str, str] = {}

    def requests(
        self, entries: Sequence[PendingEntry], table_of: Callable[[str], FeedTable | None] = lambda _feed_id: None
    ) -> tuple[list[Request], list[FetchResult]]:
        """Return the requests for those entries whose pages were not asked for yet, and what needs no request.

        A post in a channel says all there is where it is listed; a link that hides where it leads is not asked.
        """
        fresh = [entry for entry in entries if entry.entry_key not in self._seen]
        self._seen.update(entry.entry_key for entry in fresh)
        wanted: list[Request] = []
        told: list[FetchResult] = []
        for entry in fresh:
            url = without_fragment(entry.url)
            if url in self._asked:
                self._leading[self._asked[url]].append(entry)
                continue
            self._asked[url] = entry.entry_key
            self._leading[entry.entry_key] = [entry]
            table = table_of(entry.feed_id)
            if reason := why_unasked(entry, table):
                told.append(FetchFailure(key=entry.entry_key, reason=FetchReason.LISTED, detail=reason))
            else:
                wanted.append(Request(key=entry.entry_key, url=url, accept=PAGE_TYPES, crawls=True, feed=table))
        return wanted, told

    @property
    def awaited(self) -> Iterable[str]:
        """Return the addresses of the pages that were asked for and have not come, in their order."""
        return self._asked

    def taken(self, outcomes: Sequence[FetchResult]) -> list[tuple[FetchResult, tuple[PendingEntry, ...]]]:
        """Return each outcome with the entries that led to it; from now on its page may be asked for again."""
        pairs = []
        for outcome in outcomes:
            entries = self._leading.pop(outcome.key)
            del self._asked[without_fragment(entries[0].url)]
            pairs.append((outcome, tuple(entries)))
        return pairs
