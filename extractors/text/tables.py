"""The files of words, patterns and names that lie beside the code."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def tables(package: str, name: str) -> dict[str, Any]:
    """Return the tables of a TOML file that lies in a package."""
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
