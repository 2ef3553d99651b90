"""What the operator was told about Talkwatch itself, each trouble once until it ends."""

from __future__ import annotations

from datetime import datetime

from alerts.message_records import OperatorNotice
from warehouse.session import Params, Session

_NOTICE = ("notice_id", "key", "subject", "text", "noted_at", "ended_at", "message_id")
_SELECT = f"SELECT {', '.join(_NOTICE)} FROM operator_notices "  # noqa: S608 (names of this module)
_ORDER = " ORDER BY noted_at, notice_id"
_END = "UPDATE operator_notices SET ended_at = $now WHERE key = $key AND ended_at IS NULL"


def save_notice(session: Session, notice: OperatorNotice) -> None:
    """Record a notice; the same again changes nothing."""
    row = [getattr(notice, name) for name in _NOTICE]
    session.insert("operator_notices", _NOTICE, [row], "ON CONFLICT DO NOTHING")


def end_trouble(session: Session, key: str, now: datetime) -> bool:
    """Note that a trouble is over; tell whether there was one."""
    return session.run(_END, {"key": key, "now": now}) > 0


def is_open(session: Session, key: str) -> bool:
    """Tell whether a trouble was noted and is not over."""
    return bool(_notices(session, "WHERE key = $1 AND ended_at IS NULL", [key]))


def open_notices(session: Session) -> tuple[OperatorNotice, ...]:
    """Return the troubles that are not over, the oldest first."""
    return _notices(session, "WHERE ended_at IS NULL")


def notices_in(session: Session, message_id: str) -> tuple[OperatorNotice, ...]:
    """Return what a message tells the operator, the oldest first."""
    return _notices(session, "WHERE message_id = $1", [message_id])


def _notices(session: Session, where: str, params: Params = None) -> tuple[OperatorNotice, ...]:
    rows = session.rows(_SELECT + where + _ORDER, params)
    return tuple(OperatorNotice(**dict(zip(_NOTICE, row, strict=True))) for row in rows)
