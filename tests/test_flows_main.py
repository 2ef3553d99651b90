from __future__ import annotations

import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from flows import __main__ as entry
from flows.cli import app as cli

LONG = 240


def test_ctrl_c_ends_without_a_traceback(monkeypatch):
    """A command that is interrupted, even while it loads, ends as the shell expects, and prints nothing."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as left:
        entry.main()
    assert left.value.code == 130


@pytest.mark.slow
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_serve_that_is_stopped_while_it_starts_ends_well(tmp_path, asked):
    """Asked to stop before its schedule runs, `serve` stops Prefect's server and ends with code 0, in silence."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", "from flows.__main__ import main; main()", "serve"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parent.parent), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = takewhile(lambda line: "starting Prefect's server" not in line, process.stderr)
    assert "looked at" in "".join(told)
    process.send_signal(asked)
    _, rest = process.communicate(timeout=LONG)
    assert (process.returncode, rest) == (0, "")


def test_python_m_is_the_command():
    """Started as a module it calls itself talkwatch, and loads neither Prefect nor spaCy nor any parser to say so."""
    code = (
        "import runpy, sys; sys.argv = ['x', '--help']\n"
        "try:\n    runpy.run_module('flows', run_name='__main__', alter_sys=True)\n"
        "finally:\n    print(sorted({'prefect', 'spacy', 'uvicorn', 'trafilatura', 'feedparser'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
    )
    assert said.stdout.startswith("Usage: talkwatch ")
    assert said.stdout.splitlines()[-1] == "[]"
