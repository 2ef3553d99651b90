"""When each channel was used last in this process, so that none is used faster than its service takes messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Turns:
    """The last use of each channel. Lanes of different channels never wait for one another."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], object] = time.sleep
    ) -> None:
        """Begin with no channel used."""
        self._clock, self._pause = clock, pause
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, route: str, seconds: float) -> None:
        """Return when `seconds` have passed since this channel's last turn, and take the next."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._last.get(route, now - seconds) + seconds)
            self._last[route] = turn
        if turn > now:
            self._pause(turn - now)
