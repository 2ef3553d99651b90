"""Waits that a clock which was ahead has written: they would last for years once it is right again."""

from __future__ import annotations

from datetime import datetime, timedelta

from warehouse.session import Session

# Nothing is put off for longer: digests and quiet hours end within two days, channels are given up after as many, and
# what servers ask for counts for a day.
LONGEST = timedelta(days=3)

# What was done, or begun, later than now was stamped by such a clock; what waits longer than anything does, too.
_DUE_NOW = (
    "UPDATE hosts SET last_started_at = $now WHERE last_started_at > $now",
    "UPDATE hosts SET parked_until = NULL WHERE parked_until > $longest",
    "UPDATE robots SET next_at = $now WHERE next_at > $now AND asked_at > $now",
    "UPDATE channels SET next_try_at = $now WHERE next_try_at > $longest OR failing_since > $now",
    "UPDATE entries SET next_at = $now WHERE state = 'pending' AND next_at > $longest + to_seconds($retry)",
    "UPDATE messages SET due_at = $now WHERE status IN ('pending', 'retry') AND due_at > $longest",
)

# The pass before this one was begun later than this one, by the clock of then. So far may a clock be set back by hand.
_SET_BACK = timedelta(minutes=1)
_WAS_AHEAD = "SELECT started_at > $now FROM runs ORDER BY rowid DESC LIMIT 1 OFFSET 1"

# A clock ahead by hours stays within those bounds. What it put off waits from now as long as it was to wait; what
# failed is tried now: under a wrong clock no certificate is valid.
_FROM_NOW = (
    "UPDATE hosts SET parked_until = NULL WHERE last_started_at > $now",
    """
    UPDATE feeds SET next_poll_at = CASE
        WHEN consecutive_failures > 0 THEN $now
        ELSE least(next_poll_at, $now + (next_poll_at - last_polled_at))
    END
    WHERE last_polled_at > $now AND next_poll_at > $now
    """,
    "UPDATE channels SET next_try_at = $now WHERE next_try_at > $now",
    "UPDATE entries SET next_at = $now WHERE state = 'pending' AND next_at > $now",
    "UPDATE messages SET due_at = $now WHERE status = 'retry' AND due_at > $now",
)


def mend(session: Session, now: datetime, retry: timedelta) -> None:
    """Let what a clock that was ahead has put off wait no longer; `retry` is the longest between two tries of a page.

    The row of the pass at work is written before.
    """
    ahead = session.rows(_WAS_AHEAD, {"now": now + _SET_BACK})
    values = {"now": now, "longest": now + LONGEST, "retry": retry.total_seconds()}
    for statement in (*(_FROM_NOW if ahead and ahead[0][0] else ()), *_DUE_NOW):
        session.run(statement, {name: value for name, value in values.items() if f"${name}" in statement}, quiet=True)
