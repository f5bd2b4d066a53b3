"""How a fleet stands, in words: what the tables of the command line and the workbench both say.

Knows no terminal and no database; how a time is said is the front end's own.
"""

from collections.abc import Callable

from novelgen.fleet.standing import FleetStanding, TaskStanding
from storage.fleet_records import TaskKind, TaskState
from storage.run_records import PauseRequest

STATES = {
    TaskState.TAKEN: "in hand",
    TaskState.WAITING: "waiting",
    TaskState.HELD: "held",
    TaskState.FAILED: "failed",
    TaskState.DONE: "done",
}


def counts_told(standing: FleetStanding, *, with_done: bool = True) -> str:
    """Such as `2 in hand, 5 waiting`; empty where there is nothing."""
    states = [state for state in STATES if with_done or state is not TaskState.DONE]
    counts = standing.counts
    return ", ".join(f"{counts[state]:,} {STATES[state]}" for state in states if counts.get(state))


def words_told(standing: FleetStanding) -> str:
    """How much is written of what is not done; empty where nothing is left to write."""
    target = standing.target_words
    return f"{standing.words:,} of {target:,} words" if target else ""


def pace_told(standing: FleetStanding, duration: Callable[[float], str]) -> list[str]:
    """How fast it goes and how long it still takes, as far as either is known."""
    told = []
    if standing.words_per_second:
        told.append(f"{standing.words_per_second:,.1f} words/s")
        if standing.seconds_left is not None:
            told.append(f"about {duration(standing.seconds_left)} left")
    return told


def workers_told(standing: FleetStanding) -> str:
    """Such as `3 workers on 2 machines`. Those that are lost are not among them."""
    hosts = len({worker.host for worker in standing.workers})
    told = _counted(len(standing.workers), "worker")
    return f"{told} on {_counted(hosts, 'machine')}" if hosts else told


def task_told(each: TaskStanding) -> str:
    """What a task is, in a word or two."""
    task = each.task
    if task.kind is TaskKind.DRAFT:
        return f"draft {task.part}"
    return "redraft" if task.kind is TaskKind.PREPARE else task.kind.value


def state_told(each: TaskStanding) -> str:
    """How a task stands, in a word or two."""
    if each.is_lost:
        return "worker lost"
    return "stopping" if is_in_hand(each) and is_held_or_to_be(each) else STATES[each.task.state]


def is_in_hand(each: TaskStanding) -> bool:
    """Whether a worker that lives has a task."""
    return each.task.state is TaskState.TAKEN and not each.is_lost


def is_held_or_to_be(each: TaskStanding) -> bool:
    """Whether a person holds a task, also where its worker has a segment to end first."""
    return each.task.state is TaskState.HELD or each.task.hold_request is not PauseRequest.NONE


def worker_told(each: TaskStanding) -> str:
    """Who has a task; empty where nobody does."""
    return "" if each.worker is None else f"{each.worker.name} on {each.worker.host}"


def share_done(each: TaskStanding) -> float | None:
    """How much of a task is done, from 0 to 1; None where it is not known."""
    return min(1.0, each.words / each.target_words) if each.target_words else None


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
