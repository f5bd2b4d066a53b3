"""A worker of a fleet: takes tasks from the database and does them, one at a time.

It may be killed at any moment: what is lost is the segment in flight, and another worker goes on.
When the database is away, or takes it for dead, it stops what it does, waits, and comes back as a
new worker.
"""

import logging
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import Enum
from typing import Protocol

from novelgen.errors import DeviceFailed, ForeignMemoryError, NovelgenError
from novelgen.fleet.drafting import work_on_redraft
from novelgen.fleet.hands import Hands
from novelgen.fleet.outcome import GIVEN_BACK, Outcome, left_to_others
from novelgen.fleet.settling import settle, settle_in
from novelgen.fleet.taking import MOST_DEATHS, Taking, take_from_the_dead
from novelgen.fleet.watch import LeaveSignal, Watch, orders_of
from novelgen.fleet.writing import write_novel
from novelgen.generation.events import Event
from novelgen.generation.stop import StopSignal
from storage.errors import DatabaseUnavailable, HeadMoved, RecordNotFound, StorageFailure
from storage.fleet_records import NewWorker, TaskKind, TaskRecord, TaskState, WorkerState
from storage.locks import NovelLock
from storage.records import new_id
from storage.run_records import PauseRequest
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_SECONDS_BETWEEN_LOOKS = 1.0
_LONGEST_BETWEEN_LOOKS = 3.0
"""Of a worker that has nothing to do for a while: a thousand of them look, too."""
_SECONDS_BETWEEN_LOOKS_FOR_DEAD = 5.0
"""Between two tasks, or while there is nothing to do."""
_MOST_FAILURES = 5
"""Of the database in the middle of one task, before the task has failed."""
_LONGEST_WAIT = 30.0
"""Seconds between two tries to reach the database."""

_log = logging.getLogger(__name__)


class WorkerEnding(Enum):
    """Why a worker has ended."""

    LEFT = "left"
    """It was asked to, or nothing is left to do."""
    DEVICE_FAILED = "device failed"
    """Only another process can use the device again."""


class WorkerListener(Protocol):
    """Hears what a worker does."""

    def on_state(self, state: WorkerState) -> None: ...

    def on_task(self, task: TaskRecord) -> None: ...

    def on_event(self, event: Event) -> None: ...

    def on_settled(self, task: TaskRecord, outcome: Outcome) -> None: ...

    def on_lost(self, task: TaskRecord) -> None:
        """Another worker has taken the task over meanwhile."""

    def on_trouble(self, message: str) -> None: ...


class FleetWorker:
    """One worker, which has one engine at a time."""

    def __init__(
        self,
        store: Store,
        hands: Hands,
        card: NewWorker,
        listener: WorkerListener,
        *,
        leave: LeaveSignal,
        leaves_when_done: bool,
    ) -> None:
        """`card` says who it is; it enters under a new id whenever it has to come back."""
        self._store = store
        self._hands = hands
        self._card = card
        self._listener = listener
        self._leave = leave
        self._leaves_when_done = leaves_when_done
        self._was_id: str | None = None
        self._cut_off: Counter[int] = Counter()
        """How often the database failed in the middle of a task."""

    def run(self) -> WorkerEnding:
        """Work until it is to leave, or nothing is left to do."""
        wait = _SECONDS_BETWEEN_LOOKS
        while self._leave.request is PauseRequest.NONE:
            try:
                with self._present() as visit:
                    wait = _SECONDS_BETWEEN_LOOKS
                    return visit.work()
            except DatabaseUnavailable as failure:
                self._listener.on_trouble(f"{failure.message} Trying again in {wait:.0f} s.")
                _log.warning("worker %s: %s", self._card.name, failure)
                # Not all at once, where a thousand wait for one server.
                self._leave.wait(wait * random.uniform(0.5, 1.5))  # noqa: S311
                wait = min(2 * wait, _LONGEST_WAIT)
            except _TakenForDead:
                self._listener.on_trouble("The database took this worker for dead; it comes back.")
        return WorkerEnding.LEFT

    @contextmanager
    def _present(self) -> Iterator["_Visit"]:
        card = replace(self._card, id=new_id())
        lock = self._store.try_lock_worker(card.id)
        if lock is None:
            raise DatabaseUnavailable(f"The lock of the new worker {card.id} is taken.")
        with lock:
            with self._store.writing() as work:
                work.fleet_workers.enter(card)
                self._give_back_what_it_had(work)
            self._was_id = card.id
            visit = _Visit(
                self._store,
                self._hands,
                card.id,
                lock,
                self._listener,
                self._leave,
                self._leaves_when_done,
            )
            try:
                yield visit
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


class _TakenForDead(Exception):
    """The lock of the worker is gone: the server has closed its connection."""


class _Visit:
    """A worker from the moment it enters until it leaves or loses its lock."""

    def __init__(
        self,
        store: Store,
        hands: Hands,
        worker_id: str,
        lock: NovelLock,
        listener: WorkerListener,
        leave: LeaveSignal,
        leaves_when_done: bool,
    ) -> None:
        self._store = store
        self._hands = hands
        self._worker_id = worker_id
        self._lock = lock
        self._listener = listener
        self._leave = leave
        self._leaves_when_done = leaves_when_done
        self._taking = Taking(store, worker_id)
        self._state: WorkerState | None = None
        self._looked_for_dead = -math.inf

    def work(self) -> WorkerEnding:
        """Raises `DatabaseUnavailable` and `_TakenForDead`."""
        looks = 0
        while True:
            if not self._lock.is_held:
                raise _TakenForDead
            orders = orders_of(self._store, self._worker_id, self._leave)
            if orders.leave is not PauseRequest.NONE:
                return WorkerEnding.LEFT
            if orders.pause is not PauseRequest.NONE:
                self._become(WorkerState.PAUSED)
            elif (task := self._next_task()) is not None:
                self._become(WorkerState.WORKING)
                try:
                    self._do(task)
                except DeviceFailed as error:
                    self._die_of(task, error)
                    return WorkerEnding.DEVICE_FAILED
                looks = 0
                continue
            else:
                self._become(WorkerState.IDLE)
                if self._leaves_when_done and self._is_all_done():
                    return WorkerEnding.LEFT
            looks += 1
            self._leave.wait(min(looks * _SECONDS_BETWEEN_LOOKS, _LONGEST_BETWEEN_LOOKS))

    def _next_task(self) -> TaskRecord | None:
        """What has been begun comes first, also what a worker that has died had begun."""
        now = time.monotonic()
        if now - self._looked_for_dead >= _SECONDS_BETWEEN_LOOKS_FOR_DEAD:
            self._looked_for_dead = now
            take_from_the_dead(self._store)
        return self._taking.next_task()

    def _do(self, task: TaskRecord) -> None:
        """Do a task and note what became of it, under the lock of its novel.

        Raises `DatabaseUnavailable` and `DeviceFailed`.
        """
        self._listener.on_task(task)
        is_alone = task.kind is TaskKind.WRITE
        try_lock = self._store.try_lock_novel if is_alone else self._store.try_share_novel
        lock = try_lock(task.novel_id)
        if lock is None:
            self._settle(task, left_to_others("being written by another process"))
            return
        with lock:
            self._do_under_lock(task)

    def _do_under_lock(self, task: TaskRecord) -> None:
        stop = StopSignal()
        started = time.monotonic()
        with Watch(self._store, self._worker_id, task.id, self._lock, stop, self._leave) as watch:
            outcome = self._outcome(lambda: self._perform(task, stop, watch))
        _log.info(
            "task %d (%s, novel %s) is %s after %.1f s. %s",
            task.id,
            task.kind.value,
            task.novel_id,
            outcome.state.value,
            time.monotonic() - started,
            outcome.note,
        )
        self._settle(task, outcome)

    def _perform(self, task: TaskRecord, stop: StopSignal, watch: Watch) -> Outcome:
        with self._store.reading() as work:
            job = work.fleet_tasks.job(task.job_id)
        on_event = self._listener.on_event
        if task.kind is TaskKind.WRITE:
            return write_novel(self._store, self._hands, job, stop, watch, on_event)
        return work_on_redraft(self._store, self._hands, job, task, stop, watch, on_event)

    def _outcome(self, perform: Callable[[], Outcome]) -> Outcome:
        """What a task comes to, whatever goes wrong with it, so that the others go on."""
        try:
            return perform()
        except (DatabaseUnavailable, DeviceFailed):
            raise
        except (ForeignMemoryError, HeadMoved) as error:  # perhaps another worker's is the same
            return left_to_others(error.message)
        except (NovelgenError, StorageFailure) as error:
            return Outcome(TaskState.FAILED, f"{error.message} {error.remedy}".strip())
        except Exception as error:  # noqa: BLE001  (one novel's mishap must not end the worker)
            _log.exception("worker %s: a task failed", self._worker_id)
            return Outcome(TaskState.FAILED, f"{type(error).__name__}: {error}")

    def _die_of(self, task: TaskRecord, error: DeviceFailed) -> None:
        """This worker ends with a task, and others might likewise."""
        with suppress(HeadMoved, RecordNotFound), self._store.writing() as work:
            work.fleet_tasks.take_from_the_dead(
                task.id, self._worker_id, MOST_DEATHS, error.message
            )
        self._listener.on_settled(task, left_to_others(error.message))

    def _settle(self, task: TaskRecord, outcome: Outcome) -> None:
        if outcome.is_passed_over:
            self._taking.pass_over(task.id)
        if outcome.is_stored or settle(self._store, task, outcome):
            self._listener.on_settled(task, outcome)
        else:
            _log.warning("task %d is another worker's by now, or out of the queue", task.id)
            self._listener.on_lost(task)

    def _become(self, state: WorkerState) -> None:
        if state is not self._state:
            with self._store.writing() as work:
                work.fleet_workers.set_state(self._worker_id, state)
            self._state = state
            self._listener.on_state(state)

    def _is_all_done(self) -> bool:
        with self._store.reading() as work:
            return not work.fleet_tasks.are_unfinished()
