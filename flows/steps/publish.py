"""The copy for analysts: soon there while a pass is at work, and handed on to where others read it."""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from alerts.values import is_open
from flows.config.settings import Settings
from warehouse.places import replacing
from warehouse.published import PUBLISHED, identity_of, publish

# Publishing may copy the whole file: it may take this part of a pass at most, but for the first and the last time.
PUBLISHING = 0.1
# What was handed on last.
HANDOVER = "handover.json"

log = logging.getLogger("talkwatch.publish")


class Publisher:
    """Publishes after a batch, unless the last time was too short ago for how long it took."""

    def __init__(self, data_dir: Path) -> None:
        """Publish after the first batch."""
        self._data_dir = data_dir
        self._not_before = 0.0

    def publish(self, changes: int | None) -> None:
        """Publish if it is time; `changes` is what the batch's session counted."""
        begun = time.monotonic()
        if begun >= self._not_before:
            publish(self._data_dir, changes=changes)
            ended = time.monotonic()
            self._not_before = ended + (ended - begun) / PUBLISHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What was handed on last: which copy, when, not before when the next is, and why the last try failed, if it did.

    `place` is a digest of where to, which may hold a secret.
    """

    place: str
    copy: tuple[int, ...] = ()
    at: datetime | None = None
    not_before: datetime | None = None
    failure: str | None = None


_JSON = TypeAdapter(Handover)


def hand_on(settings: Settings, now: Callable[[], datetime], *, at_once: bool = False) -> Handover | None:
    """Copy the published copy to `publish_to`, if it is another than the last and it is time, or `at_once`.

    Return how that stands; None where it goes nowhere, or there is none. It may take a tenth of the time. What fails is
    tried again with the next pass, which is none the worse for it.
    """
    target, published = settings.publish_to, settings.data_dir / PUBLISHED
    if target is None or is_open(target) or not published.exists():
        return None
    last, begun = last_handover(settings.data_dir, target), now()
    copy = identity_of(published)
    if last.copy == copy or (last.not_before and begun < last.not_before and not at_once):
        return last
    failure = _copied(published, target)
    if failure:
        log.warning("the copy was not handed on to publish_to: %s", failure)
        done = replace(last, failure=failure)
    else:
        ended = now()
        done = Handover(place=last.place, copy=copy, at=ended, not_before=ended + (ended - begun) / PUBLISHING)
    with suppress(OSError):
        (settings.data_dir / HANDOVER).write_bytes(_JSON.dump_json(done))
    return done


def last_handover(data_dir: Path, target: str) -> Handover:
    """Return what was noted of the last time that the copy went there."""
    place = hashlib.sha256(target.encode()).hexdigest()[:16]
    with suppress(OSError, ValidationError):
        noted = _JSON.validate_json((data_dir / HANDOVER).read_bytes())
        if noted.place == place:
            return noted
    return Handover(place=place)


def _copied(published: Path, target: str) -> str | None:
    """Copy the file so that who reads there sees the old one or the whole new one; return why not, if not.

    No word of an error is told that may hold what stands in the address: a key, a password.
    """
    from fsspec.core import url_to_fs  # noqa: PLC0415  (who hands nothing on need not load it)
    from fsspec.implementations.local import LocalFileSystem  # noqa: PLC0415  (as above)

    try:
        place, path = url_to_fs(target)
        if isinstance(place, LocalFileSystem):
            _into_folder(published, Path(path))
        else:
            # An object appears when it is whole.
            place.put_file(str(published), f"{path.rstrip('/')}/{PUBLISHED}")
    except ImportError as error:
        return str(error)
    except OSError as error:
        return error.strerror or type(error).__name__
    except Exception as error:  # noqa: BLE001  (each kind of store has errors of its own)
        return type(error).__name__
    return None


def _into_folder(published: Path, folder: Path) -> None:
    if folder.resolve() == published.parent.resolve():
        raise OSError(0, "it is the data directory, where the copy is")
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / PUBLISHED) as fresh:
        shutil.copyfile(published, fresh)
