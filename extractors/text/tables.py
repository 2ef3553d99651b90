"""The files of words, patterns and names that lie beside the code, and of the weights that were fitted."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def tables(package: str, name: str) -> dict[str, Any]:
    """Return the tables of a TOML file that lies in a package."""
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))


@cache
def weights_in(name: str) -> Mapping[str, float]:
    """Return what each feature weighs by a file that benchmarks fit."""
    return json.loads(files("extractors").joinpath(name).read_text("utf-8"))["weights"]  # type: ignore[no-any-return]  # our own file
