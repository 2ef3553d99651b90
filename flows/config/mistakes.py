"""What is wrong in a configuration, in the words of whoever wrote it, with its line: pydantic's account put plainly."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from alerts.channels import CHANNELS, channel_named
from alerts.rules import Rule
from alerts.subscribers import Subscriber
from extractors.text.words import did_you_mean
from flows.config.configuration import (
    ConfigurationFile,
    FeedTable,
    FetchTable,
    ScheduleTable,
    WatchlistTable,
    table_of,
)

HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]?\]\s*(#.*)?")
# What to write instead, by what pydantic calls the mistake.
INSTEAD = {
    "string_type": "write text, in quotation marks",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": "write a list, in [ ]",
    "too_short": "write at least one",
    "string_pattern_mismatch": 'write two capital letters, for example "TR"',
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "write a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "write a number"),
}
TABLES: Mapping[str, type[BaseModel]] = {
    "feeds": FeedTable,
    "fetch": FetchTable,
    "rules": Rule,
    "schedule": ScheduleTable,
    "watchlist": WatchlistTable,
}
BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
# What Python's reader says of the commonest slips, and what they mostly are.
PLACED = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)
SLIPS = {"Invalid value": "text stands in quotation marks", "Illegal character '\\n'": "is a quotation mark missing?"}


def unreadable(error: tomllib.TOMLDecodeError) -> tuple[int | None, str]:
    """Return the line of what is no TOML, where it has one, and what is wrong there."""
    found = PLACED.fullmatch(str(error))
    if not found:
        return None, f"not TOML: {error}"
    what, line, column = found.groups()
    hint = f"; {SLIPS[what]}" if what in SLIPS else ""
    return int(line), f"not TOML: {what} at column {column}{hint}"


def explained(item: dict[str, Any], raw: dict[str, Any]) -> str:
    """Say in a line what pydantic found wrong at one place, and what to write instead."""
    place: tuple[int | str, ...] = item["loc"]
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    model = model_at(place[:-1], raw)
    if item["type"] == "extra_forbidden":
        return astray(key, place, raw) or f"unknown key {key}{did_you_mean(key, keys_of(model))}"
    if item["type"] == "missing":
        return f"{name_at(place, raw)} needs {key}{example(model, key)}"
    return f"{key}: {instead(item, value_at(raw, place))}"


def astray(key: str, place: tuple[int | str, ...], raw: dict[str, Any]) -> str | None:
    """Tell a key of another channel from one that no channel has."""
    channel = value_at(raw, (*place[:-1], "channel"))
    if place[0] != "subscribers" or not any(key in each.subscriber.model_fields for each in CHANNELS.values()):
        return None
    own = sorted(set(keys_of(model_at(place[:-1], raw))) - set(keys_of(Subscriber)))
    return f"{name_at(place, raw)}: {key} is no key of channel {channel}; it has {', '.join(own)}"


def name_at(place: tuple[int | str, ...], raw: dict[str, Any]) -> str:
    """Name the table that a key stands in."""
    name = value_at(raw, (*place[:-1], "name")) if place[0] == "subscribers" else ""
    return f'subscriber "{name}"' if name else table_name(place[:-1]) or "the file"


def example(model: type[BaseModel] | None, key: str) -> str:
    """Return the example that a key's declaration gives."""
    field = fields_of(model).get(key)
    return f', for example "{field.examples[0]}"' if field and field.examples else ""


def instead(item: dict[str, Any], value: str) -> str:
    """Say what to write in place of a value."""
    place: tuple[int | str, ...] = item["loc"]
    match item["type"]:
        case "enum" | "literal_error":
            expected = item["ctx"]["expected"]
            return f"write {expected}{did_you_mean(value, words(expected))}"
        case "value_error":
            return str(item["ctx"]["error"])
        case "tuple_type" if len(place) == 1:
            return f"write [[{place[0]}]], in two brackets, before each"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"write a table, {table_name(place)}"
        case kind:
            return INSTEAD.get(kind) or bounded(item)


def bounded(item: dict[str, Any]) -> str:
    """Say between which bounds a value lies; pydantic's own words for what has none."""
    for name, words_for_it in BOUNDS.items():
        if name in item.get("ctx", {}):
            bound = item["ctx"][name]
            # A time's bound comes as Python would write it, and none of ours has another than nothing.
            return f"write {words_for_it} {'0s' if isinstance(bound, str) else f'{bound:g}'}"
    return f"{item['msg'][:1].lower()}{item['msg'][1:]}"


def value_at(raw: Any, place: tuple[int | str, ...]) -> str:
    """Return the written value at a place, for finding the nearest right one."""
    for part in place:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return ""
    return str(raw)


def words(expected: str) -> list[str]:
    """Return the alternatives out of "'a', 'b' or 'c'"."""
    return [word for word in expected.split("'") if word.strip(" ,") not in {"", "or"}]


def table_name(place: tuple[int | str, ...]) -> str:
    """Return `[[feeds]]` or `[fetch]` for a place."""
    names = ".".join(part for part in place if isinstance(part, str))
    many = any(isinstance(part, int) for part in place)
    return f"[[{names}]]" if many else f"[{names}]" if names else ""


def model_at(place: tuple[int | str, ...], raw: dict[str, Any]) -> type[BaseModel] | None:
    """Return the model of the table at a place, None where there is none."""
    match place:
        case ("subscribers", *_):
            channel = channel_named(value_at(raw, (*place, "channel")))
            return channel.subscriber if channel else Subscriber
        case ("channels", str(name)):
            return table_of(name)
        case (str(name), *_):
            return TABLES.get(name)
    return ConfigurationFile if not place else None


def keys_of(model: type[BaseModel] | None) -> list[str]:
    """Return the keys that a table may have."""
    return list(fields_of(model))


def fields_of(model: type[BaseModel] | None) -> dict[str, FieldInfo]:
    """Return the fields of a table by their keys."""
    return {field.alias or name: field for name, field in (model.model_fields if model else {}).items()}


def located(path: Path, text: str, place: tuple[int | str, ...], what: str) -> str:
    """Put the file and line before what is wrong."""
    return at_line(path, line_of(text, place), what)


def at_line(path: Path, line: int | None, what: str) -> str:
    """Put a file, and the line where there is one, before what is wrong."""
    return f"{path}:{line}: {what}" if line else f"{path}: {what}"


def line_of(text: str, place: tuple[int | str, ...]) -> int | None:
    """Return the line, from 1, of the key or table at `place`, such as `("feeds", 2, "url")`; None when it is nowhere.

    A key that is missing from its table is placed at the table's header.
    """
    lines = text.splitlines()
    for depth in range(len(place), -1, -1):
        start = header_line(lines, place[:depth])
        if start is None:
            continue
        rest = [part for part in place[depth:] if isinstance(part, str)]
        key = key_line(lines, start, rest[0]) if rest else None
        return (key or start) or None
    return None


def header_line(lines: list[str], place: tuple[int | str, ...]) -> int | None:
    """Return the line of a table's header, or of the first table in it; 0 for the top of the file."""
    if not place:
        return 0
    nth = place[-1] if isinstance(place[-1], int) else 0
    name = ".".join(part for part in place if isinstance(part, str))
    names = {number: header_name(line) or "" for number, line in enumerate(lines, 1)}
    found = [number for number, each in names.items() if each == name]
    if not found:
        return next((number for number, each in names.items() if each.startswith(f"{name}.")), None)
    return found[nth] if nth < len(found) else None


def header_name(line: str) -> str | None:
    """Return the dotted name of a header line without quotes and blanks."""
    match = HEADER.fullmatch(line)
    return re.sub(r"[\s\"']", "", match[1]) if match else None


def key_line(lines: list[str], header: int, key: str) -> int | None:
    """Return the line of `key = …` below a header, before the next one."""
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    for number in range(header + 1, len(lines) + 1):
        if header_name(lines[number - 1]):
            return None
        if pattern.match(lines[number - 1]):
            return number
    return None
