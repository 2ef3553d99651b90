"""Give the database of a Prefect server a month of passes in a moment; print what its own vacuum leaves of it.

    .venv/bin/python -m benchmarks.prefect_history var/prefect/prefect.db [--days 30] [--every 60]

The runs of that database, which is left as it is, are copied with all that belongs to them, one for each minute of the
month. A server with the settings of `serve`, but that it looks every twenty seconds in place of every hour, then drops
what is older than it keeps. What is left is what the database of a deployment holds after any number of months.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
import tempfile
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.config.settings import use_prefect
from flows.prefect_server import prefect_server

# What belongs to a run, by the table it is in; of events, which are kept for six hours, those of the last day.
BELONGING = {
    "flow_run": "SELECT * FROM flow_run WHERE id = ?1",
    "flow_run_state": "SELECT * FROM flow_run_state WHERE flow_run_id = ?1",
    "task_run": "SELECT * FROM task_run WHERE flow_run_id = ?1",
    "task_run_state": "SELECT s.* FROM task_run_state s JOIN task_run t ON t.id = s.task_run_id "
    "WHERE t.flow_run_id = ?1",
    "artifact": "SELECT * FROM artifact WHERE flow_run_id = ?1",
}
EVENTS = "SELECT * FROM events WHERE resource || related LIKE '%' || ?1 || '%'"
EVENTFUL = {
    "events": EVENTS,
    "event_resources": f"SELECT * FROM event_resources WHERE event_id IN (SELECT id FROM ({EVENTS}))",
}
EVENTFUL_HOURS = 24
# Columns whose values are of one run alone.
OWN = frozenset({"id", "state_id", "flow_run_id", "task_run_id", "event_id", "follows", "idempotency_key"})
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+$")
LONGEST = 900.0


def main() -> None:
    """Fill a copy, have it served, and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("database", type=Path)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--every", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS"] = "20"
        use_prefect(Path(folder))
        copy = Path(folder) / "prefect" / "prefect.db"
        with closing(sqlite3.connect(asked.database)) as own, closing(sqlite3.connect(copy)) as filled:
            own.backup(filled)
            fill(own, filled, timedelta(days=asked.days), timedelta(seconds=asked.every))
            print("filled ", told(filled, copy), flush=True)
        begun = time.monotonic()
        with prefect_server(Path(folder), port=0), closing(sqlite3.connect(copy)) as served:
            oldest = "SELECT count(*) FROM flow_run WHERE end_time < datetime('now', '-7 days', '-1 minute')"
            while served.execute(oldest).fetchone()[0] and time.monotonic() < begun + LONGEST:
                time.sleep(1)
            time.sleep(30)
            print(f"after {time.monotonic() - begun:.0f} s", told(served, copy), flush=True)
            sys.exit(bool(served.execute(oldest).fetchone()[0]))


def told(database: sqlite3.Connection, path: Path) -> str:
    """Say how much there is."""
    counts = {
        table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in (*BELONGING, *EVENTFUL)
    }
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    said = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"{path.stat().st_size / 1e6:.0f} MB ({free * 4096 / 1e6:.0f} free): {said}"


def fill(own: sqlite3.Connection, filled: sqlite3.Connection, back: timedelta, every: timedelta) -> None:
    """Copy the runs of one database into the other, over so long a time before now."""
    runs = own.execute("SELECT id, start_time FROM flow_run WHERE start_time IS NOT NULL").fetchall()
    now, tables = datetime.now(UTC).replace(tzinfo=None), BELONGING | EVENTFUL
    found = {run: {name: read(own, query, run) for name, query in tables.items()} for run, _ in runs}
    for number in range(int(back / every)):
        run, started = runs[number % len(runs)]
        at = now - back + number * every
        later, names = at - datetime.fromisoformat(started), dict[str, str]()
        for table in tables if at > now - timedelta(hours=EVENTFUL_HOURS) else BELONGING:
            columns, rows = found[run][table]
            made = [[moved(*each, later, names) for each in zip(columns, row, strict=True)] for row in rows]
            marks = ", ".join("?" * len(columns))
            filled.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", made)
    filled.commit()


def read(database: sqlite3.Connection, query: str, run: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and the rows of what belongs to a run."""
    cursor = database.execute(query, (run,))
    return [column[0] for column in cursor.description], cursor.fetchall()


def moved(column: str, value: Any, later: timedelta, names: dict[str, str]) -> Any:
    """Return a value of a copied row: times are later, and what is of one run alone has another name."""
    if not isinstance(value, str):
        return value
    if TIME.fullmatch(value):
        return (datetime.fromisoformat(value) + later).isoformat(" ")
    return names.setdefault(value, str(uuid.uuid4())) if column in OWN else value


if __name__ == "__main__":
    main()
