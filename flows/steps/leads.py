"""Where a feed's answer leads on in the same pass: an index to its sitemap, a list to older pages that were missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from flows.config.configuration import FeedTable
from flows.steps.poll import Parsed, Polled, asking, failed
from flows.times import utc_now
from flows.web.results import Fetched, FetchFailure, FetchReason, FetchResult, Request

# So many addresses of one feed are asked in a pass, its own not counted.
MOST = 5


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
