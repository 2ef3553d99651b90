"""What every test runs under: a guard that keeps it on this machine, and generated cases that are always the same."""

from __future__ import annotations

import ipaddress
import pickle
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings

from flows.processes.pool import Job, Nursery
from warehouse import store
from warehouse.locking import Patience

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"

KNOWN = store.known_migrations()  # read once, not for each test
NAME_SERVER = socket.getaddrinfo
NOBODY = (".invalid", ".example", ".test")  # names that nobody may have (RFC 6761)

# How long a case takes is the machine's business, and what fails once is to fail again; `exploring` draws new cases.
settings.register_profile("exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", settings.get_profile("exploring"), derandomize=True)
settings.load_profile("repeatable")


def is_loopback(address: Any) -> bool:
    """Tell whether a socket address is a Unix socket or on loopback."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


def needs_no_name_server(host: Any) -> bool:
    """Tell whether a host is this machine or an address, in whatever spelling."""
    if not host or host in {"localhost", socket.gethostname()} or ":" in str(host):
        return True
    try:
        return bool(NAME_SERVER(host, None, flags=socket.AI_NUMERICHOST))
    except OSError:
        return False


@pytest.fixture(autouse=True)
def stay_on_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test at any connection, or name look-up, that would leave loopback."""
    left: list[Any] = []

    def guard(method: Any) -> Any:
        def connect(self: socket.socket, address: Any, *rest: Any) -> Any:
            if not is_loopback(address):
                left.append(address)
                raise OSError(f"a test tried to leave loopback: {address}")
            return method(self, address, *rest)

        return connect

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        if needs_no_name_server(host):
            return NAME_SERVER(host, *rest, **named)
        if not str(host).endswith(NOBODY):
            left.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", guard(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guard(socket.socket.connect_ex))
    yield
    if left:
        pytest.fail(f"connections or name look-ups that would have left loopback: {left}")


class KeptNursery(Nursery):
    """A nursery that outlives its pool: to load what parsers and readers load takes seconds, a fork none."""

    kept: ClassVar[list[KeptNursery]] = []
    at_most = 4  # a reader's takes 250 MB

    def __init__(self, job: Job) -> None:
        """Start it, lent to the pool that wants it."""
        super().__init__(job)
        self.job, self.is_lent = pickle.dumps(job), True
        self.kept.append(self)

    def close(self) -> None:
        """Take it back; the one that was taken back first goes when there are too many."""
        if self not in self.kept:  # the tests are over, or it ended
            return
        self.kept.remove(self)
        self.kept.append(self)
        self.is_lent = False
        rest = [one for one in self.kept if not one.is_lent]
        for one in rest[: -self.at_most]:
            one.end()

    def end(self) -> None:
        """End it for good."""
        self.kept.remove(self)
        super().close()

    @classmethod
    def lent(cls, job: Job) -> KeptNursery:
        """Return one that was kept for the same job, or a new one."""
        wanted = pickle.dumps(job)
        for one in cls.kept:
            if not one.is_lent and one.job == wanted and one._process.poll() is None:
                one.is_lent = True
                return one
        return cls(job)


@pytest.fixture(autouse=True)
def kept_nurseries(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pools of the tests take up where others ended, but in tests that end nurseries themselves."""
    if not request.node.get_closest_marker("own_nurseries"):
        monkeypatch.setattr("flows.processes.pool.Nursery", KeptNursery.lent)


@pytest.fixture(autouse=True, scope="session")
def no_nursery_left() -> Iterator[None]:
    """End all that were kept."""
    yield
    for one in list(KeptNursery.kept):
        one.end()


@pytest.fixture(scope="session")
def blank_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a warehouse that is as all are made: 35 migrations take 0.6 s of processor, a copy none."""
    folder = tmp_path_factory.mktemp("blank_warehouse")
    store.migrate(folder)
    return folder / store.LIVE


@pytest.fixture(autouse=True)
def copied_warehouses(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, blank_warehouse: Path) -> None:
    """Begin warehouses by copying a new one, but in tests of how one is made."""
    bring_up = store.bring_up

    def copied(path: Path, patience: Patience, steps: store.Steps | None = None) -> tuple[int, ...]:
        if store.known_migrations() != KNOWN or store.is_begun(path.parent):
            return bring_up(path, patience, steps)
        shutil.copyfile(blank_warehouse, path)
        return tuple(each.version for each in KNOWN)

    if not request.node.get_closest_marker("own_warehouse"):
        monkeypatch.setattr(store, "bring_up", copied)
