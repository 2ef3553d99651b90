"""`${VAR}` and `${file:PATH}` in a configuration's values."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alerts.values import PLACEHOLDER
from flows.problems import UsageProblem

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def filled(value: Any, environment: Mapping[str, str], folder: Path, *, required: bool) -> Any:
    """Return `value` with every placeholder in its strings replaced; unset ones stay unless they are required."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: lookup(match, environment, folder, required=required), value)
    if isinstance(value, list):
        return [filled(item, environment, folder, required=required) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, environment, folder, required=required) for key, item in value.items()}
    return value


def lookup(match: re.Match[str], environment: Mapping[str, str], folder: Path, *, required: bool) -> str:
    """Return what one placeholder stands for."""
    inner = match[1]
    if inner.startswith("file:"):
        return from_file(folder / inner.removeprefix("file:")) if required else match[0]
    if not NAME.fullmatch(inner):
        raise UsageProblem(f"{match[0]} is no placeholder; write ${{NAME}} or ${{file:PATH}}")
    if inner in environment:
        return environment[inner]
    if required:
        raise UsageProblem(f"${{{inner}}} is not set; set the environment variable {inner}, or use ${{file:PATH}}")
    return match[0]


def from_file(path: Path) -> str:
    """Return a secret file's text without its last line break; refuse one that others on this machine can read."""
    try:
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise UsageProblem(f"the secret file {path} can be read by others; take that away with `chmod 600 {path}`")
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageProblem(f"cannot read the secret file {path}: {why}") from None
