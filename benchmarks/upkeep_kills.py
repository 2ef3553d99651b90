"""Kill migrations, publications, exports, the keeping of pages and reading again at random moments; print what is lost.

`.venv/bin/python -m benchmarks.upkeep_kills --kills 60` prints a line for each kind of work, of as many rounds as fit
into its `--seconds`; the exit code is 1 when a row was lost or stands twice, or a file that was finished does not open.
Recording and delivering: `benchmarks.kills`.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.history import CONFIGURATION, NOW, make, make_old
from extractors.speech.reading import Reader, unread
from flows.acquire import replay
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.fetch import FoundArticle
from warehouse import published
from warehouse.exports import MANIFEST, Wanted, export
from warehouse.integrity import faults
from warehouse.kept import Keeping, KeptPage, counted_pages, keep, kept_pages, newest_pages
from warehouse.published import PUBLISHED, publish
from warehouse.records import ReadArticle
from warehouse.runs import start_run
from warehouse.store import LIVE, migrate, writing

ARTICLES = 2_000
KEYS = {
    "article_rows": "article_id",
    "statement_rows": "statement_id",
    "alert_rows": "alert_id",
    "decisions": "hash(decisions)",
}
EVER = Keeping(age=None, size=10**9)


READ_AGAIN = 20


@dataclass
class Tally:
    """How often a kind of work was begun and how often killed in it, and what was wrong afterwards."""

    begun: int = 0
    killed: int = 0
    wrong: list[str] = field(default_factory=list)


def forked(work: Callable[[], object]) -> int:
    """Do the work in a process of its own, which ends with it whatever it comes to; return its id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  (it is told; the process ends in any case)
            traceback.print_exc()
        finally:
            os._exit(0)
    return child


def killed_at(work: Callable[[], object], seconds: float) -> bool:
    """Do the work in a process that is killed after so many seconds; tell whether it was not done by then."""
    child = forked(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long the work takes in a process of its own."""
    begun = time.monotonic()
    os.waitpid(forked(work), 0)
    return time.monotonic() - begun


def rows_of(path: Path) -> dict[str, tuple[int, int]]:
    """Return how many rows each table has, and how many keys."""
    with closing(duckdb.connect(path, read_only=True)) as connection:
        sql = "SELECT count(*), count(DISTINCT {}) FROM {}"
        return {name: connection.execute(sql.format(key, name)).fetchone() for name, key in KEYS.items()}


def migrations(base: Path, folder: Path, luck: random.Random) -> Iterator[tuple[bool, str]]:
    """Bring an old warehouse up to date, killed on the way, then to the end: every row is there once."""
    data_dir = folder / "migrated"

    def fresh() -> None:
        shutil.rmtree(data_dir, ignore_errors=True)
        shutil.copytree(base, data_dir)

    fresh()
    whole = seconds_of(lambda: migrate(data_dir))
    wanted = rows_of(data_dir / LIVE)
    while True:
        fresh()
        killed = killed_at(lambda: migrate(data_dir), luck.uniform(0, 1.1 * whole))
        migrate(data_dir)
        yield killed, "" if rows_of(data_dir / LIVE) == wanted else "rows differ after a migration"


def publications(base: Path, folder: Path, luck: random.Random) -> Iterator[tuple[bool, str]]:
    """Publish, killed on the way: the copy opens, and is the one before or the new one."""
    data_dir = folder / "published"
    # However small the file, so that most copies are levelled, not made whole.
    published.KEPT_FROM = 0
    shutil.copytree(base, data_dir)
    migrate(data_dir)
    whole = max(seconds_of(lambda: publish(data_dir)), 0.01)
    for number in range(1, 10**6):
        with writing(data_dir) as session:
            start_run(session, f"r{number}", NOW)
            session.touch()
        killed = killed_at(lambda: publish(data_dir), luck.uniform(0, 1.5 * whole))
        with closing(duckdb.connect(data_dir / PUBLISHED, read_only=True)) as connection:
            (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone() or (0,)
        good = runs <= number and (killed or runs == number)
        publish(data_dir)
        yield killed, "" if good else f"the copy has {runs} runs of {number}"


def exports(base: Path, folder: Path, luck: random.Random) -> Iterator[tuple[bool, str]]:
    """Export, killed on the way, then to the end: every row stands in the files that the manifest names."""
    data_dir, target = folder / "exported", folder / "files"
    shutil.copytree(base, data_dir)
    migrate(data_dir)
    publish(data_dir)
    wanted = {name.replace("_rows", "s"): rows for name, (rows, _) in rows_of(data_dir / PUBLISHED).items()}
    work = partial(export, data_dir, target, Wanted(tables=tuple(wanted)))
    whole = seconds_of(work)
    while True:
        shutil.rmtree(target, ignore_errors=True)
        killed = killed_at(work, luck.uniform(0, whole))
        is_early = (target / MANIFEST).exists() and killed
        work()
        with closing(duckdb.connect()) as connection:
            sql = "SELECT count(*) FROM read_parquet('{}/{}/**/*.parquet')"
            found = {name: (connection.execute(sql.format(target, name)).fetchone() or (0,))[0] for name in wanted}
        yield killed and not is_early, "" if found == wanted else f"exported {found}"


def pages(_base: Path, folder: Path, luck: random.Random) -> Iterator[tuple[bool, str]]:
    """Keep pages, killed on the way: those of each batch are all there, or none, and every one can be read."""
    data_dir = folder / "pages"
    data_dir.mkdir()
    acknowledged = 0
    for number in range(10**6):
        at = NOW + timedelta(minutes=number)
        batch = [
            KeptPage(
                url=f"https://p.example/{number}/{each}",
                content_type=None,
                body=os.urandom(9_000),
                entries=(),
                kept_at=at,
            )
            for each in range(20)
        ]
        killed = killed_at(lambda batch=batch, at=at: keep(data_dir, batch, EVER, at), luck.uniform(0, 0.06))
        names = newest_pages(data_dir, NOW)
        acknowledged += 0 if killed else len(batch)
        good = (
            len(names) % len(batch) == 0 and len(names) >= acknowledged and len(kept_pages(data_dir, names[-40:])) >= 0
        )
        acknowledged = len(names)
        yield killed, "" if good and counted_pages(data_dir).pages == len(names) else f"{len(names)} pages are kept"


def readings(_base: Path, folder: Path, luck: random.Random) -> Iterator[tuple[bool, str]]:
    """Read all articles again, killed on the way, then to the end: each is there once, read by this version, sound."""
    data_dir = folder / "read"
    setup = prepared(load_settings(folder / "talkwatch.toml"))
    setup = replace(setup, settings=replace(setup.settings, data_dir=data_dir), now=lambda: NOW)
    make(data_dir, READ_AGAIN, setup)
    reader = Reader(setup.watchlist)

    def read_here(_setup: Setup, found: Sequence[FoundArticle]) -> list[ReadArticle]:
        # With the model that is loaded already: what is tried is how readings replace each other.
        readings = reader.read_all([unread(each.article) for each in found])
        return [
            ReadArticle(article=each.article, reading=reading, arrival=each.arrival)
            for each, reading in zip(found, readings, strict=True)
        ]

    replay.read, replay.AT_ONCE = read_here, 5
    work = partial(replay.reprocess, setup)
    whole = seconds_of(work)
    wanted = said_in(data_dir)
    while True:
        killed = killed_at(work, luck.uniform(0.05, 0.6) * whole)
        halfway = rows_of(data_dir / LIVE)
        work()
        once = all(rows == keys for rows, keys in halfway.values()) and halfway["article_rows"][0] == READ_AGAIN
        sound = said_in(data_dir) == wanted and not faults(data_dir, datetime.min.replace(tzinfo=UTC))
        yield killed, "" if once and sound else f"{halfway}, {said_in(data_dir)} in place of {wanted}"


def said_in(data_dir: Path) -> tuple[int, ...]:
    """Return how many articles, statements and utterances there are, and a digest of what they are and belong to."""
    with closing(duckdb.connect(data_dir / LIVE, read_only=True)) as connection:
        row = connection.execute("""
            SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM statements),
                (SELECT count(*) FROM utterances),
                (SELECT bit_xor(hash(article_id, text, extractor_version)) FROM articles),
                (SELECT bit_xor(hash(statement_id, text, speaker, utterance_id, extractor_version)) FROM statements),
                (SELECT bit_xor(hash(utterance_id, reports, text)) FROM utterances),
                (SELECT count(*) FROM reprocessing)
        """).fetchone()
    assert row is not None, "a SELECT without FROM has one row"
    return row


def main() -> None:
    """Do each kind of work as often as asked, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=3600, help="by the clock, for each kind of work")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(KINDS), action="append")
    given = parser.parse_args()
    luck = random.Random(given.seed)
    wrong = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "talkwatch.toml").write_text(CONFIGURATION, encoding="utf-8")
        make_old(folder / "base", ARTICLES, prepared(load_settings(folder / "talkwatch.toml")))
        kinds = [KINDS[name] for name in given.only or KINDS]
        for kind in kinds:
            tally, rounds = Tally(), kind(folder / "base", folder, luck)
            ends = time.monotonic() + given.seconds
            for _ in range(given.kills // len(kinds)):
                if time.monotonic() > ends:
                    break
                killed, problem = next(rounds)
                tally.begun, tally.killed = tally.begun + 1, tally.killed + killed
                tally.wrong += [problem] if problem else []
            wrong |= bool(tally.wrong)
            print(
                f"{kind.__name__}: rounds={tally.begun} killed={tally.killed} wrong={len(tally.wrong)}",
                *tally.wrong[:1],
                flush=True,
            )
    sys.exit(wrong)


KINDS = {each.__name__: each for each in (migrations, publications, exports, pages, readings)}

if __name__ == "__main__":
    main()
