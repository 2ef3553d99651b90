"""The shape of `talkwatch.toml`, checked by pydantic. Nothing outside the settings sees these models."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, model_validator

from alerts.message_records import Mode, QuietHours
from alerts.records import Clause, Historical, Negation, Scope, Severity
from extractors.text.urls import is_http_url
from flows.config.clause_tables import clause

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"(\d{1,6})([smhd])")
LONGEST = timedelta(days=36_500)
QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")

LANGUAGE = re.compile(r"[a-z]{2}")


def duration(value: object) -> object:
    """Read "90s", "5m", "6h" or "2d"."""
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match:
        return short_enough(timedelta(**{UNITS[match[2]]: int(match[1])}))
    raise ValueError('write a whole number and s, m, h or d, for example "10m"')


def short_enough(value: timedelta) -> timedelta:
    """Refuse a duration with which no date can be reckoned."""
    if value > LONGEST:
        raise ValueError(f'write at most "{LONGEST.days}d"')
    return value


def optional_duration(value: object) -> object:
    """Read a duration, or "none" for no limit."""
    return None if value == "none" else duration(value)


def listed(value: object) -> object:
    """Take one name for a list of it: `officials = "any"`."""
    return (value,) if isinstance(value, str) else value


def clock(value: object) -> object:
    """Read "08:00"."""
    match = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match:
        return time(int(match[1]), int(match[2]))
    raise ValueError('write a time of day, for example "08:00"')


def quiet_stretch(value: object) -> object:
    """Read "22:00-06:00"."""
    match = QUIET.fullmatch(value) if isinstance(value, str) else None
    if match:
        hours = [int(part) for part in match.groups()]
        return QuietHours(starts=time(hours[0], hours[1]), ends=time(hours[2], hours[3]))
    raise ValueError('write two times of day, for example "22:00-06:00"')


def known_timezone(value: str) -> str:
    """Accept a name of the time zone database."""
    if value in available_timezones():
        return value
    raise ValueError('write a name of the time zone database, for example "Europe/Kyiv"')


def web_address(value: str) -> str:
    """Accept an absolute http(s) URL."""
    if is_http_url(value):
        return value
    raise ValueError('write an absolute address, for example "https://outlet.example/rss.xml"')


def host_name(value: str) -> str:
    """Accept "host" or "host:port"."""
    if HOST.fullmatch(value):
        return value
    raise ValueError('write "host" or "host:port", without http://')


def one_line(value: str) -> str:
    """Accept text that can stand in a header and on a terminal: printable, on one line, not blank."""
    if value.strip() and value.isprintable():
        return value
    raise ValueError("write a name of printable characters on one line")


def language_code(value: str) -> str:
    """Accept a language of ISO 639-1."""
    if LANGUAGE.fullmatch(value):
        return value
    raise ValueError('write languages in two small letters, for example "en"')


Duration = Annotated[timedelta, BeforeValidator(duration), Field(gt=timedelta(0))]
Wait = Annotated[timedelta, BeforeValidator(duration)]
Name = Annotated[str, AfterValidator(one_line)]
Language = Annotated[str, AfterValidator(language_code)]
Phrases = Annotated[tuple[Name, ...], Field(min_length=1)]


class Table(BaseModel):
    """A table of the file: unknown keys are mistakes, and a value is never quoted in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


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


class RuleTable(Table):
    """One of `[[rules]]`."""

    name: Name
    keywords: Phrases
    officials: Annotated[Phrases, BeforeValidator(listed)]
    subscribers: Phrases
    scope: Scope = Scope.SENTENCE
    exclude: tuple[Name, ...] = ()
    severity: Severity = Severity.NORMAL
    min_independent: int = Field(1, ge=1)
    cooldown: Wait = timedelta(hours=6)
    max_age: Annotated[timedelta | None, BeforeValidator(optional_duration)] = timedelta(hours=48)
    follow_ups: tuple[Annotated[int, Field(ge=2)], ...] = (2,)
    repeat: Annotated[timedelta | None, BeforeValidator(optional_duration)] = None
    where: Annotated[InstanceOf[Clause] | None, BeforeValidator(clause)] = None
    negation: Negation = Negation.ANY
    historical: Historical = Historical.SKIP
    outlets: tuple[Name, ...] = ()
    not_outlets: tuple[Name, ...] = ()
    languages: tuple[Language, ...] = ()
    not_languages: tuple[Language, ...] = ()


class SubscriberTable(Table):
    """One of `[[subscribers]]`."""

    name: Name
    channel: Name
    to: Name | None = None
    webhook_url: str | None = None
    token: str | None = None
    url: str | None = None
    secret: str | None = None
    mode: Mode = Mode.IMMEDIATE
    quiet_hours: Annotated[QuietHours | None, BeforeValidator(quiet_stretch)] = None
    timezone: Annotated[str, AfterValidator(known_timezone)] | None = None
    digest_at: Annotated[time, BeforeValidator(clock)] = time(8)
    max_per_hour: int = Field(20, ge=1)
    group_wait: Wait = timedelta(0)
    group_interval: Wait = timedelta(minutes=5)


class EmailTable(Table):
    """`[channels.email]`."""

    host: Name
    sender: str = Field(alias="from")
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None
    unsubscribe: str | None = None
    unsubscribe_url: str | None = None


class SlackTable(Table):
    """`[channels.slack]`."""

    api_url: Annotated[str, AfterValidator(web_address)] = "https://slack.com/api/"


class ChannelsTable(Table):
    """`[channels]`."""

    email: EmailTable | None = None
    slack: SlackTable = SlackTable()


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
    timezone: Annotated[str, AfterValidator(known_timezone)] = "UTC"
    operator: Name | None = None
    heartbeat_url: str | None = None
    schedule: ScheduleTable = ScheduleTable()
    fetch: FetchTable = Field(default_factory=lambda: FetchTable.model_validate({}))
    feeds: tuple[FeedTable, ...] = ()
    rules: tuple[RuleTable, ...] = ()
    subscribers: tuple[SubscriberTable, ...] = ()
    channels: ChannelsTable = ChannelsTable()
    watchlist: WatchlistTable = WatchlistTable()
