"""Record and publish while processes query the copy without pause; print errors, and what that costs a pass.

`.venv/bin/python -m benchmarks.readers --readers 20` prints the rounds' CPU and time by the clock without readers and
with them, how many queries were answered, and what went wrong: must be nothing. Each reader opens the copy, counts rows
that stand in one number to each other, and closes it; one in four goes through `talkwatch sql`'s sandbox.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.history import CONFIGURATION, NOW, make
from flows.config.settings import load_settings
from flows.setup import prepared
from warehouse.published import PUBLISHED, publish
from warehouse.queries import query
from warehouse.runs import start_run
from warehouse.store import writing

ARTICLES = 10_000
ROUNDS = 30
# A run is recorded with three of these rows, in one transaction: a copy that is torn would show another number.
SQL = "SELECT (SELECT count(*) FROM runs) * 3 - (SELECT count(*) FROM hosts), (SELECT count(*) FROM statements)"


def read(data_dir: Path, number: int, ended: Event, answers: Any) -> None:
    """Query until it is over; put how many answers came, and what went wrong."""
    os.nice(5)
    answered, wrong = 0, []
    while not ended.is_set():
        try:
            difference, statements = asked(data_dir, through_sandbox=number % 4 == 0)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is what is looked for)
            wrong.append(str(error))
            continue
        answered += 1
        if difference or statements != 3 * ARTICLES:
            wrong.append(f"torn: {difference}, {statements}")
    answers.put((answered, wrong))


def asked(data_dir: Path, *, through_sandbox: bool) -> tuple[int, int]:
    """Return what the copy says."""
    if through_sandbox:
        row = next(iter(query(data_dir, SQL).rows))
        return row[0], row[1]
    with closing(duckdb.connect(data_dir / PUBLISHED, read_only=True)) as connection:
        return connection.execute(SQL).fetchall()[0]


def rounds(data_dir: Path, first: int) -> tuple[float, float]:
    """Record and publish so many times; return the least CPU of a round, and the mean time by the clock."""
    spent = []
    begun = time.monotonic()
    for number in range(first, first + ROUNDS):
        cpu = time.process_time()
        with writing(data_dir) as session:
            start_run(session, f"r{number}", NOW)
            names = [f"h{number}-{each}" for each in range(3)]
            session.insert("hosts", ("host",), [(name,) for name in names])
        publish(data_dir, changes=session.changes)
        spent.append(time.process_time() - cpu)
    return sorted(spent)[ROUNDS // 2], (time.monotonic() - begun) / ROUNDS


def main() -> None:
    """Measure without readers and with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "talkwatch.toml").write_text(CONFIGURATION, encoding="utf-8")
        data_dir = Path(name) / "var"
        make(data_dir, ARTICLES, prepared(load_settings(Path(name) / "talkwatch.toml")))
        publish(data_dir)
        alone = rounds(data_dir, 0)
        ended, answers = multiprocessing.Event(), multiprocessing.Queue()
        readers = [
            multiprocessing.Process(target=read, args=(data_dir, number, ended, answers))
            for number in range(given.readers)
        ]
        for reader in readers:
            reader.start()
        beside = rounds(data_dir, ROUNDS)
        ended.set()
        told = [answers.get() for _ in readers]
        for reader in readers:
            reader.join()
    wrong = [each for _, several in told for each in several]
    print(f"a round alone: {alone[0]:.3f} s of CPU, {alone[1]:.2f} s by the clock")
    print(f"beside {given.readers} readers: {beside[0]:.3f} s of CPU, {beside[1]:.2f} s by the clock")
    print(
        f"ratio of CPU {beside[0] / alone[0]:.2f}; answers={sum(count for count, _ in told)} wrong={len(wrong)}",
        *wrong[:1],
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
