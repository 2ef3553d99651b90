"""`[http]` and `[cluster]`: who may reach this machine, and what it sends work to; neither by accident."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from alerts.values import Name, Table, once_filled
from extractors.text.urls import is_http_url

NOT_SERVED = "none"
SHORTEST_TOKEN = 16


def listen_address(value: str) -> str:
    """Accept "address:port", or that there is none."""
    if value == NOT_SERVED:
        return value
    host, _, port = value.rpartition(":")
    try:
        is_address = host == "localhost" or bool(ip_address(host.strip("[]")))
    except ValueError:
        is_address = False
    if is_address and port.isdecimal() and 0 < int(port) < 65_536:  # noqa: PLR2004 (the last port)
        return value
    raise ValueError('write "address:port", for example "127.0.0.1:8700", or "none"')


def parted_address(value: str) -> tuple[str, int] | None:
    """Return host and port of an address to listen at; None where there is none."""
    if value == NOT_SERVED:
        return None
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def public_address(value: str) -> str:
    """Accept the address at which people reach the links of messages, without a / at its end."""
    # In Slack and in headers these end an address.
    if is_http_url(value) and value.isascii() and not set(value) & set('<>"|?#'):
        return value.rstrip("/")
    raise ValueError('write an address, for example "https://talks.example.org"')


def token_kept(value: str) -> str:
    """Accept a token that nobody guesses."""
    if len(value) >= SHORTEST_TOKEN:
        return value
    raise ValueError(f"write a token of {SHORTEST_TOKEN} characters at least, for example ${{PAGES_TOKEN}}")


class ClusterTable(Table):
    """`[cluster]`: Dask workers that clean and read. To another machine articles go by TLS alone."""

    scheduler: str | None = None
    tls_ca: Name | None = None
    tls_cert: Name | None = None
    tls_key: Name | None = None

    @model_validator(mode="after")
    def guarded(self) -> ClusterTable:
        """Refuse an address that others could listen at."""
        if self.scheduler is None or self.scheduler == "local":
            return self
        parts = urlsplit(self.scheduler)
        if parts.scheme == "tls" and parts.port:
            if self.tls_ca and self.tls_cert and self.tls_key:
                return self
            raise ValueError("scheduler is reached by TLS; write tls_ca, tls_cert and tls_key, paths of its files")
        if parts.scheme == "tcp" and parts.port and parts.hostname in {"127.0.0.1", "localhost", "::1"}:
            return self
        raise ValueError('write scheduler as "tls://host:8786", "tcp://127.0.0.1:8786" on this machine, or "local"')


class HttpTable(Table):
    """`[http]`: where the pages are served. On a public address they are refused but with a token."""

    listen: Annotated[str, AfterValidator(listen_address)] = "127.0.0.1:8700"
    public: bool = False
    token: Annotated[str, once_filled(token_kept)] | None = Field(None, repr=False)
    public_url: Annotated[str, once_filled(public_address)] | None = None
    links_listen: Annotated[str, AfterValidator(listen_address)] = "127.0.0.1:8701"

    @property
    def address(self) -> tuple[str, int] | None:
        """Return host and port; None where the pages are not served."""
        return parted_address(self.listen)

    @property
    def links_address(self) -> tuple[str, int] | None:
        """Return host and port at which links of messages are answered; None where messages have none."""
        return parted_address(self.links_listen) if self.public_url else None

    @property
    def is_loopback(self) -> bool:
        """Tell whether nobody but this machine reaches them."""
        return self.address is None or self.address[0] == "localhost" or ip_address(self.address[0]).is_loopback

    @model_validator(mode="after")
    def guarded(self) -> HttpTable:
        """Refuse an address that others reach without the word that it is meant, and without a token."""
        if not self.is_loopback and not (self.public and self.token):
            raise ValueError(
                "listen is an address that others reach; write 127.0.0.1 before the port, or public = true and a token"
            )
        if self.public_url and not (self.address and self.links_address):
            raise ValueError("public_url needs listen and links_listen: who serves the pages answers the links beside")
        if self.public_url and self.address == self.links_address:
            raise ValueError("links_listen is the address of the pages, which public_url must not reach; write another")
        return self
