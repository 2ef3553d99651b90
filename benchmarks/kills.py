"""Kill a process that records and delivers at random moments; print what was lost (must be 0) and what came twice.

`.venv/bin/python -m benchmarks.kills --kills 60` prints one line; the exit code is 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.killing import Victims
from tests.post_office import PostOffice
from tests.servers import HttpServer, SmtpSink

STORIES_A_ROUND = 5
LAST_ROUNDS = 20


def main() -> None:
    """Run the rounds, each with new stories and a kill, then one to the end, and count."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    luck = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder, SmtpSink() as mail, HttpServer() as hook:
        office = PostOffice(mail=mail, hook=hook, path=Path(folder) / "talkwatch.toml")
        office.write(subscribers=("desk", "second"))
        with Victims(office.path) as victims:
            begun = time.monotonic()
            assert victims.do(stories=[0]) == 0, "the first round, without a kill, did not end well"
            whole = time.monotonic() - begun
            killed = sum(round_of(victims, number, luck.uniform(0, 4 * whole)) for number in range(given.kills))
            finish(victims, office)
        sys.exit(report(office, given.kills, killed))


def finish(victims: Victims, office: PostOffice) -> None:
    """Deliver until nothing waits: what piled up in many cut-off rounds takes a sender more than one pass."""
    for _ in range(LAST_ROUNDS):
        assert victims.do(stories=[]) == 0, "a last round did not end well"
        if not office.rows("select message_id from messages where status in ('pending', 'retry') limit 1"):
            return


def round_of(victims: Victims, number: int, after: float) -> bool:
    """Record and deliver new stories, killed after so many seconds; tell whether the kill came before the end."""
    first = 1 + number * STORIES_A_ROUND
    return victims.do(stories=list(range(first, first + STORIES_A_ROUND)), kill_after=after) < 0


def report(office: PostOffice, rounds: int, killed: int) -> int:
    """Print the counts; return 1 when a message was lost or a repeat had another id."""
    copies = Counter(str(mail.message["Message-ID"]) for mail in office.mail.mails)
    stored = {f"<{row[0]}@example.org>" for row in office.rows("select message_id from messages")}
    (alone,) = office.rows("select count(*) from alerts where alert_id not in (select alert_id from message_alerts)")
    lost, unknown = len(stored - set(copies)), len(set(copies) - stored)
    repeats = sum(count - 1 for count in copies.values())
    print(
        f"rounds={rounds} killed={killed} messages={len(stored)} lost={lost} alerts_without_message={alone[0]} "
        f"repeats={repeats} repeats_with_another_id={unknown}"
    )
    return 1 if lost or unknown or alone[0] else 0


if __name__ == "__main__":
    main()
