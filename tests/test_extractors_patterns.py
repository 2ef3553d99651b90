from __future__ import annotations

import importlib
import pkgutil
import re
from collections import deque
from pathlib import Path

import pytest

import alerts
import extractors
import flows
import warehouse
from tests.hanging import HangingError, stopped_after

PACKAGES = (extractors, alerts, warehouse, flows)
# At this length the slowest pattern takes 0.06 s; one that begins anew at each character takes 1.1 s at least.
CHARACTERS = 40_000
LIMIT_SECONDS = 0.5

FIXED = {
    "letters and a mark": "a",
    "capitals": "A",
    "digits": "1",
    "spaces": " ",
    "words": "a ",
    "names": "Ab ",
    "line breaks": "\n",
    "unclosed quotes": '"',
    "curly quotes": "“a",
    "angle brackets": "<",
    "tags": "<a ",
    "comments": "<!--",
    "references": "&#1",
    "hyphens": "-",
    "hyphened words": "a-",
    "stops": ".",
    "sentences": "A a. ",
    "commas": "a, ",
    "slashes": "a/",
    "colons": "a: ",
    "bars": "a | ",
    "brackets": "(a",
    "clocks": "10:10 ",
    "dates": "1 May 20",
    "Cyrillic": "я ",
    "apostrophes": "a’",
    "no-break spaces": "\u00a0",
    "tabs and spaces": " \t",
    "ideographs": "年",
}


# What is read of a text before these see it, by the code around them.
BOUNDED = {
    "text.dates._AROUND": 100,
    "html.furniture._COMMENTS": 100,
    "speech.sentences._LAST_WORD": 40,
    "text.datelines._HEAD": 320,
    "text.datelines._PARTED": 320,
}


def ways(source: str, name: str) -> set[str]:
    """Return how a pattern is used: by its methods in the source, those of a loop's variable included."""
    used = set(re.findall(rf"\b{name}\.(search|match|fullmatch|sub|findall|finditer|split)\b", source))
    for variable in re.findall(rf"for (\w+) in (?:\([^()]*)?\b{name}\b", source):
        used |= set(re.findall(rf"\b{variable}\.(search|match|fullmatch)\b", source))
    return {way if way in {"match", "fullmatch"} else "finditer" for way in used} or {"finditer"}


def modules():
    """Yield the name, the content and the source of each module of the packages."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            spec = module.module_finder.find_spec(module.name, None)
            source = Path(spec.origin).read_text("utf-8")
            if "import re\n" in source:
                yield module.name.removeprefix("extractors."), vars(importlib.import_module(module.name)), source


def patterns():
    """Collect the compiled patterns of all modules, those in tuples and dicts too."""
    found = {}
    for module, names, source in modules():
        for name, value in names.items():
            values = (
                value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else [value]
            )
            for number, one in enumerate(values):
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    found.setdefault(one, (f"{module}.{name}" + (f".{number}" if number else ""), ways(source, name)))
    return [pytest.param(pattern, used, id=name) for pattern, (name, used) in found.items() if name not in BOUNDED]


def hostile(pattern: re.Pattern[str]) -> list[str]:
    """Return the strings to repeat: those for every pattern, and the pattern's own words."""
    plain = re.sub(r"\\[wdsbWDSB]|\(\?[a-z]+\)|\\", "", pattern.pattern)
    words = list(dict.fromkeys(re.findall(r"[^\W\d_]{3,}", plain)))[:6]
    return [*FIXED.values(), *(f"{word} " for word in words), " ".join(words) + " "]


def hangs(pattern: re.Pattern[str], used: set[str], unit: str) -> bool:
    """Tell whether a pattern, as it is used, begins anew at each character of a long text."""
    text = unit * (CHARACTERS // len(unit)) + "!"
    try:
        with stopped_after(LIMIT_SECONDS):
            for way in used:
                found = getattr(pattern, way)(text)
                if way == "finditer":
                    deque(found, maxlen=0)
    except HangingError:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "used"), patterns())
def test_no_pattern_takes_more_than_linear_time(pattern, used):
    """No hostile string of 40,000 characters makes a pattern look at all of it from each of its characters."""
    assert [unit for unit in hostile(pattern) if hangs(pattern, used, unit)] == []


@pytest.mark.parametrize(
    ("pattern", "quadratic"),
    [
        pytest.param(r"\s+$", True, id="quadratic"),
        pytest.param(r"(?<!\s)\s+$", False, id="linear"),
    ],
)
def test_the_measure_tells_quadratic_from_linear(pattern, quadratic):
    """The measure itself sees a pattern that begins anew at each character."""
    assert hangs(re.compile(pattern), {"finditer"}, " ") is quadratic
