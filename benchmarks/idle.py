"""Have a deployment at rest; print what memory and processor time each of its processes takes, and a bare Prefect's.

    .venv/bin/python -m benchmarks.idle [--every 60] [--seconds 300] [--bare]

Memory is what a process has to itself and its share of what it shares (PSS), at the end; processor time includes that
of the passes which began and ended meanwhile. `--bare`: Prefect's server and a flow that does nothing, as often.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil

from flows.prefect_server import free_port
from tests.deployment import TALKWATCH, Program, until, words_of
from tests.newsroom import newsroom
from warehouse.locking import current_lease

BARE = """
from datetime import timedelta
from prefect import flow
@flow(persist_result=False)
def idle(): pass
idle.serve(name="idle", interval=timedelta(seconds={seconds}), limit=1, pause_on_shutdown=False)
"""


def main() -> None:
    """Start it, let it come to rest, and look."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=60, metavar="SECONDS")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--bare", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, newsroom(Path(folder)) as room:
        more = f"[schedule]\nevery = '{asked.every}s'\n[http]\nlisten = '127.0.0.1:{free_port()}'\n"
        room.write(every="1h", more=more)
        log = Path(folder) / "log"
        if asked.bare:
            command, home = bare(asked.every), str(Path(folder) / "prefect")
        else:
            command, home = [TALKWATCH, "serve", "--config", str(room.configuration)], ""
        with Program(log, *command, **({"PREFECT_HOME": home} if home else {})) as program:
            if not asked.bare:
                until(lambda: current_lease(Path(folder) / "var"), 120)
                until(lambda: "articles_new=2" in log.read_text(encoding="utf-8"), 240)
            time.sleep(60)
            look(psutil.Process(program.pid), asked.seconds)


def bare(seconds: int) -> list[str]:
    """Return what runs Prefect's server, and a flow that does nothing in this interval beside it."""
    served = f"import os, subprocess, sys, time\n{BARE.format(seconds=seconds)}"
    begin = (
        "import subprocess, sys, os, time, httpx\n"
        "from flows.prefect_server import free_port, begin_child\n"
        "port = str(free_port()); url = f'http://127.0.0.1:{port}/api'\n"
        "subprocess.Popen([sys.executable, '-m', 'prefect', 'server', 'start', '--host', '127.0.0.1', '--port', port],"
        " preexec_fn=begin_child())\n"
        "while True:\n"
        "    try: httpx.get(url + '/health', trust_env=False).raise_for_status(); break\n"
        "    except httpx.HTTPError: time.sleep(0.5)\n"
        "os.execve(sys.executable, [sys.executable, sys.argv[1]], os.environ | {'PREFECT_API_URL': url})\n"
    )
    script = Path(tempfile.gettempdir()) / "deploy-bare-flow.py"
    script.write_text(served)
    return [sys.executable, "-c", begin, str(script)]


def look(root: psutil.Process, seconds: int) -> None:
    """Print each process that is there, and what it and what it had started and has ended took in so many seconds."""
    before = {each.pid: each.cpu_times() for each in (root, *root.children(recursive=True))}
    begun = time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - begun) / 60
    held, spent = 0.0, 0.0
    for each in (root, *root.children(recursive=True)):
        memory, times = each.memory_full_info().pss / 1e6, each.cpu_times()
        own, ended = (
            sum(times[at : at + 2]) - sum(before[each.pid][at : at + 2] if each.pid in before else ()) for at in (0, 2)
        )
        print(f"{memory:6.0f} MB, a minute {own / minutes:5.2f} s + {ended / minutes:5.2f} s ended  {short(each.pid)}")
        held, spent = held + memory, spent + own + ended
    print(f"{held:6.0f} MB, {100 * spent / minutes / 60:.1f} % of a core", flush=True)


def short(pid: int) -> str:
    """Return what a process is by the end of its command line."""
    return " ".join(word.rsplit("/", 1)[-1] for word in words_of(pid))[:80]


if __name__ == "__main__":
    sys.exit(main())
