from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import app as cli
from flows.cli import entry as cli_entry

LONG = 240


def test_ctrl_c_ends_without_a_traceback(monkeypatch):
    """A command that is interrupted, even while it loads, ends as the shell expects, and prints nothing."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as left:
        cli_entry.main()
    assert left.value.code == 130


@pytest.mark.slow
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_serve_that_is_stopped_while_it_starts_ends_well(tmp_path, asked):
    """Asked to stop before its schedule runs, `serve` stops Prefect's server and ends with code 0, in silence."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", "from flows.cli.entry import main; main()", "serve"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parent.parent), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    process.send_signal(asked)
    _, rest = process.communicate(timeout=LONG)
    assert "starting Prefect's server" in first
    assert (process.returncode, rest) == (0, "")
