"""What alerts held by a throttle cost whoever asks how things are, and the next batch of a pass.

    .venv/bin/python -m benchmarks.held [--alerts 1000 125000]

So many alerts of 2,000 rules on 60 officials wait, for each of two subscribers, in digests of 5,000. Processor seconds
of this process; a batch is one article that fires, recorded with its decision and messages.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.placing import MOST_GATHERED
from tests.post_office import PostOffice, post_office
from warehouse import runs
from warehouse.session import Session
from warehouse.store import reading, writing

_ALERTS = """
INSERT INTO alert_rows BY NAME
SELECT s.* REPLACE (printf('%016x', i + 1000000) AS alert_id, 'article ' || i AS article_id,
    'rule ' || (i % 2000) AS rule, 'person-' || (i % 60) AS official_id)
FROM (SELECT * FROM alert_rows LIMIT 1) AS s, range($count) AS t(i)
"""
_MESSAGES = """
INSERT INTO messages BY NAME
SELECT m.* REPLACE (left($who, 2) || printf('%014x', i) AS message_id, $who AS subscriber,
    due_at + INTERVAL 30 DAY AS due_at)
FROM (SELECT * FROM messages WHERE held_by = 'throttle' LIMIT 1) AS m, range($count // $most + 1) AS t(i)
"""
_TOLD = """
INSERT INTO message_alerts BY NAME
SELECT left($who, 2) || printf('%014x', i // $most) AS message_id, printf('%016x', i + 1000000) AS alert_id,
    i % $most AS position
FROM range($count) AS t(i)
"""


def hold(session: Session, count: int) -> None:
    """Let so many alerts wait, made after the one that waits already."""
    session.run(_ALERTS, {"count": count})
    for who in ("desk", "talks"):
        session.run(_MESSAGES, {"who": who, "count": count, "most": MOST_GATHERED})
        session.run(_TOLD, {"who": who, "count": count, "most": MOST_GATHERED})


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def asked(office: PostOffice) -> object:
    """Ask how things are, as `talkwatch status` does."""
    with reading(office.setup().data_dir) as session:
        return runs.health(session, office.now)


def main() -> None:
    """Print a row for each number of alerts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--alerts", type=int, nargs="+", default=[1_000, 125_000])
    print(f"{'alerts':>8} {'status s':>9} {'batch s':>8}")
    for count in parser.parse_args().alerts:
        with TemporaryDirectory() as folder, post_office(Path(folder)) as office:
            office.path.write_text(office.path.read_text().replace("max_per_hour = 10000", "max_per_hour = 1"))
            office.record(1, 2, 3)
            with writing(office.setup().data_dir) as session:
                hold(session, count)
            status = seconds(lambda office=office: asked(office))
            batch = seconds(lambda office=office: office.record(4))
            print(f"{count:8} {status:9.2f} {batch:8.2f}", flush=True)


if __name__ == "__main__":
    main()
