"""What a worker does from the moment it enters a fleet until it leaves, or is taken for dead."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from novelgen.errors import DeviceFailed, ExitCode, ForeignMemoryError, NovelgenError
from novelgen.fleet.drafting import work_on_redraft
from novelgen.fleet.hands import Hands
from novelgen.fleet.outcome import Outcome, left_to_others
from novelgen.fleet.settling import settle
from novelgen.fleet.standstill import PatientHands, StandstillWatch
from novelgen.fleet.taking import MOST_DEATHS, Taking, take_from_the_dead
from novelgen.fleet.watch import LeaveSignal, Watch, orders_of
from novelgen.fleet.writing import write_novel
from novelgen.generation.events import Event
from novelgen.generation.stop import StopSignal
from storage.errors import DatabaseUnavailable, HeadMoved, RecordNotFound, StorageFailure
from storage.fleet_records import TaskKind, TaskRecord, TaskState, WorkerState
from storage.locks import NovelLock
from storage.run_records import PauseRequest
from storage.store import Store

SECONDS_BETWEEN_LOOKS = 1.0
_LONGEST_BETWEEN_LOOKS = 3.0
"""Of a worker that has nothing to do for a while: a thousand of them look, too."""
_SECONDS_BETWEEN_LOOKS_FOR_DEAD = 5.0
"""Between two tasks, or while there is nothing to do."""
_SECONDS_TO_NOTE_A_DEATH = 10.0

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


@dataclass(frozen=True, slots=True)
class WorkerMeans:
    """What a worker works with, and how it goes about it."""

    store: Store
    hands: Hands
    listener: WorkerListener
    leave: LeaveSignal
    leaves_when_done: bool
    standstill_seconds: float = math.inf
    """So long may a task tell of nothing; then the process of the worker ends."""


class TakenForDead(Exception):
    """The lock of the worker is gone: the server has closed its connection."""


class Visit:
    """A worker from the moment it enters until it leaves or loses its lock."""

    def __init__(self, means: WorkerMeans, worker_id: str, lock: NovelLock) -> None:
        """`lock` is held, and says that the worker lives."""
        self._means = means
        self._store = means.store
        self._listener = means.listener
        self._leave = means.leave
        self._worker_id = worker_id
        self._lock = lock
        self._taking = Taking(self._store, worker_id)
        self._state: WorkerState | None = None
        self._looked_for_dead = -math.inf

    def work(self) -> WorkerEnding:
        """Raises `DatabaseUnavailable` and `TakenForDead`."""
        looks = 0
        while True:
            if not self._lock.is_held:
                raise TakenForDead
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
                if self._means.leaves_when_done and self._is_all_done():
                    return WorkerEnding.LEFT
            looks += 1
            self._leave.wait(min(looks * SECONDS_BETWEEN_LOOKS, _LONGEST_BETWEEN_LOOKS))

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
        still = StandstillWatch(self._means.standstill_seconds, lambda: self._end_hanging(task))
        watch = Watch(self._store, self._worker_id, task.id, self._lock, stop, self._leave)
        with still, watch:
            outcome = self._outcome(lambda: self._perform(task, stop, watch, still))
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

    def _perform(
        self, task: TaskRecord, stop: StopSignal, watch: Watch, still: StandstillWatch
    ) -> Outcome:
        hands = PatientHands(self._means.hands, still)

        def on_event(event: Event) -> None:
            still.hear()
            self._listener.on_event(event)

        with self._store.reading() as work:
            job = work.fleet_tasks.job(task.job_id)
        if task.kind is TaskKind.WRITE:
            return write_novel(self._store, hands, job, stop, watch, on_event)
        return work_on_redraft(self._store, hands, job, task, stop, watch, on_event)

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
        self._note_death(task, error.message)
        self._listener.on_settled(task, left_to_others(error.message))

    def _note_death(self, task: TaskRecord, why: str) -> None:
        with suppress(HeadMoved, RecordNotFound), self._store.writing() as work:
            work.fleet_tasks.take_from_the_dead(task.id, self._worker_id, MOST_DEATHS, why)

    def _end_hanging(self, task: TaskRecord) -> None:
        """Called in another thread. What hangs may be the database: it is not waited for long."""
        why = f"Nothing was heard of it for {self._means.standstill_seconds / 60:g} minutes."
        _log.critical("worker %s ends, in task %d: %s", self._worker_id, task.id, why)
        noting = threading.Thread(target=self._note_death, args=(task, why), daemon=True)
        noting.start()
        noting.join(_SECONDS_TO_NOTE_A_DEATH)
        self._listener.on_trouble(f"Task {task.id} hangs. {why} This worker ends.")
        os._exit(ExitCode.FAILED)  # what hangs would keep it from ending otherwise

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
