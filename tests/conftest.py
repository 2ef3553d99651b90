"""The guard that keeps every test on this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from flows.workers import Workers

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"


def is_loopback(address: Any) -> bool:
    """Tell whether a socket address is a Unix socket or on loopback."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


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

    monkeypatch.setattr(socket.socket, "connect", guard(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guard(socket.socket.connect_ex))
    yield
    if left:
        pytest.fail(f"connections that would have left loopback: {left}")


@pytest.fixture(scope="session")
def pool() -> Iterator[Workers]:
    """Keep two processes that parse, for all tests."""
    with Workers(2) as workers:
        yield workers


@pytest.fixture
def lent_pool(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Let passes parse in those processes: tests of many passes need not start new ones for each."""
    monkeypatch.setattr("flows.gathering.Workers", lambda _count: nullcontext(pool))
    return pool
