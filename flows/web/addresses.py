"""Which addresses may be connected to: the guard that every connection in passes, on the address really used."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ranges that reach inside a network although some Pythons call them global.
INNER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",
        "192.88.99.0/24",
        "224.0.0.0/4",
        "ff00::/8",
        "3fff::/20",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
    )
)


class ForbiddenAddress(httpcore.ConnectError):
    """A host that leads to a private address and is not in `allow_hosts`."""


def unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside a mapped, 6to4 or Teredo one, which is where the packet would go."""
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo[1] if address.teredo else None
        return address.ipv4_mapped or address.sixtofour or teredo or address
    return address


def is_public(text: str) -> bool:
    """Tell whether an IP address, as text, belongs to the public internet."""
    address = unwrapped(ipaddress.ip_address(text.split("%", maxsplit=1)[0]))
    return address.is_global and not address.is_multicast and not any(address in net for net in INNER)


class Guard:
    """Decides which of a host's addresses may be connected to. A host is resolved once, and all it has are checked."""

    def __init__(self, allow_hosts: Iterable[str]) -> None:
        """Exempt hosts given as "host" or "host:port"."""
        self._allowed = frozenset(host.lower() for host in allow_hosts)

    def allows(self, host: str, port: int) -> bool:
        """Tell whether the operator exempted this host."""
        shown = f"[{host}]" if ":" in host else host
        return bool({host.lower(), shown.lower(), f"{shown}:{port}".lower()} & self._allowed)

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the checked addresses of a host; raise ForbiddenAddress when one of them is private."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(
                f"cannot resolve {host}: {getattr(error, 'strerror', None) or error}"
            ) from error
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no address")
        if not self.allows(host, port) and not all(is_public(address) for address in addresses):
            # The cause is what channels, which do not know this class, tell it from a line that is down by.
            raise ForbiddenAddress(
                f"{host} leads to a private address; if that is meant, add it to allow_hosts"
            ) from PermissionError(host)
        return addresses


class GuardedSyncBackend(httpcore.NetworkBackend):
    """Connects plain code to one of the addresses that were checked."""

    def __init__(self, allow_hosts: Iterable[str]) -> None:
        """Exempt hosts given as "host" or "host:port"."""
        self._guard = Guard(allow_hosts)
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers."""
        failure: Exception | None = None
        for address in self._guard.addresses(host, port):
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")
