"""What a deployment does once a night: drops what is kept for a time only, and looks whether the warehouse is sound."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.wording import counted
from flows.config.settings import prefect_log
from flows.setup import Setup
from flows.steps.deliver.notices import tell, well_again
from warehouse.details import drop_details, oldest_detail
from warehouse.errors import Unusable
from warehouse.integrity import Unsoundness, faults
from warehouse.kept import keep
from warehouse.nightly import CHECKED, Nightly, drop_texts, first_run_at, last_night, note
from warehouse.published import publish
from warehouse.session import Session
from warehouse.store import reading, writing

# By the clock of [timezone]: few read then, and the day's news has not begun.
NIGHT = 3
# Texts that are emptied in one transaction.
AT_ONCE = 5_000
# Days whose details are dropped in one transaction.
DAYS_AT_ONCE = timedelta(days=10)
# Texts are read again in the nights after they came.
LOOKED_AT = timedelta(days=3)
# Of the log of Prefect's server, in bytes: it writes warnings alone, but one a second where its disk fails.
LONGEST_LOG, LOG_KEPT = 10_000_000, 1_000_000
_ADVICE = (
    "`talkwatch warehouse check` looks again. Nothing stops; if the disk or the machine had trouble, "
    "`talkwatch restore` puts a backup in its place. If not, it is a mistake of Talkwatch's: please report it."
)

log = logging.getLogger("talkwatch.nightly")


def is_due(setup: Setup, session: Session) -> bool:
    """Tell whether a night has passed since it was done last, or since the first pass."""
    done = last_night(session).get(CHECKED)
    last = done.done_at if done else first_run_at(session)
    return last is not None and last < latest_night(setup.now(), setup.settings.timezone)


def latest_night(now: datetime, timezone: str) -> datetime:
    """Return when the last night's hour was: the first of the two, where clocks go back over it."""
    here = now.astimezone(ZoneInfo(timezone))
    night = here.replace(hour=NIGHT, minute=0, second=0, microsecond=0, fold=0)
    return night if night <= here else night - timedelta(days=1)


def do_nightly(setup: Setup) -> None:
    """Do it now; what cannot be done is a line in the log, and the next night's."""
    now, retention = setup.now(), setup.settings.retention
    keep(setup.data_dir, (), retention.keeping, now)
    if retention.text is not None:
        drop_old_texts(setup, now - retention.text)
    if retention.details is not None:
        # What matched anything is known by its decisions: they stay for as long as texts are looked at for that.
        longest = [each.rule.cooldown for each in setup.rules]
        drop_old_details(setup, now - max([retention.details, retention.text or retention.details, *longest]))
    cut_log(prefect_log(setup.data_dir))
    publish(setup.data_dir)
    try:
        found = faults(setup.data_dir, now - LOOKED_AT)
    except Unusable as error:
        log.warning("the warehouse is not checked: %s", error)
        return
    with writing(setup.data_dir) as session:
        said = tuple(map(fault_said, found))
        note(session, Nightly(task=CHECKED, done_at=now, found=sum(each.rows for each in found), said=said))
        if said:
            tell(
                setup, session, key="integrity", subject="The warehouse is not sound", text="\n".join([*said, _ADVICE])
            )
        else:
            well_again(
                setup, session, "integrity", subject="The warehouse is sound again", text="Nothing is wrong in it."
            )


def cut_log(path: Path) -> None:
    """Keep the end of a log that has grown long; whoever writes it appends, and goes on behind what is left."""
    with suppress(FileNotFoundError), path.open("r+b") as log_file:
        if log_file.seek(0, os.SEEK_END) > LONGEST_LOG:
            log_file.seek(-LOG_KEPT, os.SEEK_END)
            end = log_file.read()
            log_file.seek(0)
            log_file.truncate()
            log_file.write(end[end.find(b"\n") + 1 :])


def drop_old_texts(setup: Setup, before: datetime) -> None:
    """Empty the texts of what came before then and matched nothing, so many at a time: others may want to write."""
    dropped = 0
    while True:
        with writing(setup.data_dir) as session:
            gone = drop_texts(session, before, setup.now(), AT_ONCE)
        dropped += gone
        if gone < AT_ONCE:
            break
    if dropped:
        log.info("%s that matched nothing dropped, as [retention] says", counted(dropped, "text"))


def drop_old_details(setup: Setup, before: datetime) -> None:
    """Drop decisions, messages and passes of the days before then, counted by day; some days at a time."""
    midnight = before.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with reading(setup.data_dir) as session:
        oldest = oldest_detail(session)
    dropped, upto = 0, min(oldest or midnight, midnight)
    while oldest and upto < midnight:
        upto = min(upto + DAYS_AT_ONCE, midnight)
        with writing(setup.data_dir) as session:
            dropped += drop_details(session, upto, setup.now())
    if dropped:
        log.info("%s of before %s dropped, as [retention] says", counted(dropped, "detail"), midnight.date())


def fault_said(fault: Unsoundness) -> str:
    """Say what is wrong, and where for one."""
    return f"{fault.what}: {fault.rows}, such as {fault.example}"
