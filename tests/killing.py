"""The parent's side of `tests.kill_child`: giving jobs to a process whose forks die."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class Victims:
    """A process whose forks record and deliver, and are killed at it."""

    def __init__(self, configuration: Path) -> None:
        """Start it; it is ready when it has imported all there is to import."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill_child", str(configuration)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready", "the process that is to be killed did not start"

    def do(self, **job: Any) -> int:
        """Do a job; return the exit code of its process, -9 when it was killed."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        """Take jobs."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
