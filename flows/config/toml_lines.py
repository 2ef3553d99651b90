"""Where in a TOML text a value stands, which the standard library's reader does not say."""

from __future__ import annotations

import re

HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]?\]\s*(#.*)?")


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
