"""The monitor flow: the steps of a pass as Prefect tasks, one task a step however many articles there are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import httpx
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ExternalSignal
from prefect.runtime import deployment as runtime_deployment
from prefect.states import Completed, Crashed

from flows.config.accepted import current_settings
from flows.config.environment import log_format
from flows.logs import EXPECTED, PLAIN, one_line, set_up_logging
from flows.progress import shown, silent
from flows.setup import prepared
from flows.steps.passes import run_pass
from flows.supervision import end_with_parent
from flows.times import utc_now

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)
log = logging.getLogger("talkwatch.pass")


def staged(name: str, step: Callable[[], T]) -> T:
    """Run one step as a Prefect task.

    The step takes no argument and nothing is cached: Prefect would walk through, and hash, every record it is given.
    """

    def run() -> T:
        return step()

    return task(name=name, cache_policy=NO_CACHE, persist_result=False)(run)()


def run_name() -> str:
    """Name a run by when it began."""
    return f"pass of {utc_now():%Y-%m-%d %H:%M:%S} UTC"


@flow(name="monitor", flow_run_name=run_name, persist_result=False, validate_parameters=False)
def monitor() -> str:
    """Do one pass with the configuration that the environment names; its summary line is the run's message.

    It takes no parameters, because Prefect's server stores those in clear.
    """
    end_with_parent()
    set_up_logging(log_format())
    deployment_id = runtime_deployment.id
    if deployment_id:
        with get_client(sync_client=True) as client:
            try:
                skip_missed(client, UUID(str(deployment_id)))
            except httpx.HTTPError as error:  # its disk may be full; a missed run that starts finds nothing to do
                log.warning("Prefect cannot skip the passes that were missed: %s", one_line(error))
    # A log that grows for months has a line a pass, and one for machines nothing else.
    progress = silent if deployment_id or log_format() != PLAIN else shown()
    setup = prepared(current_settings(), progress=progress)
    try:
        line = run_pass(setup, stage=staged, scheduled=bool(deployment_id))
    except (*EXPECTED, KeyboardInterrupt, ExternalSignal) as error:
        raise bare(error) from None
    return Completed(message=line, data=line)  # type: ignore[return-value]  # Prefect hands on its data


def bare(error: E) -> E:
    """Return an error without where it came from: Prefect keeps it to the end, and with it DuckDB's connection."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def runs_in(client: SyncPrefectClient, deployment_id: UUID, *states: StateType) -> list[FlowRun]:
    """Return the deployment's runs that are in one of these states."""
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))),
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id])),
        limit=200,
    )


def skip_missed(client: SyncPrefectClient, deployment_id: UUID) -> int:
    """Skip the runs whose time has passed; return how many.

    After an outage Prefect would start each missed run at once; one catch-up is enough.
    """
    now = utc_now()
    missed = [run for run in runs_in(client, deployment_id, StateType.SCHEDULED) if due_by(run, now)]
    for run in missed:
        client.set_flow_run_state(run.id, Completed(name="Skipped", message="a later pass does its work"), force=True)
    return len(missed)


def forget_unstarted(client: SyncPrefectClient, deployment_id: UUID) -> None:
    """Take back the runs that have not started: nobody is going to, and Prefect would show them as late for ever."""
    for run in runs_in(client, deployment_id, StateType.SCHEDULED, StateType.PENDING):
        client.delete_flow_run(run.id)


def due_by(run: FlowRun, now: datetime) -> bool:
    """Tell whether a run should have started."""
    return run.expected_start_time is not None and run.expected_start_time <= now


def bury_orphans(client: SyncPrefectClient, deployment_id: UUID) -> int:
    """Mark runs whose process was ended before they were as crashed, which frees what they held; return how many.

    Right only while no pass is at work: the caller holds the lock of `serve`.
    """
    orphans = runs_in(client, deployment_id, StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
    for run in orphans:
        client.set_flow_run_state(run.id, Crashed(message="its process was ended before its pass was"), force=True)
    return len(orphans)
