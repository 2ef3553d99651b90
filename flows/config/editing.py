"""`talkwatch.toml` as commands write it: a first one, with feeds to start from if asked; whole tables in and out later.

Every other line is left as it stands. A file is checked as a whole before it is written, and is at every moment the old
or the new one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import ndiff
from importlib import resources
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import tomlkit

from flows.config.mistakes import header_line, header_name
from flows.config.settings import parsed, read_text, settings_in
from flows.problems import UsageProblem, WorkProblem
from warehouse.places import replacing

# Rules for the three things that whoever follows talks waits for.
RULES = """\
# Whether a ceasefire is agreed to, refused or broken, by whoever decides about it.
# [[rules]]
# name = "ceasefire"
# keywords = ["topic:ceasefire"]
# officials = ["side:russia", "side:ukraine", "role:president", "role:foreign minister"]
# scope = "acts"
# severity = "high"
# subscribers = ["desk"]

# What is offered and asked for as security, in their own words.
# [[rules]]
# name = "security-guarantees"
# keywords = ["topic:security-guarantees", "topic:peacekeepers"]
# officials = "any"
# scope = "speaks"
# subscribers = ["desk"]

# That delegations are to meet, somewhere, told by two sources that do not copy each other.
# [[rules]]
# name = "talks"
# keywords = ["topic:talks", "topic:talks-venue", "topic:mediation"]
# officials = "any"
# scope = "sentence"
# min_independent = 2
# subscribers = ["desk"]

"""
_FEEDS = "# [[feeds]]\n"
_RULES = "# What to be told of."
_SUBSCRIBERS = "# Who is told, and how.\n"


@dataclass(frozen=True, slots=True)
class Addition:
    """A table to be added: one of `[[name]]`, or `[name]` itself where it `is_single`; values as TOML has them."""

    name: str
    values: Mapping[str, Any]
    is_single: bool = False

    @property
    def lines(self) -> list[str]:
        """Return the table as lines of the file."""
        header = f"[{self.name}]" if self.is_single else f"[[{self.name}]]"
        return [header, *tomlkit.dumps(self.values).splitlines()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A configuration before and after a change."""

    path: Path
    before: str
    after: str

    @property
    def shown(self) -> str:
        """Return the lines that came and went, each with + or - before it."""
        changed = (line for line in ndiff(self.before.splitlines(), self.after.splitlines()) if line[:1] in "+-")
        return "\n".join(line for line in changed if line[2:].strip())

    def write(self) -> None:
        """Write the file; its permissions stay. Raises WorkProblem when it cannot be written."""
        path = self.path.resolve()
        try:
            with replacing(path) as fresh:
                fresh.write_text(self.after, encoding="utf-8")
                fresh.chmod(path.stat().st_mode)
        except OSError as error:
            raise WorkProblem(f"cannot write {path}: {error.strerror}") from None


def with_tables(path: Path, added: Sequence[Addition]) -> Edit:
    """Return a configuration with tables added, each after the last of its kind, else at the end.

    Raises UsageProblem, and nothing is written, when the whole would be no valid configuration.
    """
    text = read_text(path)
    lines = text.splitlines()
    for name, own in groupby(added, key=attrgetter("name")):
        at = end_of_last(lines, name)
        new = [line for each in own for line in ("", *each.lines)]
        if at is None:
            at = len(lines)
            new = new if lines and lines[-1].strip() else new[1:]
        lines[at:at] = new
    return checked(path, text, lines, grown(path, text, added))


def without_tables(path: Path, name: str, places: Iterable[int]) -> Edit:
    """Return a configuration without some of `[[name]]`, by their places from 0; comments above a table stay."""
    text = read_text(path)
    lines, raw = text.splitlines(), raw_of(path, text)
    for place in sorted(places, reverse=True):
        start, end = span_of(lines, name, place)
        follows = end < len(lines) and not lines[end].strip()
        del lines[start : end + follows]
        del raw[name][place]
    if not raw.get(name, True):
        del raw[name]
    return checked(path, text, lines, raw)


def raw_of(path: Path, text: str) -> dict[str, Any]:
    """Return the file's tables as they are written; raise UsageProblem for what is no TOML."""
    parsed(path, text, sending=False)
    return tomllib.loads(text)


def grown(path: Path, text: str, added: Sequence[Addition]) -> dict[str, Any]:
    """Return the file's tables with those that are added."""
    raw = raw_of(path, text)
    for each in added:
        values = tomllib.loads(tomlkit.dumps(each.values))
        if each.is_single:
            parent, _, own = each.name.rpartition(".")
            (raw.setdefault(parent, {}) if parent else raw)[own] = values
        else:
            raw.setdefault(each.name, []).append(values)
    return raw


def end_of_last(lines: list[str], name: str) -> int | None:
    """Return after which line the last of `[[name]]` ends; None where there is none."""
    count = sum(header_name(line) == name for line in lines)
    return span_of(lines, name, count - 1)[1] if count else None


def span_of(lines: list[str], name: str, place: int) -> tuple[int, int]:
    """Return the lines of one of `[[name]]`, from its header to after its last key, tables in it included."""
    header = header_line(lines, (name, place))
    if not header:
        raise UsageProblem(f"{name} is written in one line; write each as a [[{name}]] table")
    start = header - 1
    named = ((at, header_name(lines[at])) for at in range(header, len(lines)))
    end = next((at for at, each in named if each and not each.startswith(f"{name}.")), len(lines))
    kept = [at for at in range(start, end) if lines[at].strip() and not lines[at].lstrip().startswith("#")]
    return start, kept[-1] + 1


def checked(path: Path, text: str, lines: Sequence[str], meant: Mapping[str, Any]) -> Edit:
    """Return the change when it says what is meant, and the whole is a valid configuration."""
    after = "\n".join(lines) + "\n"
    try:
        says = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        says = None
    if says != meant:
        raise UsageProblem(f"{path} is written in a way that no command can change; change it by hand")
    settings_in(path, after, sending=False)
    return Edit(path=path, before=text, after=after)


def starting_text(*, sources: bool = False) -> str:
    """Return the commented configuration; with `sources`, its feeds and rules are those for the talks of the day."""
    text = _read("starter.toml")
    if not sources:
        return text
    before, _, rest = text.partition(_FEEDS)
    example, heading, after = rest[rest.index(_RULES) :].partition(_SUBSCRIBERS)
    return f"{before}{''.join(_feeds(tomllib.loads(_read('sources.toml'))))}{_rules(example)}{heading}{after}"


def _feeds(data: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Found in public lists on {data['as_of']}, and not tried there: some may refuse programs, or have moved.\n"
    yield "# The list names who owns each and where it was found: flows/config/sources.toml.\n\n"
    for group in data["group"]:
        yield f"# {group['of'][0].upper()}{group['of'][1:]}\n"
        for feed in group["feeds"]:
            yield f"[[feeds]]  # {'state-owned, ' if feed['state'] else ''}{feed['owner']}; found in: "
            yield f"{', '.join(feed['found'])}\n"
            yield from (f"{key} = {_quoted(feed[key])}\n" for key in ("url", "outlet", "country", "language"))
            yield "\n"


def _rules(example: str) -> str:
    heading, _, _ = example.partition("# [[rules]]\n")
    return f"{heading}{RULES}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _read(name: str) -> str:
    return resources.files("flows.config").joinpath(name).read_text(encoding="utf-8")
