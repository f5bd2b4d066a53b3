"""How a worker stands: its state, its task, the tasks that it has ended, and what it is."""

import platform

from novelgen import __version__
from novelgen.metrics.families import Families
from novelgen.metrics.standing import MeasuredState, TaskEnding


class WorkerFigures:
    """The series of one worker."""

    def __init__(self, families: Families, model_name: str, worker: str) -> None:
        self._named = (model_name, worker)
        self._state = families.gauge("worker_state", "1 for the state it is in.", "state")
        self._task = families.gauge("worker_task", "1 for the kind of task it has.", "task")
        self._tasks = families.counter("tasks_total", "Tasks of a fleet that ended.", "ending")
        self._kinds: set[str] = set()
        for ending in TaskEnding:
            self._tasks.labels(*self._named, ending)
        self.set_state(MeasuredState.STARTING)
        families.gauge(
            "build_info", "1, with the versions that run.", "version", "python_version"
        ).labels(*self._named, __version__, platform.python_version()).set(1)

    def set_state(self, state: MeasuredState) -> None:
        """It is in this state now, and in no other."""
        for each in MeasuredState:
            self._state.labels(*self._named, each).set(each is state)

    def set_task(self, kind: str | None) -> None:
        """It has a task of this kind now, of which there are a few; None: it has none."""
        if kind is not None:
            self._kinds.add(kind)
        for each in sorted(self._kinds):
            self._task.labels(*self._named, each).set(each == kind)

    def count_task(self, ending: TaskEnding) -> None:
        """A task has ended."""
        self._tasks.labels(*self._named, ending).inc()
