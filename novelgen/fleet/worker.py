"""A worker of a fleet: takes tasks from the database and does them, one at a time.

It may be killed at any moment: what is lost is the segment in flight, and another worker goes on.
When the database is away, or takes it for dead, it stops what it does, waits, and comes back as a
new worker.
"""

import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from novelgen.fleet.likeness import require_alike
from novelgen.fleet.outcome import GIVEN_BACK, Outcome
from novelgen.fleet.settling import settle_in
from novelgen.fleet.visit import (
    SECONDS_BETWEEN_LOOKS,
    TakenForDead,
    Visit,
    WorkerEnding,
    WorkerMeans,
)
from storage.errors import DatabaseUnavailable, StorageFailure
from storage.fleet_records import NewWorker, TaskState, WorkerState
from storage.records import new_id
from storage.run_records import PauseRequest
from storage.unit_of_work import UnitOfWork

_MOST_FAILURES = 5
"""Of the database in the middle of one task, before the task has failed."""
_LONGEST_WAIT = 30.0
"""Seconds between two tries to reach the database."""

_log = logging.getLogger(__name__)


class FleetWorker:
    """One worker, which has one engine at a time."""

    def __init__(self, means: WorkerMeans, card: NewWorker) -> None:
        """`card` says who it is; it enters under a new id whenever it has to come back."""
        self._means = means
        self._store = means.store
        self._listener = means.listener
        self._leave = means.leave
        self._card = card
        self._was_id: str | None = None
        self._cut_off: Counter[int] = Counter()
        """How often the database failed in the middle of a task."""

    def run(self) -> WorkerEnding:
        """Work until it is to leave, or nothing is left to do.

        Raises `UsageError` where the living workers have another version or other prompts, also
        when it comes back to them.
        """
        wait = SECONDS_BETWEEN_LOOKS
        while self._leave.request is PauseRequest.NONE:
            try:
                with self._present() as visit:
                    wait = SECONDS_BETWEEN_LOOKS
                    return visit.work()
            except DatabaseUnavailable as failure:
                self._listener.on_trouble(f"{failure.message} Trying again in {wait:.0f} s.")
                _log.warning("worker %s: %s", self._card.name, failure)
                # Not all at once, where a thousand wait for one server.
                self._leave.wait(wait * random.uniform(0.5, 1.5))  # noqa: S311
                wait = min(2 * wait, _LONGEST_WAIT)
            except TakenForDead:
                self._listener.on_trouble("The database took this worker for dead; it comes back.")
        return WorkerEnding.LEFT

    @contextmanager
    def _present(self) -> Iterator[Visit]:
        card = replace(self._card, id=new_id())
        lock = self._store.try_lock_worker(card.id)
        if lock is None:
            raise DatabaseUnavailable(f"The lock of the new worker {card.id} is taken.")
        with lock:
            with self._store.writing() as work:
                require_alike(self._store, work, card.versions)
                work.fleet_workers.enter(card)
                self._give_back_what_it_had(work)
            self._was_id = card.id
            try:
                yield Visit(self._means, card.id, lock)
            finally:
                with suppress(StorageFailure), self._store.writing() as work:
                    work.fleet_workers.set_state(card.id, WorkerState.LEFT)

    def _give_back_what_it_had(self, work: UnitOfWork) -> None:
        """It has not died of what it had in hand when the database went away.

        But where the database fails time and again with the same task, it is the task's fault.
        """
        for task in work.fleet_tasks.taken():
            if self._was_id is None or task.worker_id != self._was_id:
                continue
            self._cut_off[task.id] += 1
            outcome = GIVEN_BACK
            if self._cut_off[task.id] >= _MOST_FAILURES:
                note = (
                    f"The database failed {_MOST_FAILURES} times in the middle of it; see the log."
                )
                outcome = Outcome(TaskState.FAILED, note)
            settle_in(work, task, outcome)
