"""Starts workers on a Ray cluster, and looks on until the queue is done."""

import time
from collections.abc import Sequence

from novelgen.bootstrap import Workbench
from novelgen.cli.fleet_table import fleet_json, fleet_table
from novelgen.cli.fleet_watching import look_on
from novelgen.cli.invocation import Invocation
from novelgen.errors import ExitCode, UsageError
from novelgen.fleet.shape import WorkerShape
from novelgen.fleet.standing import FleetStanding
from storage.fleet_records import TaskState
from storage.run_records import PauseRequest

_SECONDS_TO_LEAVE = 30.0
_SECONDS_TO_BEGIN = 60.0
"""A node imports Python's packages before its first worker enters."""
_SECONDS_BETWEEN_LOOKS = 0.5


def start_and_follow(
    invocation: Invocation,
    workbench: Workbench,
    shape: WorkerShape,
    address: str | None,
    *,
    leaves_when_done: bool,
    follows: bool,
) -> ExitCode:
    """Start the workers; look on, unless the caller does not want to, until the queue is done.

    What has failed makes the exit code that of a failure.
    """
    from novelgen.fleet.ray_cluster import connected

    output = invocation.output
    workbench.fleet.require_server()
    with connected(address) as connection:
        if connection.is_own and not follows:
            raise UsageError(
                "No Ray cluster runs here, and one that begins with this command ends with it.",
                "Begin one with `ray start --head`, or leave --detach out.",
            )
        placed = workbench.fleet.start_on_ray(shape, leaves_when_done=leaves_when_done)
        output.note(f"{len(placed.started)} workers started.")
        if placed.waiting:
            output.note(f"{len(placed.waiting)} more wait until the cluster has room for them.")
        if not _begins(invocation, workbench, placed.started):
            return ExitCode.FAILED
        if not follows:
            output.note("They go on in the cluster. `novelgen fleet status --watch` looks on.")
            return ExitCode.DONE
        standing = look_on(output, workbench)
        if not standing.is_done and not connection.is_own:
            output.note("The workers go on. `novelgen fleet stop` lets them leave.")
            return ExitCode.INTERRUPTED
        if connection.is_own:
            _let_leave(workbench, placed.started)
    if output.as_json:
        output.document(fleet_json(standing))
    elif standing.tasks:
        output.data(fleet_table(standing))
    return _code_of(standing)


def _begins(invocation: Invocation, workbench: Workbench, names: Sequence[str]) -> bool:
    """Wait until the workers are at work, and say of each that cannot be why; whether one is."""
    from novelgen.fleet.ray_cluster import end_workers, troubles_of

    deadline = time.monotonic() + _SECONDS_TO_BEGIN
    pending = set(names)
    in_trouble: set[str] = set()
    while pending and time.monotonic() < deadline:
        for name, trouble in troubles_of(pending).items():
            invocation.output.error(f"{name}: {trouble}")
            in_trouble.add(name)
        standing = workbench.fleet.standing()
        pending -= in_trouble | {worker.name for worker in standing.workers}
        if standing.is_done:
            break
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    end_workers(in_trouble)
    return not names or len(in_trouble) < len(names)


def _let_leave(workbench: Workbench, names: Sequence[str]) -> None:
    """The cluster ends with this process; who writes still ends the segment in hand."""
    workbench.fleet.ask_workers_to_leave(PauseRequest.AFTER_SEGMENT, names)
    deadline = time.monotonic() + _SECONDS_TO_LEAVE
    while time.monotonic() < deadline:
        if not {worker.name for worker in workbench.fleet.standing().workers} & set(names):
            return
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _code_of(standing: FleetStanding) -> ExitCode:
    if standing.counts.get(TaskState.FAILED):
        return ExitCode.FAILED
    return ExitCode.DONE if standing.is_done else ExitCode.INTERRUPTED
