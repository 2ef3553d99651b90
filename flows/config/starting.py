"""The configuration that `talkwatch init` writes: commented, valid as it stands, with feeds to start from if asked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

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
