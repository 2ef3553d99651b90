"""What Prefect adds to a pass, in processor seconds: idle passes as plain steps, as the flow, and a flow of no step.

    .venv/bin/python -m benchmarks.orchestration [--rounds 5] [--articles 1000]

Each is a process of its own beside one Prefect server, begun in turn: an interpreter, as `talkwatch run` has one, or
forked from what has loaded its modules, as under `serve`. What that server takes meanwhile counts too, and what it
takes by itself does not. A flow has as many tasks however many articles come, so that what it adds to a pass of
`--articles` is what it adds to an idle one; such a pass is done once, as plain steps, with none of them relevant. It
comes first: a feed that brings nothing time and again is asked the less often.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from flows.config.settings import use_prefect
from flows.prefect_server import prefect_server
from tests.newsroom import OTHER, Newsroom, feed, newsroom, page
from tests.servers import Reply

SETTLE = 20.0  # seconds after which a server that has started does nothing but look
BARE = "from prefect import flow\n@flow(persist_result=False)\ndef idle(): pass\nidle()"
PLAIN = (
    "from flows.config.settings import load_settings\nfrom flows.setup import prepared\n"
    "from flows.steps.passes import run_pass\nfrom pathlib import Path\nimport os\n"
    "run_pass(prepared(load_settings(Path(os.environ['TALKWATCH_CONFIG']), sending=True)), scheduled=True)"
)
FLOW = "from flows.monitor import monitor\nmonitor()"
# Forks a process for each line of stdin, which is code, of what `serve` has loaded when it does; says how each ended.
FORKED = (
    "import ast, sys\nimport flows.serving\nfrom flows.supervision import begun_by, fork_nursery\nfork_nursery()\n"
    "for line in sys.stdin:\n    child = begun_by().Process(target=exec, args=(ast.literal_eval(line), {}))\n"
    "    child.start()\n    child.join()\n    print(child.exitcode, flush=True)"
)


@contextmanager
def forking() -> Iterator[Callable[[str], float]]:
    """Yield what has a forked process run some code, and returns the processor seconds that it took."""
    with subprocess.Popen(
        [sys.executable, "-c", FORKED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:

        def ended() -> float:
            return sum(sum(each.cpu_times()[2:4]) for each in psutil.Process(parent.pid).children())

        def forked(code: str) -> float:
            assert parent.stdin
            assert parent.stdout
            before = ended()
            parent.stdin.write(f"{code!r}\n")
            parent.stdin.flush()
            assert parent.stdout.readline() == "0\n"
            return ended() - before

        yield forked


def interpreted(code: str) -> float:
    """Return the processor seconds of a process that runs this code, with its children's."""
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def resting(server: psutil.Process) -> float:
    """Return the processor seconds that the server takes in a second in which nothing is asked of it."""
    time.sleep(SETTLE)
    before = sum(server.cpu_times()[:2])
    time.sleep(SETTLE)
    return (sum(server.cpu_times()[:2]) - before) / SETTLE


def publish(room: Newsroom, articles: int) -> None:
    """Have the outlet print so many articles."""
    items = {f"/n{number}": f"Fair number {number} of the valley" for number in range(articles)}
    for number, (path, title) in enumerate(items.items()):
        words = " ".join(f"stall{number}x{at} sold apples and honey." for at in range(8))
        room.outlet.reply(path, page(title, (*OTHER, words)))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=1000)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, newsroom(Path(folder)) as room:
        room.write(every="1s")
        text = room.configuration.read_text(encoding="utf-8")
        room.configuration.write_text(text.replace("[fetch]", "[fetch]\npass_seconds = 3600\nper_host = 16"))
        os.environ["TALKWATCH_CONFIG"] = str(room.configuration)
        use_prefect(Path(folder) / "var")
        with prefect_server(Path(folder) / "var", port=0) as started, forking() as forked:
            assert started
            server = psutil.Process(started.pid)
            interpreted(FLOW)
            publish(room, asked.articles)
            whole = forked(PLAIN)
            print(f"{asked.articles} articles as plain steps, forked: {whole:.1f} s", flush=True)
            publish(room, 1)
            forked(FLOW)
            rest = resting(server)
            print(f"the server at rest: {100 * rest:.1f} % of a core", flush=True)
            took: dict[str, list[float]] = {}
            ways = {
                "bare flow": partial(interpreted, BARE),
                "plain steps": partial(interpreted, PLAIN),
                "the flow": partial(interpreted, FLOW),
                "plain steps, forked": partial(forked, PLAIN),
                "the flow, forked": partial(forked, FLOW),
            }
            for _ in range(asked.rounds):
                for name, way in ways.items():
                    begun, beside = time.monotonic(), sum(server.cpu_times()[:2])
                    own = way()
                    beside = sum(server.cpu_times()[:2]) - beside - rest * (time.monotonic() - begun)
                    took.setdefault(name, []).append(own + max(0.0, beside))
                    print(f"{name:20} {own:.2f} s and {beside:.2f} s of the server", flush=True)
            middle = {name: statistics.median(each) for name, each in took.items()}
    print(*(f"{name} {seconds:.2f} s" for name, seconds in middle.items()), sep=", ")
    loading = middle["plain steps"] - middle["plain steps, forked"]
    for how, own in (("", loading), (", forked", 0.0)):
        more, adds = (middle[f"the flow{how}"] - middle[each] for each in ("bare flow", f"plain steps{how}"))
        print(
            f"the flow{how}: idle {more:.2f} s more than a bare flow, {1 + adds / (whole + own):.3f} x the plain steps"
        )


if __name__ == "__main__":
    main()
