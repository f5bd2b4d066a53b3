"""How a worker comes by a task: from the queue, and from workers that have died.

A worker lives while it holds its lock. A task whose worker's lock is free goes back to the queue,
whoever finds it; no clock is asked.
"""

import logging
import time

from storage.errors import HeadMoved, RecordNotFound
from storage.fleet_records import TaskRecord, TaskState
from storage.store import Store

MOST_DEATHS = 3
"""Workers that may die on a task in a row, without having got further, before it has failed."""

_SECONDS_PASSED_OVER = 15.0
_LONGEST_PASSED_OVER = 300.0

_log = logging.getLogger(__name__)


class Taking:
    """One worker's way to its tasks."""

    def __init__(self, store: Store, worker_id: str) -> None:
        self._store = store
        self._worker_id = worker_id
        self._passed_over: dict[int, float] = {}
        self._seconds: dict[int, float] = {}
        """How long each task was passed over last."""

    def next_task(self) -> TaskRecord | None:
        """The first task that this worker can take, which is then its own."""
        now = time.monotonic()
        self._passed_over = {id: until for id, until in self._passed_over.items() if until > now}
        passed_over = tuple(self._passed_over)
        with self._store.reading() as work:  # who looks in vain is not to take anybody's turn
            if not work.fleet_tasks.has_waiting(passed_over):
                return None
        with self._store.writing() as work:
            return work.fleet_tasks.take(self._worker_id, passed_over)

    def pass_over(self, task_id: int) -> None:
        """Leave a task to others for a while, each time for longer."""
        before = self._seconds.get(task_id, _SECONDS_PASSED_OVER / 2)
        self._seconds[task_id] = min(2 * before, _LONGEST_PASSED_OVER)
        self._passed_over[task_id] = time.monotonic() + self._seconds[task_id]


def take_from_the_dead(store: Store) -> list[TaskRecord]:
    """Put the tasks of workers that have died back into the queue; the tasks as they stand now."""
    with store.reading() as work:
        taken = work.fleet_tasks.taken()
        present = {worker.id for worker in work.fleet_workers.present()}
    holders = {task.worker_id for task in taken if task.worker_id is not None} | present
    dead = holders - store.living_workers(holders)
    freed = [task for task in (_freed(store, task, dead) for task in taken) if task is not None]
    for worker_id in dead & present:
        with store.writing() as work:
            work.fleet_workers.mark_lost(worker_id)
    return freed


def _freed(store: Store, task: TaskRecord, dead: set[str]) -> TaskRecord | None:
    if task.worker_id is None or task.worker_id not in dead:
        return None
    try:
        with store.writing() as work:
            freed = work.fleet_tasks.take_from_the_dead(task.id, task.worker_id, MOST_DEATHS)
    except (HeadMoved, RecordNotFound):  # another worker was faster
        return None
    how = "has failed" if freed.state is TaskState.FAILED else "waits again"
    _log.warning("worker %s is lost; its task %d %s", task.worker_id, task.id, how)
    return freed
