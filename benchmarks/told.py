"""Score what a real day has brought: shifts, claims denied, and talks, against what a careful reader noted of it.

    .venv/bin/python -m benchmarks.told FOLDER [-v]
    .venv/bin/python -m benchmarks.told --scripted   # changes and denials of our own making, of `scripted.toml`
    .venv/bin/python -m benchmarks.told [-v]         # which negotiation statements are about

FOLDER is a data directory into which the 63 articles of `../shared/days/talks21.jsonl` were taken by `talkwatch ingest`
(nothing is measured where they are not there). What the reader noted, in words of our own, stands in `told.toml`. An
entry of the calendar is right when it is one of those noted: days that meet, and the place or a party; one without a
day, when its place or two of its parties are. A shift is right for its official, on one of the topics; a denial for its
two sides. Without FOLDER: how many of 300 statements that were read by hand are in the right negotiation.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flows.acquire.ingest import ingest
from flows.config.settings import load_settings
from flows.setup import prepared
from tests.test_extractors_processes import read_by_hand
from warehouse.session import Session
from warehouse.shown.copy import PublishedCopy

SCRIPTED = tomllib.loads(Path(__file__).with_name("scripted.toml").read_text(encoding="utf-8"))
NOTED = tomllib.loads(Path(__file__).with_name("told.toml").read_text(encoding="utf-8"))
SHIFTS = "SELECT official_id, topic, process_id, from_stance, to_stance FROM position_shifts"
DISPUTES = """
SELECT coalesce(c.official_id, c.speaker) AS claimed_by, coalesce(d.official_id, d.speaker) AS denied_by, p.topic
FROM disputes AS p
JOIN utterances AS c ON c.utterance_id = p.claim_utterance_id
JOIN utterances AS d ON d.utterance_id = p.denial_utterance_id
"""
TALKS = """
SELECT starts_on::VARCHAR, coalesce(ends_on, starts_on)::VARCHAR, place, parties, status, article_id
FROM talks
WHERE NOT coalesce(past_round, false)
"""
Row = tuple[Any, ...]
Note = Mapping[str, Any]


def is_shift(row: Row, note: Note) -> bool:
    """Tell whether a shift is one that the reader noted."""
    return row[0] in note["officials"] and row[1] in note["topics"]


def is_dispute(row: Row, note: Note) -> bool:
    """Tell whether a denial is one that the reader noted, whoever of the two is taken for the one who denies."""
    one, other = (any(name in str(row[place]).lower() for name in note["one"]) for place in (0, 1))
    left, right = (any(name in str(row[place]).lower() for name in note["other"]) for place in (0, 1))
    return (one and right) or (other and left)


def is_entry(row: Row, note: Note) -> bool:
    """Tell whether an entry of the calendar is one that the reader noted."""
    first, last, place, parties = row[:4]
    own = {*note.get("parties", ()), *note.get("people", ())}
    named = len(own & set(parties or ()))
    is_there = place in note.get("places", ())
    if first is None:
        return named > 1 or is_there
    is_then = "from" in note and first <= note["to"] and last >= note["from"]
    return is_then and (is_there or named > 0 or (not place and not parties and last == note["to"]))


KINDS: Mapping[str, tuple[str, Callable[[Row, Note], bool]]] = {
    "shifts": (SHIFTS, is_shift),
    "disputes": (DISPUTES, is_dispute),
    "talks": (TALKS, is_entry),
}


def scored(session: Session, kind: str, *, verbose: bool) -> str:
    """Return a line of what was drawn, what of that is right, and what of the noted was found."""
    sql, is_one = KINDS[kind]
    drawn: Iterable[Row] = session.rows(sql)
    right = [row for row in drawn if any(is_one(row, note) for note in NOTED[kind])]
    found = [note for note in NOTED[kind] if any(is_one(row, note) for row in drawn)]
    if verbose:
        for row in drawn:
            print("  right" if row in right else "  WRONG", *row)
        for note in NOTED[kind]:
            print("  found" if note in found else "  MISSED", note["what"])
    return f"{kind:10} {len(list(drawn)):6} {len(right):6} {len(NOTED[kind]):6} {len(found):6}"


def scripted() -> None:
    """Take the scripted articles in, and print which changes and denials were found, and what else was drawn."""
    now = datetime.now(UTC)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        lines = [
            {
                "url": f"https://outlet{number}.example/{place}",
                "outlet": f"Outlet {number}",
                "title": title,
                "text": text,
            }
            | {"published": (now - timedelta(days=days, hours=len(told) - place)).isoformat()}
            for number, told in enumerate(each["told"] for kind in SCRIPTED.values() for each in kind)
            for place, (days, title, text) in enumerate(told)
        ]
        (home / "news.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        (home / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
        setup = prepared(load_settings(home / "talkwatch.toml"))
        ingest(setup, [home / "news.jsonl"], outlet=None, published_at=None, alert=False)
        with PublishedCopy(home / "var").reading() as session:
            shifts, disputes = session.rows(SHIFTS), session.rows(DISPUTES)
    wanted = {(each["official"], each["topic"]) for each in SCRIPTED["shifts"]}
    denied = {frozenset((each["one"], each["other"])) for each in SCRIPTED["denials"]}
    drawn, told = {tuple(row[:2]) for row in shifts}, {frozenset(row[:2]) for row in disputes}
    print(f"shifts: {len(wanted & drawn)} of {len(wanted)}; denials: {len(denied & told)} of {len(denied)}")
    print("missed:", *sorted(wanted - drawn), *map(sorted, denied - told))
    print("drawn besides:", *(row for row in shifts if row[:2] not in wanted), *map(sorted, told - denied))


def negotiations(*, verbose: bool) -> None:
    """Print how many statements of each sample are in the right negotiation, and which are not."""
    rows = list(read_by_hand())
    for sample, all_of_it in sorted(Counter(row[0] for row in rows).items()):
        wrong = [row for row in rows if row[0] == sample and row[1] != row[2]]
        print(f"sample {sample}: {all_of_it - len(wrong)} of {all_of_it}")
        for _, process, found, words in wrong if verbose else ():
            print(f"  {process or 'none'}, read as {found or 'none'}: {words[:120]}")


def main() -> None:
    """Score the three kinds, or the negotiations."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("-v", "--verbose", action="store_true", help="each of them, and whether it is right")
    parser.add_argument("--scripted", action="store_true", help="changes and denials of our own making")
    given = parser.parse_args()
    if given.scripted:
        scripted()
        return
    if given.folder is None:
        negotiations(verbose=given.verbose)
        return
    with PublishedCopy(given.folder).reading() as session:
        print(f"{'':10} {'drawn':>6} {'right':>6} {'noted':>6} {'found':>6}")
        for kind in KINDS:
            print(scored(session, kind, verbose=given.verbose))


if __name__ == "__main__":
    main()
