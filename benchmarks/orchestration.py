"""What Prefect adds to a pass, in processor seconds: idle passes as plain steps, as the flow, and a flow of no step.

    .venv/bin/python -m benchmarks.orchestration [--rounds 5] [--articles 1000]

Each is a process of its own beside one Prefect server, begun in turn; what that server takes meanwhile counts too, and
what it takes by itself does not. A flow has as many tasks however many articles come, so that what it adds to a pass
of `--articles` is what it adds to an idle one; such a pass is done once, as plain steps, with none of them relevant.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
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


def spent(code: str, server: psutil.Process) -> tuple[float, float]:
    """Return the processor seconds of a process that runs this code, with its children's, and of the server."""
    before, beside = os.times(), sum(server.cpu_times()[:2])
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    own = after.children_user + after.children_system - before.children_user - before.children_system
    return own, sum(server.cpu_times()[:2]) - beside


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
        with prefect_server(Path(folder) / "var", port=0) as started:
            assert started
            server = psutil.Process(started.pid)
            spent(FLOW, server)
            rest = resting(server)
            print(f"the server at rest: {100 * rest:.1f} % of a core", flush=True)
            took: dict[str, list[float]] = {}
            for _ in range(asked.rounds):
                for name, code in (("bare flow", BARE), ("plain steps", PLAIN), ("the flow", FLOW)):
                    begun = time.monotonic()
                    own, beside = spent(code, server)
                    beside = max(0.0, beside - rest * (time.monotonic() - begun))
                    took.setdefault(name, []).append(own + beside)
                    print(f"{name:12} {own:.2f} s and {beside:.2f} s of the server", flush=True)
            middle = {name: statistics.median(each) for name, each in took.items()}
            publish(room, asked.articles)
            whole, _ = spent(PLAIN, server)
    adds = middle["the flow"] - middle["plain steps"]
    print(*(f"{name} {seconds:.2f} s" for name, seconds in middle.items()), sep=", ")
    print(f"an idle pass is {middle['the flow'] - middle['bare flow']:.2f} s more than a bare flow")
    print(f"{asked.articles} articles as plain steps: {whole:.1f} s; as the flow {1 + adds / whole:.3f} times that")


if __name__ == "__main__":
    main()
