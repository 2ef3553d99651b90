"""The configuration by which a running deployment goes: the last that was right, kept beside its data while it runs.

Passes read that and nothing else, so none sees a file that is being written, or one of two files that belong together.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from alerts.values import PLACEHOLDER
from flows.config.environment import ACCEPTED, accepted_path, configuration_path, set_environment
from flows.config.settings import Settings, load_settings, read_text, settings_in
from warehouse.places import replacing

FILE = "configuration.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The texts of a configuration and of the watchlist it names, and where the data of the deployment stands."""

    configuration: str
    watchlist: str | None
    data_dir: str

    def keep(self) -> None:
        """Keep it, and have the processes that are started from now on go by it."""
        path = Path(self.data_dir) / FILE
        with replacing(path) as fresh:
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        set_environment({ACCEPTED: str(path)})

    def settings(self, path: Path, *, sending: bool) -> Settings:
        """Return it checked; `path` is where it was read, on which its paths stand."""
        settings = settings_in(path, self.configuration, sending=sending)
        return replace(settings, watchlist_text=self.watchlist, data_dir=Path(self.data_dir))


def read_as_it_is(path: Path, data_dir: Path) -> Accepted:
    """Return what stands in the files now; raise UsageProblem for a configuration that is wrong."""
    text = read_text(path)
    named = settings_in(path, text, sending=False).watchlist.file
    watchlist = None
    if named:
        with suppress(OSError, UnicodeDecodeError):  # whoever reads the watchlist says what is wrong
            watchlist = (path.parent / named).read_text(encoding="utf-8")
    return Accepted(configuration=text, watchlist=watchlist, data_dir=str(data_dir))


def forget(data_dir: Path) -> None:
    """Take away what was kept."""
    (data_dir / FILE).unlink(missing_ok=True)


def is_kept() -> bool:
    """Tell whether this process belongs to a deployment that has accepted a configuration."""
    kept = accepted_path()
    return kept is not None and kept.exists()


def current_settings() -> Settings:
    """Return the settings of a process that sends: those accepted by the deployment it belongs to, else the file's."""
    path = configuration_path(None)
    kept = accepted_path()
    if kept is None or not is_kept():
        return load_settings(path, sending=True)
    return Accepted(**json.loads(kept.read_text(encoding="utf-8"))).settings(path, sending=True)


def stamp(path: Path, watchlist: str | None) -> str:
    """Return what changes when the files do that a configuration is made of: itself, the watchlist, and its secrets."""
    digest = sha256()
    with suppress(OSError):
        text = path.read_bytes()
        digest.update(text)
        named = [watchlist] if watchlist else []
        inside = [found[1] for found in PLACEHOLDER.finditer(text.decode(errors="replace"))]
        for name in (*named, *(each.removeprefix("file:") for each in inside if each.startswith("file:"))):
            digest.update(content_of(path.parent / name))
    return digest.hexdigest()


def content_of(path: Path) -> bytes:
    """Return a file's bytes, none where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
