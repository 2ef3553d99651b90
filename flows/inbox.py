"""What readers did by links in their messages, kept as files until the warehouse is opened next; the key of the links.

A deed is on the disk before its page says that it is done, whatever holds the warehouse meanwhile.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from alerts.links import LinkDeed, What, deed_in, written
from warehouse.places import LINK_KEY, sync

INBOX = "deeds"
# More than any desk does between two openings of the warehouse: who sends more means no good.
MOST = 10_000
_KEY_BYTES = 32


class InboxFull(Exception):
    """Too much waits to be taken in."""


def link_key(data_dir: Path) -> bytes:
    """Return the key that links are signed with, made at its first use; only its owner may read it."""
    path = data_dir / LINK_KEY
    with suppress(FileNotFoundError):
        return bytes.fromhex(path.read_text(encoding="ascii"))
    fresh = data_dir / f"{LINK_KEY}.{secrets.token_hex(4)}"
    try:
        _write(fresh, secrets.token_hex(_KEY_BYTES))
        # Of two that make one at once the first one's counts for both.
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return bytes.fromhex(path.read_text(encoding="ascii"))


def keep(data_dir: Path, deed: LinkDeed) -> None:
    """Keep a deed until it is taken in; the same once more changes nothing. Raises InboxFull, and OSError."""
    folder = data_dir / INBOX
    folder.mkdir(mode=0o700, exist_ok=True)
    link = deed.link
    # Of what somebody thinks of an alert the newest counts, so each that is not said again is kept.
    kind = "verdict" if link.what in {What.RIGHT, What.WRONG} else link.what
    key = "\x1f".join([kind, link.subscriber, link.message_id, link.alert_id, deed.about or "", deed.span])
    name = sha256(key.encode()).hexdigest()[:24]
    known = sorted(folder.glob(f"{name}-*.json"))
    if known and _is_said(known[-1], link.what):
        return
    if sum(1 for _ in folder.iterdir()) >= MOST:
        raise InboxFull
    path = folder / f"{name}-{deed.at:%Y%m%dT%H%M%S%f}.json"
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    _write(fresh, written(deed))
    fresh.replace(path)
    sync(folder)


def waits(data_dir: Path) -> bool:
    """Tell whether anything is to be taken in."""
    return any(True for _ in _files(data_dir))


def waiting(data_dir: Path) -> Iterator[tuple[Path, LinkDeed]]:
    """Yield the deeds kept, each with its file; what is none is removed."""
    found = []
    for path in _files(data_dir):
        try:
            found.append((path, deed_in(path.read_text(encoding="utf-8"))))
        except (ValueError, KeyError, TypeError):
            path.unlink(missing_ok=True)
    yield from sorted(found, key=lambda each: each[1].at)


def _is_said(path: Path, what: What) -> bool:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return deed_in(path.read_text(encoding="utf-8")).link.what is what
    return False


def _files(data_dir: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from (each for each in (data_dir / INBOX).iterdir() if each.suffix == ".json")


def _write(fresh: Path, text: str) -> None:
    """Write a new file that its owner alone may read, on the disk before this returns."""
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
