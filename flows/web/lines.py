"""Who is next on one host: redirects under way, then feeds and pages in turn. Knows no clock and asks nobody."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import Enum


class Errand(Enum):
    """What a request is for. A redirect's next hop is under way already, and goes before what has not begun."""

    HOP = "hop"
    FEED = "feed"
    PAGE = "page"


@dataclass(eq=False, slots=True)
class Ticket:
    """One who waits for a host's turn: `granted` becomes True at its turn, False when no time is left for it."""

    errand: Errand
    grace: float
    granted: asyncio.Future[bool]


class Line:
    """Those who wait for one host. What is under way comes first; then feeds and pages take turns, in their order.

    So neither a long backlog of pages holds up the feeds, nor feeds that are always due the pages.
    """

    def __init__(self, places: int, *, pages_next: bool) -> None:
        """Begin with nobody; `pages_next` when a feed was the last that the host was asked for."""
        self.places = asyncio.Semaphore(places)
        self.usher: asyncio.Task[None] | None = None
        self._waiting: dict[Errand, deque[Ticket]] = {errand: deque() for errand in Errand}
        self._pages_next = pages_next

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(map(len, self._waiting.values()))

    @property
    def grace(self) -> float:
        """Return for how long after the end of the pass what is under way here may still go on."""
        return max((ticket.grace for ticket in self._waiting[Errand.HOP]), default=0)

    def join(self, errand: Errand, grace: float) -> Ticket:
        """Take a place at the end."""
        ticket = Ticket(errand, grace, asyncio.get_running_loop().create_future())
        self._waiting[errand].append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Wait no longer."""
        if ticket in self._waiting[ticket.errand]:
            self._waiting[ticket.errand].remove(ticket)

    def call(self) -> bool:
        """Give the host's turn to whose it is; return whether anyone took it."""
        turns = (Errand.PAGE, Errand.FEED) if self._pages_next else (Errand.FEED, Errand.PAGE)
        for errand in (Errand.HOP, *turns):
            while self._waiting[errand]:
                ticket = self._waiting[errand].popleft()
                if not ticket.granted.done():
                    self._pages_next = errand is Errand.FEED or (errand is Errand.HOP and self._pages_next)
                    ticket.granted.set_result(True)
                    return True
        return False

    def send_away(self, error: Exception | None = None) -> None:
        """Tell everyone that no time is left, or raise where they wait what went wrong here."""
        for ticket in (ticket for tickets in self._waiting.values() for ticket in tickets):
            if error and not ticket.granted.done():
                ticket.granted.set_exception(error)
            elif not ticket.granted.done():
                ticket.granted.set_result(False)
        for tickets in self._waiting.values():
            tickets.clear()
