"""Values as text in which nothing acts: no terminal, sheet or reader is misled by what came from the web."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

# Controls, and the marks that make text run backwards: a terminal obeys them, and a reader is misled.
_MISCHIEF = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# OWASP's list of what makes a spreadsheet take a cell for a formula, full-width forms included.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def terminal_safe(text: str) -> str:
    """Return `text`, equally long, with everything a terminal would obey replaced, but for newlines."""
    return _MISCHIEF.sub(lambda found: " " if found[0].isspace() else "\ufffd", text)


def json_text(value: object, *, default: Callable[[object], object] | None = None) -> str:
    """Return JSON on one line, readable in every script; what a terminal would obey is escaped, so nothing is lost."""
    said = json.dumps(value, default=default, ensure_ascii=False)
    return _MISCHIEF.sub(lambda found: f"\\u{ord(found[0]):04x}", said)


def literal(value: str | int | date | datetime | None) -> str:
    """Return a value as SQL writes it, where a query takes no parameters."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    return "'" + str(plain(value)).replace("'", "''") + "'"


def csv_cell(value: object) -> object:
    """Return a value as it stands in a CSV file, where no spreadsheet takes it for a formula."""
    said = plain(value)
    if isinstance(said, list | dict):
        said = json.dumps(said, ensure_ascii=False)
    if isinstance(said, bool):
        return str(said).lower()
    return _harmless(said) if isinstance(said, str) else said


def plain(value: object) -> object:
    """Return a value as JSON can say it: times in RFC 3339 (in UTC with Z), bytes in base64, no number as NULL."""
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case None | bool() | int() | str():
            return value
        case _:
            return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case float() | Decimal():
            return _number(value)
        case datetime() | date() | time():
            return _moment(value)
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return str(value)


def _number(value: float | Decimal) -> object:
    if not math.isfinite(value):
        return None
    return float(value) if isinstance(value, Decimal) else value


def _moment(value: datetime | date | time) -> str:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()


def _harmless(text: str) -> str:
    prefix = "'" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else ""
    return terminal_safe(prefix + text)
