"""Tells what a worker does, in words and in figures."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from novelgen.fleet.outcome import Outcome
from novelgen.generation.events import Event
from novelgen.metrics.standing import MeasuredState, TaskEnding
from storage.fleet_records import TaskRecord, TaskState, WorkerState

if TYPE_CHECKING:
    from novelgen.metrics.worker_metrics import WorkerMetrics

Narrate = Callable[[str], None]

_MEASURED = {
    WorkerState.IDLE: MeasuredState.IDLE,
    WorkerState.PAUSED: MeasuredState.PAUSED,
    WorkerState.WORKING: MeasuredState.WRITING,
}
_ENDINGS = {
    TaskState.DONE: TaskEnding.DONE,
    TaskState.FAILED: TaskEnding.FAILED,
    TaskState.WAITING: TaskEnding.RETURNED,
    TaskState.HELD: TaskEnding.RETURNED,
}


class TellingListener:
    """A `WorkerListener` that narrates tasks and keeps figures."""

    def __init__(self, narrate: Narrate, metrics: "WorkerMetrics | None") -> None:
        self._narrate = narrate
        self._metrics = metrics

    def on_state(self, state: WorkerState) -> None:
        if state is WorkerState.PAUSED:
            self._narrate("The fleet is paused.")
        elif state is WorkerState.IDLE:
            self._narrate("Nothing to take at the moment.")
        if self._metrics is not None and state in _MEASURED:
            self._metrics.set_state(_MEASURED[state])

    def on_task(self, task: TaskRecord) -> None:
        self._narrate(f"Task {task.id}: {_told(task)}.")
        if self._metrics is not None:
            self._metrics.set_task(task.kind.value)

    def on_event(self, event: Event) -> None:
        if self._metrics is not None:
            self._metrics.note(event)

    def on_settled(self, task: TaskRecord, outcome: Outcome) -> None:
        why = f": {outcome.note}" if outcome.note else ""
        self._narrate(f"Task {task.id} is {outcome.state.value}{why}")
        if self._metrics is not None:
            self._metrics.set_task(None)
            self._metrics.count_task(_ENDINGS[outcome.state])
            if outcome.state is TaskState.FAILED:
                self._metrics.note_failed_run()

    def on_lost(self, task: TaskRecord) -> None:
        self._narrate(f"Task {task.id} is another worker's by now, or out of the queue.")
        if self._metrics is not None:
            self._metrics.set_task(None)
            self._metrics.count_task(TaskEnding.LOST)

    def on_trouble(self, message: str) -> None:
        """It has lost what it had in hand, and tells how it stands when it has come back."""
        self._narrate(message)
        if self._metrics is not None:
            self._metrics.set_task(None)
            self._metrics.set_state(MeasuredState.IDLE)


def _told(task: TaskRecord) -> str:
    part = f" {task.part}" if task.part else ""
    return f"{task.kind.value}{part} of novel {task.novel_id}"
