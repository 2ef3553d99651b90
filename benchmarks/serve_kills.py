"""Kill parts of the whole deployment at random moments; print what was lost (must be 0), doubled, and how soon told.

    .venv/bin/python -m benchmarks.serve_kills --kills 20            # serve with a Prefect server of its own
    .venv/bin/python -m benchmarks.serve_kills --kills 20 --shared   # two instances, PostgreSQL, Prefect, Dask
    .venv/bin/python -m benchmarks.serve_kills --kills 10 --shared --only serve   # take-overs alone

@@SIGINT ends it, and what was done is counted. The exit code is 1 when anything was lost, stored twice, or two passes
worked at once.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.deployment import Deployment, until
from tests.newsroom import newsroom

OWN = ("pass", "pool", "relay", "pages")
PATIENCE = 600.0
SERVICE_PAUSE = 2.0


def main() -> None:
    """Start it, have a first story told, then kill and look."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shared", action="store_true")
    parser.add_argument("--only", nargs="+", metavar="KIND", help="kill these alone")
    asked = parser.parse_args()
    luck = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder, newsroom(Path(folder)) as room:
        workers = 2 * (asked.shared and not asked.only)
        deployment = Deployment(room, shared=asked.shared, workers=workers)
        with deployment:
            tell(deployment, 0)
            print("all parts are up, and the first story was told", flush=True)
            beside = sorted(set(deployment.programs) - {"first", "second"}) or ["prefect server"]
            kinds = ["serve", *beside, *OWN]
            if asked.shared:
                kinds.append("standby")
            kinds = asked.only or kinds
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has it ignored in the background
            took: list[float] = []
            with suppress(KeyboardInterrupt):
                took.extend(kill(deployment, kinds[n % len(kinds)], n + 1, luck) for n in range(asked.kills))
        sys.exit(report(deployment, len(took) + 1, took))


def tell(deployment: Deployment, number: int) -> None:
    """Have a story come out, and wait until all have been told of it."""
    deployment.publish(*range(max(0, number - 3), number + 1))
    until(lambda: all(deployment.delivered(number).values()), PATIENCE)


def kill(deployment: Deployment, kind: str, number: int, luck: random.Random) -> float:
    """Kill one thing at some moment after a story came out; return the seconds until all were told, and it was back."""
    deployment.publish(*range(max(0, number - 3), number + 1))
    if kind not in OWN:  # those come and go with the story
        time.sleep(luck.uniform(0, 12))
    if kind in {"serve", "standby"}:
        until(deployment.leader, PATIENCE)
        leader = deployment.leader()
        kind = str(leader) if kind == "serve" else next(name for name in ("first", "second") if name != leader)
    if kind in deployment.programs:
        died = deployment.programs[kind]
        died.kill()
        begun = time.monotonic()
        time.sleep(SERVICE_PAUSE)
        died.start()
    else:
        # The relay sends only what no pass has sent before it.
        until(lambda: kind in deployment.parts() or all(deployment.delivered(number).values()), PATIENCE)
        try:
            os.kill(deployment.parts()[kind], signal.SIGKILL)
        except (KeyError, ProcessLookupError):
            kind += ", not there"
        begun = time.monotonic()
    try:
        until(lambda: all(deployment.delivered(number).values()), PATIENCE)
        until(lambda: "pages" in deployment.parts(), PATIENCE)
    except AssertionError:
        print(f"{number:3} {kind}: {deployment.delivered(number)}", *map(deployment.last_words, deployment.programs))
        raise
    took = time.monotonic() - begun
    print(f"{number:3} {kind:24} {took:6.1f} s until all were told; {steps(deployment, took)}", flush=True)
    return took


def steps(deployment: Deployment, seconds: float) -> str:
    """Return when in so many last seconds who serves now had looked at everything, served and ended a pass."""
    until(deployment.leader, PATIENCE)
    leader, begun = str(deployment.leader()), datetime.now(UTC) - timedelta(seconds=seconds)
    lines = deployment.log(leader).read_text(encoding="utf-8").splitlines()
    found = [leader]
    for done, said in (("looked over", " looked at: "), ("serves", " serving: "), ("passed", " run=")):
        times = (datetime.fromisoformat(line.split()[0]) for line in lines if said in line)
        found += [f"{done} {(at - begun).total_seconds():.0f}" for at in times if at > begun][:1]
    return ", ".join(found)


def report(deployment: Deployment, stories: int, took: list[float]) -> int:
    """Print the counts; return 1 when anything was lost or doubled."""
    ask = deployment.room.rows
    (articles, doubled) = ask("select count(*), count(*) - count(distinct url) from articles")[0]
    (alerts,) = ask("select count(*) from alerts")[0]
    (at_once,) = ask(
        "select count(*) from runs a join runs b on a.run_id < b.run_id "
        "and a.started_at < b.finished_at and b.started_at < a.finished_at"
    )[0]
    told = [deployment.delivered(number) for number in range(stories)]
    lost = sum(not count for each in told for count in each.values())
    copies = Counter(str(mail.message["Message-ID"]) for mail in deployment.room.mail.mails)
    again = sum(count - 1 for count in copies.values())
    twice = sum(max(0, count - 1) for each in told for count in each.values())
    print(
        f"stories={stories} articles={articles} stored_twice={doubled} alerts={alerts} lost={lost} told_twice={twice} "
        f"of_them_by_one_message_id={again} passes_at_once={at_once} "
        f"seconds_median={statistics.median(took):.0f} seconds_most={max(took):.0f}"
    )
    return int(bool(lost or doubled or at_once or articles != stories or alerts != stories))


if __name__ == "__main__":
    main()
