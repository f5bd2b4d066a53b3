"""The signs and colours of what a fleet does."""

from novelgen.fleet.standing import TaskStanding
from novelgen.tui.fleet.novel_words import FleetPart
from storage.fleet_records import TaskState, WorkerState

_PARTS = {
    FleetPart.AT_WORK: "$success",
    FleetPart.LOST: "$warning",
    FleetPart.FAILED: "$error",
    FleetPart.HELD: "$secondary",
    FleetPart.WAITING: "$text-muted",
}
_STATES = {
    TaskState.TAKEN: ("●", "$success"),
    TaskState.WAITING: ("○", "$text-muted"),
    TaskState.HELD: ("‖", "$secondary"),
    TaskState.FAILED: ("✗", "$error"),
    TaskState.DONE: ("✓", "$success"),
}
_LOST = ("!", "$warning")
_WORKERS = {
    WorkerState.WORKING: ("●", "$success"),
    WorkerState.IDLE: ("○", "$text-muted"),
    WorkerState.PAUSED: ("‖", "$secondary"),
}


def colour_of(part: FleetPart) -> str:
    """Of what the library says of a novel."""
    return _PARTS[part]


def sign_of_task(each: TaskStanding) -> tuple[str, str]:
    """One character and its colour."""
    return _LOST if each.is_lost else _STATES[each.task.state]


def sign_of_worker(state: WorkerState) -> tuple[str, str]:
    """One character and its colour."""
    return _WORKERS.get(state, _LOST)
