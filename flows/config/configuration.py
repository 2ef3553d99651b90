"""The shape of `talkwatch.toml`, checked by pydantic, and the mistakes that take two tables to see.

What a channel, a subscriber or a rule may say is declared where those are; nothing outside the settings sees the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from cssselect import HTMLTranslator, SelectorError
from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, create_model, model_validator

from alerts.channels import CHANNELS, channel_named, needed
from alerts.rules import Rule
from alerts.subscribers import Fault, Subscriber
from alerts.values import (
    Duration,
    Language,
    Name,
    OptionalDuration,
    Size,
    Table,
    Timezone,
    is_open,
    web_address,
)
from extractors.text.urls import is_http_url, posts_address
from extractors.text.words import did_you_mean
from flows.config.addresses import ClusterTable, HttpTable
from warehouse.kept import Keeping

Mistake = tuple[tuple[int | str, ...], str]
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What the connection itself is made of, or has a key of its own.
OWN_HEADERS = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "authorization", "user-agent"}
)


def header_name(value: str) -> str:
    """Accept the name of a header that is nobody else's business."""
    if value.lower() in OWN_HEADERS:
        raise ValueError("is no header to set here; there are user_agent and login beside headers")
    if HEADER.fullmatch(value):
        return value
    raise ValueError('write the name of a header, for example "X-Api-Key"')


def login_pair(value: str) -> str:
    """Accept "name:password", or what will be filled in."""
    if is_open(value) or ":" in value:
        return value
    raise ValueError('write "name:${PASSWORD}"')


def proxy_address(value: str) -> str:
    """Accept the address of an HTTP proxy."""
    parts = urlsplit(value)
    if is_open(value) or (parts.scheme == "http" and parts.hostname):
        return value
    raise ValueError('write "http://host:port", with name:password@ before the host if it wants them')


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


def selector(value: str) -> str:
    """Accept a CSS selector."""
    try:
        HTMLTranslator().css_to_xpath(value)
    except SelectorError as error:
        raise ValueError(f'no CSS selector ({error}); write that of the links, for example "main li > a"') from None
    return value


class ScheduleTable(Table):
    """`[schedule]`."""

    every: Duration = timedelta(minutes=1)


class PrefectTable(Table):
    """`[prefect]`: the server that `serve` starts."""

    port: int | None = Field(None, ge=1, le=65_535)


class ReadingTable(Table):
    """`[reading]`."""

    tagger: bool = True


SHORTEST_TEXT = timedelta(days=30)


def past_copies(value: timedelta | None) -> timedelta | None:
    """Accept how long something is kept: for as long as copies and other reports may come, with room to spare."""
    if value is None or value >= SHORTEST_TEXT:
        return value
    raise ValueError(f'write at least "{SHORTEST_TEXT.days}d": what comes later is held against it')


class RetentionTable(Table):
    """`[retention]`: what is kept for a time only."""

    pages: OptionalDuration = timedelta(days=90)
    pages_size: Size = 5 * 10**9
    text: Annotated[OptionalDuration, AfterValidator(past_copies)] = None
    details: Annotated[OptionalDuration, AfterValidator(past_copies)] = timedelta(days=90)

    @property
    def keeping(self) -> Keeping:
        """Return how long pages are kept, and how much of them."""
        return Keeping(age=self.pages, size=self.pages_size)


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
    proxy: Annotated[Name, AfterValidator(proxy_address)] | None = None


class FeedKind(StrEnum):
    """What stands at a feed's address."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    TELEGRAM = "telegram"

    @property
    def is_page(self) -> bool:
        """Tell a page that is made for people: robots.txt counts for it."""
        return self in {FeedKind.LISTING, FeedKind.TELEGRAM}


class FeedTable(Table):
    """One of `[[feeds]]`. `links` is the selector of a listing's links, `speaker` who speaks in a channel's posts."""

    url: Annotated[str, AfterValidator(web_address)]
    outlet: Name
    kind: FeedKind = FeedKind.FEED
    links: Annotated[Name, AfterValidator(selector)] | None = None
    speaker: Name | None = None
    primary: bool = False
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    every: Duration = timedelta(minutes=10)
    max_every: Duration | None = None
    timezone: Timezone | None = None
    language: Language | None = None
    user_agent: Name | None = None
    headers: dict[Annotated[str, AfterValidator(header_name)], Name] = Field(default_factory=dict)
    login: Annotated[Name, AfterValidator(login_pair)] | None = None
    verify: bool | Name = True
    folders: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def in_order(self) -> FeedTable:
        """Refuse a longest interval below the shortest."""
        if self.max_every is not None and self.max_every < self.every:
            raise ValueError('max_every is shorter than every; write a longer one, for example "40m"')
        return self

    @model_validator(mode="after")
    def of_its_kind(self) -> FeedTable:
        """Refuse a key of another kind, and the address of a channel at which it shows no posts."""
        if self.links and self.kind is not FeedKind.LISTING:
            raise ValueError('links is of a listing; write kind = "listing" beside it')
        if self.speaker and self.kind is not FeedKind.TELEGRAM:
            raise ValueError('speaker is of a channel; write kind = "telegram" beside it')
        if self.kind is FeedKind.TELEGRAM and (posts := posts_address(self.url)) != self.url:
            raise ValueError(f'a channel shows its posts at another address; write url = "{posts}"')
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
    publish_to: Name | None = None
    schedule: ScheduleTable = ScheduleTable()
    prefect: PrefectTable = PrefectTable(port=None)
    cluster: ClusterTable = Field(default_factory=ClusterTable)
    http: HttpTable = Field(default_factory=lambda: HttpTable.model_validate({}))
    reading: ReadingTable = ReadingTable()
    retention: RetentionTable = Field(default_factory=lambda: RetentionTable.model_validate({}))
    fetch: FetchTable = Field(default_factory=lambda: FetchTable.model_validate({}))
    feeds: tuple[FeedTable, ...] = ()
    rules: tuple[Rule, ...] = ()
    subscribers: tuple[Annotated[Subscriber, BeforeValidator(of_its_channel)], ...] = ()
    channels: Annotated[dict[str, InstanceOf[Table]], BeforeValidator(channel_tables)] = Field(default_factory=dict)
    watchlist: WatchlistTable = WatchlistTable()


def mistakes_in(file: ConfigurationFile) -> list[Mistake]:
    """Find every mistake that takes two tables to see, as (place, what is wrong and what to write)."""
    return [*duplicates(file), *dangling(file), *unaddressed(file)]


def duplicates(file: ConfigurationFile) -> list[Mistake]:
    """Find two feeds with one address, or two rules or subscribers with one name."""
    found: list[Mistake] = []
    for table, key, values in (
        ("feeds", "url", [feed.url for feed in file.feeds]),
        ("rules", "name", [rule.name for rule in file.rules]),
        ("subscribers", "name", [subscriber.name for subscriber in file.subscribers]),
    ):
        twice = (n for n, value in enumerate(values) if value in values[:n])
        found += [((table, n, key), f'"{values[n]}" stands twice in [[{table}]]; keep one') for n in twice]
    return found


def dangling(file: ConfigurationFile) -> list[Mistake]:
    """Find subscribers that are named and not there."""
    names = [subscriber.name for subscriber in file.subscribers]
    found: list[Mistake] = [
        (("rules", n, "subscribers"), f'rule "{rule.name}": unknown subscriber "{name}"{did_you_mean(name, names)}')
        for n, rule in enumerate(file.rules)
        for name in rule.subscribers
        if name not in names
    ]
    if file.operator is not None and file.operator not in names:
        found.append(
            (("operator",), f'operator: unknown subscriber "{file.operator}"{did_you_mean(file.operator, names)}')
        )
    return found


def unaddressed(file: ConfigurationFile) -> list[Mistake]:
    """Find subscribers whom no channel can reach."""
    found: list[Mistake] = [
        (("subscribers", n, key), f'subscriber "{who.name}": {what}')
        for n, who in enumerate(file.subscribers)
        for key, what in faults(who, file)
    ]
    if file.heartbeat_url and not is_open(file.heartbeat_url) and not is_http_url(file.heartbeat_url):
        found.append((("heartbeat_url",), "heartbeat_url is no http(s) address"))
    return found


def faults(who: Subscriber, file: ConfigurationFile) -> Iterator[Fault]:
    """Yield what keeps one subscriber from being reached, as (key, what is wrong and what to write)."""
    channel = channel_named(who.channel)
    if channel is None:
        yield (
            "channel",
            f'no channel "{who.channel}"{did_you_mean(who.channel, CHANNELS)}; there are {", ".join(CHANNELS)}',
        )
    elif who.channel not in file.channels and (keys := needed(channel.table)):
        table = f"[channels.{who.channel}]"
        yield "channel", f"is told by {who.channel}, but there is no {table}; write one with {' and '.join(keys)}"
    else:
        yield from who.faults()
