"""What every test runs under: a guard that keeps it on this machine, and generated cases that are always the same."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from flows.processes.workers import Workers

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"

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


@pytest.fixture(scope="session")
def pool() -> Iterator[Workers]:
    """Keep two processes that parse, for all tests."""
    with Workers(2) as workers:
        yield workers


@pytest.fixture
def lent_pool(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Let passes parse in those processes: tests of many passes need not start new ones for each."""
    monkeypatch.setattr("flows.steps.passes.Workers", lambda _count: nullcontext(pool))
    return pool
