"""What `serve` looks at before it begins: told in one list, what keeps it from beginning and what deserves a look."""

from __future__ import annotations

import logging
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from alerts.channels import Equipment, built, route_of
from alerts.wording import counted
from extractors.speech.parsing import ModelMissingError, model_version
from extractors.speech.slavic.words import is_readable
from extractors.text import vectors
from flows.config.settings import prefect_api_url
from flows.pages.server import is_answering, stand_of
from flows.prefect_server import check_named_server, check_port
from flows.problems import UsageProblem, WorkProblem
from flows.setup import Setup
from flows.steps.deliver.notices import named
from flows.steps.deliver.self_watch import warehouse_watched
from flows.steps.deliver.wellness import AHEAD, megabytes, needed
from flows.times import to_the_minute
from flows.web.fetch import webhook_client
from warehouse.errors import Unusable, WarehouseError
from warehouse.runs import last_finished_at
from warehouse.store import known_migrations, reading

REACH_SECONDS = 5.0

log = logging.getLogger("talkwatch.serve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at one thing found: that it is `fine`, or that it deserves a look and is no reason not to begin."""

    said: str
    fine: bool = True


def look_over(setup: Setup) -> None:
    """Look at everything, and log it in one list; raise a problem that tells all that keeps `serve` from beginning."""
    fine: list[str] = []
    odd: list[str] = []
    wrong: list[Exception] = []
    for look in (configuration, clock_and_warehouse, models, disk, prefect, pages, channels_reached):
        try:
            for found in look(setup):
                (fine if found.fine else odd).append(found.said)
        except (UsageProblem, WorkProblem, WarehouseError, ModelMissingError) as problem:
            wrong.append(problem)
    if wrong:
        told = "\n".join([*map(str, wrong), *(f"besides, {each}" for each in odd)])
        raise (
            UsageProblem(told)
            if any(isinstance(each, UsageProblem | Unusable) for each in wrong)
            else WorkProblem(told)
        )
    log.info("looked at: %s", "; ".join(fine))
    for each in odd:
        log.warning("to look at: %s", each)


def configuration(setup: Setup) -> Iterator[Look]:
    """Say what is watched for whom; time zones were looked up when it was read."""
    settings = setup.settings
    numbers = (len(settings.feeds), "feed"), (len(setup.rules), "rule"), (len(settings.subscribers), "subscriber")
    yield Look(said=f"{settings.path.name}: {', '.join(counted(*each) for each in numbers)}")
    if not settings.feeds:
        yield Look(said="no feed is watched; add one to the configuration as [[feeds]]", fine=False)
    if not settings.operator:
        yield Look(said="nobody is told what is wrong with Talkwatch itself; name a subscriber as operator", fine=False)


def clock_and_warehouse(setup: Setup) -> Iterator[Look]:
    """Open the warehouse, which makes it or brings it up to date; look whether the clock is behind its last pass."""
    with warehouse_watched(setup), reading(setup.data_dir) as session:
        last = last_finished_at(session)
    yield Look(said=f"warehouse: schema {known_migrations()[-1].version}, {since(last)}")
    if last and last - setup.now() > AHEAD:
        at = to_the_minute(setup.now())
        yield Look(said=f"it is {at} by this machine's clock, and {since(last)}: is the clock right?", fine=False)


def since(last: datetime | None) -> str:
    """Say when a pass was finished last."""
    return f"the last pass finished {to_the_minute(last)}" if last else "no pass has finished yet"


def models(_: Setup) -> Iterator[Look]:
    """Raise where no English model is installed; say what else is read with."""
    yield Look(said=f"model: {model_version()}")
    lacking = [name for code, name in (("ru", "Russian"), ("uk", "Ukrainian")) if not is_readable(code)]
    if lacking:
        said = f"articles in {' and '.join(lacking)} are not read in full: `pip install 'talkwatch[languages]'`"
        yield Look(said=said, fine=False)
    if not vectors.is_there():
        said = "what is worded otherwise is not found to be the same: `pip install 'talkwatch[meaning]'`"
        yield Look(said=said, fine=False)


def disk(setup: Setup) -> Iterator[Look]:
    """Look whether the next passes will hardly want for room."""
    free, wanted = shutil.disk_usage(setup.data_dir).free, needed(setup.data_dir)
    said = f"disk of {setup.data_dir}: {megabytes(free)} free"
    if free >= wanted:
        yield Look(said=said)
    else:
        yield Look(said=f"{said}, and passes may need {megabytes(wanted)}", fine=False)


def prefect(setup: Setup) -> Iterator[Look]:
    """Raise where the Prefect server that was named does not answer, or the port is taken that ours is to have."""
    check_named_server()
    if not prefect_api_url():
        check_port(setup.settings.prefect_port)
    yield from ()


def pages(setup: Setup) -> Iterator[Look]:
    """Look whether the address of the pages is taken."""
    stand = stand_of(setup.settings)
    if stand is not None and is_answering(stand):
        yield Look(said=f"something answers at {stand.url} already; the pages are served when it is gone", fine=False)


def channels_reached(setup: Setup) -> Iterator[Look]:
    """Look whether anybody listens where messages go: all at once, each for some seconds; nothing is sent."""
    places = dict(servers(setup))
    with ThreadPoolExecutor(max_workers=max(len(places), 1)) as pool:
        for (place, name), why in zip(places.items(), pool.map(unreachable, places), strict=True):
            if why is None:
                yield Look(said=f"{name}: {place[0]}:{place[1]} answers")
            else:
                yield Look(said=f"{name}: {place[0]}:{place[1]} does not answer ({why}); messages wait", fine=False)


def servers(setup: Setup) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield the servers that messages go to, each with whose it is."""
    settings, told = setup.settings, setup.settings.subscribers
    with webhook_client(settings.fetch) as web:
        equipment = Equipment(now=setup.now, web=web)
        for name, channel in built({who.channel for who in told}, settings.channels, equipment).items():
            for who in told:
                # What goes through a proxy is for the proxy to reach.
                through = settings.fetch.proxy and name != "email"
                if who.channel == name and not through and (server := channel.server(who)):
                    yield server, named(route_of(who), told)


def unreachable(server: tuple[str, int]) -> str | None:
    """Return why a server can't be reached; None where it can."""
    try:
        with socket.create_connection(server, REACH_SECONDS):
            return None
    except OSError as error:
        return error.strerror or str(error) or type(error).__name__
