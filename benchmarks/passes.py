"""A pass of 1,000 articles and idle passes of two checkouts, in turn, in the same run, over real HTTP on this machine.

    .venv/bin/python benchmarks/passes.py OLD NEW [--articles 1000] [--rounds 1] [--idle 10]

OLD and NEW are folders that hold a checkout each; where one has a .venv of its own its Python runs it. The outlet is a
process of its own: ten feeds, each on a loopback address of its own, and as many pages, one in ten of which a rule
watches; a webhook takes the messages. Prints, for each pass, seconds of processor time and peak memory of the whole
tree of processes (proportional set size), seconds by the clock, and the ratio NEW / OLD taken round by round. An idle
pass is one in which every feed says 304; the first of them warms up, and starting the process is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FEEDS = 10
RELEVANT = 10  # one article in so many
SENTENCES = 12
LENGTHS = range(40, 400)  # characters of a sentence of the seeds that is told again
STRANGE, LONG, LETTERS = 0.5, 5, "abcdefghijklmnopqrstuvwxyz"
SAMPLE_SECONDS = 0.05
MEMORY_EVERY = 5  # samples of processor time for each of memory, which costs more to ask for
TICK = os.sysconf("SC_CLK_TCK")
DULL = (
    "The harvest festival drew {n} visitors to the river bank on Sunday, and a band from the valley played until late.",
    "Local growers sold apples, pears and honey from {n} stalls, more than in any of the last few summers.",
    "The library on the main street will be open on {n} more evenings, the town decided after a long debate.",
    "A new line of trams is to carry {n} passengers a day once its last bridge has been painted.",
    "The museum bought {n} old maps of the coast, which had been lying in an attic for most of a century.",
    "Rain fell on {n} of the last days, and the gardens by the station are greener than people can remember.",
    "The choir practised for {n} weeks, and its concert was sold out within the first morning.",
    "Bakers of the district handed out {n} loaves at the fair, and children voted for the one they liked best.",
    "The old lighthouse got {n} new steps, so that visitors can climb to its lamp again from the spring on.",
    "A walker found {n} coins in a field, and the finder took all of them to the county's archaeologist.",
)
# What a checkout runs: its own passes, through what has had these names all along.
PASSES = """
import json, logging, resource, sys, time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from flows.config.settings import load_settings
from flows.setup import prepared
from flows.steps.passes import run_pass

logging.disable()
now, step, count = datetime.fromisoformat(sys.argv[2]), timedelta(hours=5), int(sys.argv[3])
setup = prepared(load_settings(Path(sys.argv[1]), sending=True))

def spent():
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)

for number in range(count + (count > 1)):
    if number <= 1:
        began, busy = time.perf_counter(), spent()
    line = run_pass(replace(setup, now=lambda: now), scheduled=True)
    now += step
print(json.dumps({"line": line, "wall": time.perf_counter() - began, "cpu": spent() - busy}))
"""


def pages(count: int) -> list[str]:
    """Return so many articles as pages, one in ten of what the seeds say."""
    luck = random.Random(count)
    seeds = " ".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt")))
    said = [sentence for sentence in re.split(r"(?<=[.!?”])\s+", seeds) if len(sentence) in LENGTHS]
    return [page(number, said if number // FEEDS % RELEVANT == 0 else DULL, luck) for number in range(count)]


def page(number: int, sentences: list[str] | tuple[str, ...], luck: random.Random) -> str:
    """Return one page, which has little in common with any other."""
    chosen = [varied(luck.choice(sentences), luck) for _ in range(SENTENCES)]
    body = "".join(f"<p>{text}</p>" for text in chosen)
    title = f"Report {number}: {' '.join(chosen[0].split()[:6])}"
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>{title}</h1>{body}</article><footer>All rights reserved</footer></body></html>"
    )


def varied(sentence: str, luck: random.Random) -> str:
    """Return a sentence with other numbers, and now and then another word, so that no two articles are one story."""
    words = sentence.replace("{n}", str(luck.randint(11, 99_999))).split()
    strange = ["".join(luck.choices(LETTERS, k=len(word))) for word in words]
    chances = [luck.random() < STRANGE and word.islower() and word.isalpha() and len(word) > LONG for word in words]
    return " ".join(other if chance else word for word, other, chance in zip(words, strange, chances, strict=True))


def serve(count: int, feeds: int = FEEDS) -> None:
    """Be the outlet until standard input ends; print the port."""
    texts = pages(count)
    published = format_datetime(NOW - timedelta(hours=1))

    class Outlet(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, _, number = self.path.strip("/").partition("/")
            if kind == "feed" and self.headers.get("If-None-Match"):
                self.answer(304, b"", "application/xml")
            elif kind == "feed":
                self.answer(200, self.feed(int(number)), "application/xml")
            elif kind == "page":
                self.answer(200, texts[int(number)].encode(), "text/html; charset=utf-8")
            else:
                self.answer(404, b"", "text/plain")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(200, b"ok", "text/plain")

        def feed(self, number: int) -> bytes:
            host = self.headers["Host"]
            items = "".join(
                f"<item><title>Report {place}</title><link>http://{host}/page/{place}</link><guid>{place}</guid>"
                f"<pubDate>{published}</pubDate></item>"
                for place in range(number, count, feeds)
            )
            return f"<?xml version='1.0'?><rss version='2.0'><channel><title>H</title>{items}</channel></rss>".encode()

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("ETag", '"one"')
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("0.0.0.0", 0), Outlet) as server:
        print(server.server_port, flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()


@contextmanager
def outlet(count: int, feeds: int = FEEDS) -> Iterator[int]:
    """Run the outlet until the block ends; give its port."""
    command = [sys.executable, __file__, "--serve", str(count), "--feeds", str(feeds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


def configuration(port: int) -> str:
    """Return a configuration that watches the outlet."""
    hosts = [f"127.0.1.{number + 1}:{port}" for number in range(FEEDS)]
    feeds = "".join(
        f'[[feeds]]\nurl = "http://{host}/feed/{number}"\noutlet = "Herald {number}"\n'
        for number, host in enumerate(hosts)
    )
    return f"""
data_dir = "var"
[fetch]
delay_seconds = 0
pass_seconds = 3600
allow_hosts = {json.dumps(hosts)}
{feeds}
[[rules]]
name = "ceasefire"
keywords = ["topic:ceasefire", "Istanbul", "security guarantees"]
officials = "any"
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "http://{hosts[0]}/hook"
"""


def tree_of(root: int) -> list[int]:
    """Return a process and those that came of it."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for each in found:
        found += [pid for pid, parent in parents.items() if parent == each]
    return found


def processor_seconds(pid: int) -> float:
    """Return what a process has taken, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def megabytes(pid: int) -> float:
    """Return a process's proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def measured(checkout: Path, folder: Path, now: datetime, passes: int) -> dict[str, Any]:
    """Let a checkout do passes; return what they took, and the most memory its processes had at once."""
    own = checkout / ".venv" / "bin" / "python"
    command = [str(own if own.exists() else sys.executable), "-c", PASSES, str(folder / "talkwatch.toml")]
    process = subprocess.Popen(
        [*command, now.isoformat(), str(passes)],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        text=True,
    )
    spent: dict[int, float] = {}
    peak, samples = 0.0, 0
    while process.poll() is None:
        alive = tree_of(process.pid)
        memory = 0.0
        for pid in alive:
            with suppress(OSError, StopIteration):
                spent[pid] = processor_seconds(pid)
                memory += megabytes(pid) if samples % MEMORY_EVERY == 0 else 0.0
        peak, samples = max(peak, memory), samples + 1
        time.sleep(SAMPLE_SECONDS)
    assert process.stdout
    figures: dict[str, Any] = json.loads(process.stdout.readline())
    if passes == 1:
        # What the first process took itself, and what those that parse and read did.
        figures["cpu"], figures["own"] = sum(spent.values()), spent[process.pid]
    figures.setdefault("own", 0.0)
    return {**figures, "cpu": figures["cpu"] / passes, "wall": figures["wall"] / passes, "peak": peak}


def compare(old: Path, new: Path, articles: int, rounds: int, idle: int) -> None:
    """Print both checkouts' passes."""
    rows: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {"full": [], "idle": []}
    with outlet(articles) as port:
        for number in range(rounds):
            with TemporaryDirectory() as one, TemporaryDirectory() as other:
                # Who goes first changes: what runs second finds the files of the system in memory.
                folders = {old: Path(one), new: Path(other)}
                for folder in folders.values():
                    (folder / "talkwatch.toml").write_text(configuration(port), encoding="utf-8")
                for kind, now, passes in (("full", NOW, 1), ("idle", NOW + timedelta(hours=5), idle)):
                    order = [old, new] if number % 2 == 0 else [new, old]
                    took = {each: measured(each, folders[each], now, passes) for each in order}
                    rows[kind].append((took[old], took[new]))
                    for name, each in (("old", old), ("new", new)):
                        print(f"  {kind} {name}: {took[each]['line']}", flush=True)
    print(f"\n{'':28}{'old':>10}{'new':>10}{'new / old':>11}")
    for kind, title in (("full", f"pass of {articles} articles"), ("idle", "idle pass")):
        for unit, name in (("cpu", "CPU s"), ("own", "its own"), ("wall", "wall s"), ("peak", "peak MB")):
            if not rows[kind][0][0][unit]:
                continue
            left, right = (statistics.median(pair[side][unit] for pair in rows[kind]) for side in (0, 1))
            ratio = statistics.median(pair[1][unit] / pair[0][unit] for pair in rows[kind])
            print(f"{title + ', ' + name:28}{left:10.3f}{right:10.3f}{ratio:11.2f}")


def main() -> None:
    """Compare two checkouts, or be the outlet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", type=Path, metavar="OLD NEW")
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--idle", type=int, default=10, help="idle passes in one process")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--feeds", type=int, default=FEEDS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        serve(chosen.serve, chosen.feeds)
        return
    old, new = (path.resolve() for path in chosen.checkouts)
    compare(old, new, chosen.articles, chosen.rounds, chosen.idle)


if __name__ == "__main__":
    main()
