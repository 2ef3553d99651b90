"""The `where` of a rule as it is written in `talkwatch.toml`, read into a clause with one clear line for a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alerts.records import Clause, Joint
from flows.problems import nearest

# Words that may stand between two phrases of `near` when the rule does not say.
WORDS = 10
MOST_WORDS = 1000
DEEPEST = 10
JOINTS = tuple(str(joint) for joint in Joint)
EXAMPLE = 'for example { any = ["truce", "ceasefire"], none = ["football"] }'


def clause(value: object) -> object:
    """Read a `where` table; several keys in one table must all hold. Raises ValueError."""
    return value if value is None or isinstance(value, Clause) else joined(value, 1)


def joined(value: object, depth: int) -> Clause:
    """Read one table of a clause."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"write a table, {EXAMPLE}")
    if depth > DEEPEST:
        raise ValueError(f"clauses stand in each other more than {DEEPEST} deep; write it flatter")
    known = (*JOINTS, "words")
    for key in value:
        if key not in known:
            raise ValueError(f"unknown key {key}{nearest(str(key), known)}; there are {', '.join(known)}")
    if "words" in value and "near" not in value:
        raise ValueError('words is for near: { near = ["ceasefire", "Kursk"], words = 8 }')
    parts = tuple(each for key in value if key != "words" for each in parts_of(str(key), value, depth))
    return parts[0] if len(parts) == 1 else Clause(Joint.ALL, parts)


def parts_of(key: str, table: Mapping[str, object], depth: int) -> Iterator[Clause]:
    """Yield the clause of one key of a table."""
    listed = table[key]
    if not isinstance(listed, list | tuple) or not listed:
        raise ValueError(f'{key} takes a list that is not empty, for example {key} = ["ceasefire", "truce"]')
    if key == Joint.NEAR:
        yield near(listed, table.get("words", WORDS))
    else:
        yield Clause(Joint(key), tuple(part(each, key, depth) for each in listed))


def part(value: object, key: str, depth: int) -> str | Clause:
    """Read a phrase or a table in a list."""
    return joined(value, depth + 1) if isinstance(value, Mapping) else phrase(value, key)


def near(listed: list[object] | tuple[object, ...], words: object) -> Clause:
    """Read `near` and its `words`."""
    if not isinstance(words, int) or isinstance(words, bool) or not 0 <= words <= MOST_WORDS:
        raise ValueError(f"words is how many may stand between: a whole number from 0 to {MOST_WORDS}")
    return Clause(Joint.NEAR, tuple(phrase(each, "near") for each in listed), words)


def phrase(value: object, key: str) -> str:
    """Read a phrase."""
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    raise ValueError(f'{key} takes phrases of printable characters, for example {key} = ["ceasefire", "Kursk"]')
