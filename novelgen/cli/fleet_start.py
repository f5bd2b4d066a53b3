"""Starts workers on a Ray cluster, and looks on until the queue is done."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.cli.fleet_table import fleet_json, fleet_table
from novelgen.cli.fleet_watching import Onlooker, look_on
from novelgen.cli.invocation import Invocation
from novelgen.cli.output import Output
from novelgen.errors import ExitCode, UsageError
from novelgen.fleet.shape import WorkerShape
from novelgen.fleet.standing import FleetStanding
from storage.errors import DatabaseUnavailable
from storage.fleet_records import TaskState
from storage.run_records import PauseRequest

if TYPE_CHECKING:
    from novelgen.fleet.ray_workers import Placed

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
    if workbench.fleet.workers.has_password_in_address:
        output.note(
            "The address of the database has a password in it, which Ray keeps with the orders of "
            "its workers. Better put it into ~/.pgpass of every machine."
        )
    onlooker = Onlooker(workbench)
    with connected(address) as connection:
        if connection.is_own and not follows:
            raise UsageError(
                "No Ray cluster runs here, and one that begins with this command ends with it.",
                "Begin one with `ray start --head`, or leave --detach out.",
            )
        onlooker.look(output.note)  # where the database cannot be had, nobody is started
        placed = workbench.fleet.workers.start_on_ray(shape, leaves_when_done=leaves_when_done)
        _say_placed(output, placed)
        if not wait_until_at_work(output, workbench, onlooker, placed.at_work):
            return ExitCode.FAILED
        if not follows:
            output.note("They go on in the cluster. `novelgen fleet status --watch` looks on.")
            return ExitCode.DONE
        with _terminated_as_interrupted():
            standing = look_on(output, workbench, onlooker=onlooker)
        if not standing.is_done and not connection.is_own:
            output.note("The workers go on. `novelgen fleet stop` lets them leave.")
            return ExitCode.INTERRUPTED
        if connection.is_own:
            _let_leave(output, workbench, placed.at_work)
    if output.as_json:
        output.document(fleet_json(standing))
    elif standing.tasks:
        output.data(fleet_table(standing))
    return _code_of(standing)


def wait_until_at_work(
    output: Output, workbench: Workbench, onlooker: Onlooker, names: Sequence[str]
) -> bool:
    """Say of each worker that does not come to work why, or that; whether any of them may.

    Those that cannot work are ended.
    """
    from novelgen.fleet.worker_order import ActorState

    deadline = time.monotonic() + _SECONDS_TO_BEGIN
    pending = dict.fromkeys(names)  # in their order
    stuck: set[str] = set()
    told: set[str] = set()
    while pending and time.monotonic() < deadline:
        for name, sign in workbench.fleet.workers.signs(pending).items():
            if sign.trouble and name not in told:
                output.error(f"{name}: {sign.trouble}")
                told.add(name)
            if sign.state is ActorState.STUCK:
                stuck.add(name)
        standing = onlooker.look(output.note)
        begun = stuck | {worker.name for worker in standing.workers}
        pending = {name: None for name in pending if name not in begun}
        if standing.is_done:
            break
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    else:
        if pending:
            output.note(
                f"Not at work after {_SECONDS_TO_BEGIN:.0f} s: {', '.join(pending)}. The log of "
                "novelgen on their machines may say why."
            )
    workbench.fleet.workers.end(stuck)
    return not names or len(stuck) < len(names)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """A terminate signal looks away, as Ctrl-C does; Ray would end the process with a trace."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_placed(output: Output, placed: "Placed") -> None:
    output.note(f"{len(placed.started)} workers started.")
    if placed.present:
        output.note(f"{len(placed.present)} were there already, and go on as they are.")
    for name, differences in placed.differences.items():
        output.note(
            f"{name} differs from what was asked for now, in {', '.join(differences)}. "
            "`novelgen fleet stop`, then `novelgen fleet start`, changes that."
        )
    if placed.leaving:
        output.note(
            f"{', '.join(placed.leaving)} were asked to leave and still end what they have in "
            "hand. Start again once they have left."
        )
    if placed.waiting:
        output.note(f"{len(placed.waiting)} more wait until the cluster has room for them.")
    for name, why in placed.mishaps.items():
        output.error(f"{name} could not be made: {why}")


def _let_leave(output: Output, workbench: Workbench, names: Sequence[str]) -> None:
    """The cluster ends with this process; who writes still ends the segment in hand."""
    deadline = time.monotonic() + _SECONDS_TO_LEAVE
    try:
        workbench.fleet.ask_workers_to_leave(PauseRequest.AFTER_SEGMENT, names)
        while time.monotonic() < deadline:
            if not {worker.name for worker in workbench.fleet.standing().workers} & set(names):
                return
            time.sleep(_SECONDS_BETWEEN_LOOKS)
    except DatabaseUnavailable as failure:
        output.note(f"{failure.message} The workers end without it.")


def _code_of(standing: FleetStanding) -> ExitCode:
    if standing.counts.get(TaskState.FAILED):
        return ExitCode.FAILED
    return ExitCode.DONE if standing.is_done else ExitCode.INTERRUPTED
