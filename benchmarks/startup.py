"""How long commands take to start, in seconds of processor time, beside an import of typer.

Run it as `.venv/bin/python benchmarks/startup.py`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

TIMES = 7
COMMANDS = (["--help"], ["alerts", "--help"], ["sql", "select 1"], ["status"], ["rules", "check"])


def seconds(words: list[str], folder: Path) -> float:
    """Return the least processor time of a few starts, with what was compiled kept from the first."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


with tempfile.TemporaryDirectory() as name:
    here = Path(name)
    (here / "talkwatch.toml").write_text('data_dir = "var"\n')
    subprocess.run([sys.executable, "-m", "flows", "publish"], cwd=here, capture_output=True, check=True)
    typer = seconds(["-c", "import typer"], here)
    print(f"import typer: {typer:.2f} s")
    for command in COMMANDS:
        took = seconds(["-m", "flows", *command], here)
        print(f"talkwatch {' '.join(command)}: {took:.2f} s, {took / typer:.1f} x")
