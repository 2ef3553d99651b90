"""What pydantic can't see: names that stand twice, point nowhere, or cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.channels import CHANNELS, channel_named, needed
from alerts.subscribers import Fault, Subscriber
from alerts.values import is_open
from extractors.text.urls import is_http_url
from flows.config.configuration import ConfigurationFile
from flows.problems import nearest

Mistake = tuple[tuple[int | str, ...], str]


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
        (("rules", n, "subscribers"), f'rule "{rule.name}": unknown subscriber "{name}"{nearest(name, names)}')
        for n, rule in enumerate(file.rules)
        for name in rule.subscribers
        if name not in names
    ]
    if file.operator is not None and file.operator not in names:
        found.append((("operator",), f'operator: unknown subscriber "{file.operator}"{nearest(file.operator, names)}'))
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
            f'no channel "{who.channel}"{nearest(who.channel, CHANNELS)}; there are {", ".join(CHANNELS)}',
        )
    elif who.channel not in file.channels and (keys := needed(channel.table)):
        table = f"[channels.{who.channel}]"
        yield "channel", f"is told by {who.channel}, but there is no {table}; write one with {' and '.join(keys)}"
    else:
        yield from who.faults()
