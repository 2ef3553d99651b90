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


def mend(session: Session, now: datetime, retry: timedelta) -> None:
    """Let what waits beyond all bounds wait no longer; `retry` is the longest between two requests for a page."""
    values = {"now": now, "longest": now + LONGEST, "retry": retry.total_seconds()}
    for statement in _DUE_NOW:
        session.run(statement, {name: value for name, value in values.items() if f"${name}" in statement}, quiet=True)
