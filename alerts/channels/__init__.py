"""The channels letters leave by: one module each, one line in CHANNELS. The only network out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from alerts.channels.apprise import Apprise
from alerts.channels.contract import Channel, Equipment
from alerts.channels.email import Email
from alerts.channels.slack import Slack
from alerts.channels.webhook import Webhook
from alerts.subscribers import Subscriber
from alerts.values import Table

__all__ = ["CHANNELS", "AnyChannel", "Equipment", "built", "channel_named", "is_read_by_many", "needed", "route_of"]

AnyChannel = Channel[Any, Any]
CHANNELS: Mapping[str, type[AnyChannel]] = MappingProxyType(
    {"email": Email, "slack": Slack, "webhook": Webhook, "apprise": Apprise}
)

# Under this name another package's `[project.entry-points]` may offer a channel.
GROUP = "talkwatch.channels"


@cache
def channel_named(name: str) -> type[AnyChannel] | None:
    """Return a channel of ours, else one that another installed package offers under this name."""
    if name in CHANNELS:
        return CHANNELS[name]
    offered = (each.load() for each in entry_points(group=GROUP, name=name))
    return next((each for each in offered if isinstance(each, type) and issubclass(each, Channel)), None)


def built(names: Iterable[str], tables: Mapping[str, Table], equipment: Equipment) -> dict[str, AnyChannel]:
    """Return these channels, ready to send; `tables` are the `[channels.NAME]` there are."""
    return {name: _built(name, tables, equipment) for name in names}


def _built(name: str, tables: Mapping[str, Table], equipment: Equipment) -> AnyChannel:
    channel = channel_named(name)
    if channel is None:
        raise ValueError(f"there is no channel {name}")
    if name not in tables and needed(channel.table):
        raise ValueError(f"there is no [channels.{name}]")
    return channel(tables.get(name) or channel.table(), equipment)


def needed(table: type[Table]) -> list[str]:
    """Return the keys that a table must have, as they are written."""
    return [field.alias or name for name, field in table.model_fields.items() if field.is_required()]


def route_of(subscriber: Subscriber) -> str:
    """Name what fails together: a channel that all share, else the channel of this one subscriber."""
    channel = channel_named(subscriber.channel)
    return subscriber.channel if channel and channel.shared else f"{subscriber.channel}:{subscriber.name}"


def is_read_by_many(subscriber: Subscriber) -> bool:
    """Tell whether others read what a subscriber gets."""
    channel = channel_named(subscriber.channel)
    return channel is not None and channel.read_by_many
