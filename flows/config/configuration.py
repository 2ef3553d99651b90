"""The shape of `talkwatch.toml`, checked by pydantic. Nothing outside the settings sees these models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, create_model, model_validator

from alerts.channels import channel_named
from alerts.rules import Rule
from alerts.subscribers import Subscriber
from alerts.values import (
    Duration,
    Name,
    Table,
    Timezone,
    web_address,
)

HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


def host_name(value: str) -> str:
    """Accept "host" or "host:port"."""
    if HOST.fullmatch(value):
        return value
    raise ValueError('write "host" or "host:port", without http://')


class Unreachable(Subscriber, extra="allow"):
    """A subscriber whose channel there is not."""


def of_its_channel(value: object) -> object:
    """Read a `[[subscribers]]` table with the keys that its channel has."""
    if not isinstance(value, Mapping):
        return value
    channel = channel_named(str(value.get("channel")))
    return (channel.subscriber if channel else Unreachable).model_validate(value)


def channel_tables(value: object) -> object:
    """Read the tables of `[channels]`, each as its channel has it."""
    if not isinstance(value, Mapping):
        return value
    models: dict[str, Any] = {name: model for name in value if (model := table_of(name))}
    tables = create_model("Channels", __base__=Table, **models).model_validate(value)
    return {name: getattr(tables, name) for name in models}


def table_of(channel: str) -> type[Table] | None:
    """Return the model of `[channels.NAME]`; None for a channel that has no such table, or is none."""
    found = channel_named(channel)
    return found.table if found and found.table.model_fields else None


class ScheduleTable(Table):
    """`[schedule]`."""

    every: Duration = timedelta(minutes=1)


class FetchTable(Table):
    """`[fetch]`."""

    contact: Name | None = None
    concurrency: int = Field(32, ge=1, le=256)
    per_host: int = Field(1, ge=1, le=16)
    delay_seconds: float = Field(5, ge=0, le=3600)
    timeout_seconds: float = Field(20, gt=0, le=600)
    max_body_mb: float = Field(10, gt=0, le=100)
    allow_hosts: tuple[Annotated[str, AfterValidator(host_name)], ...] = ()
    pass_seconds: float = Field(60, gt=0, le=3600)


class FeedTable(Table):
    """One of `[[feeds]]`."""

    url: Annotated[str, AfterValidator(web_address)]
    outlet: Name
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    every: Duration = timedelta(minutes=10)
    max_every: Duration | None = None

    @model_validator(mode="after")
    def in_order(self) -> FeedTable:
        """Refuse a longest interval below the shortest."""
        if self.max_every is not None and self.max_every < self.every:
            raise ValueError('max_every is shorter than every; write a longer one, for example "40m"')
        return self


class WatchlistTable(Table):
    """`[watchlist]`: what is added to the watchlist that comes with Talkwatch, here or in a file of the same form.

    The entries are checked where they are read, by `extractors.officials.watchlist`.
    """

    file: Name | None = None
    countries: tuple[dict[str, Any], ...] = ()
    roles: tuple[dict[str, Any], ...] = ()
    officials: tuple[dict[str, Any], ...] = ()
    topics: tuple[dict[str, Any], ...] = ()
    organisations: tuple[dict[str, Any], ...] = ()
    places: tuple[dict[str, Any], ...] = ()
    decoys: tuple[str, ...] = ()
    given_names: tuple[str, ...] = ()


class ConfigurationFile(Table):
    """The whole of `talkwatch.toml`."""

    data_dir: Name = "var"
    timezone: Timezone = "UTC"
    operator: Name | None = None
    heartbeat_url: str | None = None
    schedule: ScheduleTable = ScheduleTable()
    fetch: FetchTable = Field(default_factory=lambda: FetchTable.model_validate({}))
    feeds: tuple[FeedTable, ...] = ()
    rules: tuple[Rule, ...] = ()
    subscribers: tuple[Annotated[Subscriber, BeforeValidator(of_its_channel)], ...] = ()
    channels: Annotated[dict[str, InstanceOf[Table]], BeforeValidator(channel_tables)] = Field(default_factory=dict)
    watchlist: WatchlistTable = WatchlistTable()
