from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

PACKAGES = ("alerts", "extractors", "flows", "warehouse")
LONGEST = 400


def modules() -> Iterator[tuple[Path, str]]:
    """Yield every module of the four packages with its text."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def places_of_classes() -> dict[str, list[str]]:
    """Return where each public class is defined, by its name."""
    places = defaultdict(list)
    for path, text in modules():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path))
    return places


def test_a_name_of_a_class_means_one_thing():
    """No two public classes share a name."""
    assert not {name: where for name, where in places_of_classes().items() if len(where) > 1}


def test_no_module_is_too_long_to_hold_one_idea():
    """A module that needs more lines holds several ideas."""
    assert not [str(path) for path, text in modules() if text.count("\n") > LONGEST]


def test_each_package_says_that_it_is_typed():
    """Whoever imports one of the packages has its types."""
    assert all((ROOT / package / "py.typed").is_file() for package in PACKAGES)


def test_a_database_is_opened_in_one_way():
    """DuckDB opens files in one place alone, and in the process that runs strangers' SQL: what holds for all is said there."""
    opening = [str(path) for path, text in modules() if "duckdb.connect(" in text]
    assert opening == ["warehouse/places.py", "warehouse/sandbox.py"]
