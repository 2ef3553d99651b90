"""What is asked for in a pass: pages, each once however many entries lead to it, and where a feed's answer leads on.

That is an index to its sitemap, a list to older pages that were missed. Asks nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from extractors.text.identity import link_name
from extractors.text.urls import hides_target, without_fragment
from flows.config.configuration import FeedKind, FeedTable
from flows.steps.poll import Parsed, Polled, asking, failed
from flows.times import utc_now
from flows.web.fetch import PAGE_TYPES
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request
from warehouse.entries import PendingEntry, names_known, pending_entries
from warehouse.session import Session

PAGES_A_PASS = 1_000

# So many addresses of one feed are asked in a pass, its own not counted.
MOST = 5


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


@dataclass(slots=True)
class Leads:
    """What else is asked for feeds in one pass, under their keys, and which answer each list is remembered by."""

    table_of: Callable[[str], FeedTable | None]
    _requests: list[Request] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)
    _lists: dict[str, Fetched] = field(default_factory=dict)

    def taken(self) -> list[Request]:
        """Return what is to be asked now, once."""
        requests, self._requests = self._requests, []
        return requests

    def arrived(self, outcome: FetchResult) -> FetchResult | None:
        """Return an answer as it counts for its feed; None for a list's next page that was not had."""
        if outcome.key in self._lists:
            return outcome if isinstance(outcome, Fetched) else None
        if outcome.key in self._asked and isinstance(outcome, Fetched):
            # The feed's own address is the index: that is asked without what was said of another.
            return replace(outcome, etag=None, last_modified=None, moved_to=None)
        return outcome

    def followed(self, polled: Sequence[Polled]) -> list[Polled]:
        """Return polls but for those of an index, whose sitemap is asked for, and of next pages that are none."""
        return [each for each in map(self._settled, polled) if each is not None]

    def go_on(self, polled: Sequence[Polled]) -> None:
        """Ask for the next page of lists of which nothing was known: what came since the last look goes on there."""
        for each in polled:
            finding = each.finding
            if isinstance(finding, Parsed) and finding.feed.next_page and not each.state.first_poll:
                self._lists.setdefault(finding.answer.key, finding.answer)
                self._ask(each, finding.feed.next_page)

    def _settled(self, each: Polled) -> Polled | None:
        finding, first = each.finding, self._lists.get(each.state.feed.feed_id)
        if not isinstance(finding, Parsed):
            return None if first else each
        if first:
            # Its first page brought something, and is what is asked for the next time.
            course = replace(each.state.course, dull_polls=-1)
            answer = replace(first, moved_to=None)
            return Polled(state=replace(each.state, course=course), finding=replace(finding, answer=answer))
        if not finding.feed.leads_to:
            return each
        if self._ask(each, finding.feed.leads_to):
            return None
        said = "an index of sitemaps that leads to more of them, and to no page"
        why = FetchFailure(key=finding.answer.key, reason=FetchReason.UNREADABLE, detail=said)
        return Polled(state=each.state, finding=failed(each.state, why, finding.answer.asked_at or utc_now()))

    def _ask(self, each: Polled, url: str) -> bool:
        key = each.state.feed.feed_id
        self._asked[key] += 1
        if self._asked[key] > MOST:
            return False
        self._requests.append(asking(key, url, self.table_of(key)))
        return True
