"""Show each page of a big published copy, and say what that costs.

    .venv/bin/python benchmarks/pages.py FOLDER

FOLDER has the `analysis.duckdb` of `benchmarks/history.py --keep`, published. Prints for each page the milliseconds of
processor time of asking and of writing it as HTML, the least of three rounds after one that fills the memory; the aim
is 200 in all. Names are those that most is known of.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flows.pages.inquiry import Inquiry
from flows.pages.rendering import Pen
from flows.pages.sheets import PAGES
from warehouse.session import Session
from warehouse.shown.copy import PublishedCopy

ROUNDS = 3
BUDGET = 200
NAMED = {
    "official": "SELECT mode(official_id) FROM utterances",
    "topic": "SELECT mode(topic) FROM takes",
    "event": "SELECT event_id FROM events ORDER BY articles DESC LIMIT 1",
    "utterance": "SELECT utterance_id FROM utterances ORDER BY reports DESC LIMIT 1",
    "alert": "SELECT alert_id FROM alert_rows ORDER BY fired_at DESC LIMIT 1",
    "article": "SELECT article_id FROM article_rows ORDER BY first_seen_at DESC LIMIT 1",
}


def milliseconds(work: Callable[[], object]) -> float:
    """Return the processor time that work takes, the least of some rounds."""
    work()
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return 1000 * min(took)


def asked(session: Session, address: str, now: datetime) -> tuple[str, Inquiry]:
    """Return a page's address with names in it, and what is asked there."""
    names = {name: str(session.rows(sql)[0][0]) for name, sql in NAMED.items() if f"{{{name}}}" in address}
    filters: Mapping[str, str] = {"q": "ceasefire"} if address == "/search" else {}
    return address.format(**names), Inquiry(now=now, timezone="UTC", names=names, filters=dict(filters))


def main() -> None:
    """Measure every page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    copy = PublishedCopy(parser.parse_args().folder)
    edition, pen = copy.edition(), Pen(timezone="UTC")
    assert edition is not None
    with copy.reading() as session:
        (row,) = session.rows("SELECT count(*), max(first_seen_at) FROM article_rows")
        now = row[1].astimezone(UTC)
        print(f"{row[0]} articles")
        for address, show in PAGES.items():
            path, inquiry = asked(session, address, now)
            sheet = show(session, inquiry)
            if sheet is None:
                continue
            ask = milliseconds(partial(show, session, inquiry))
            write = milliseconds(partial(pen.page, sheet, edition, path=path, filters=inquiry.filters))
            late = "  over the aim" if ask + write > BUDGET else ""
            print(f"{address:28} {ask:8.0f} {write:8.0f}{late}", flush=True)


if __name__ == "__main__":
    main()
