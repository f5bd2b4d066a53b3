"""Looks, while a task is worked on, whether the worker is to stop.

A thread of its own. It looks at the database for what the whole fleet, this worker or who has this
task is told, at the process for a signal, and at the worker's lock: a worker that others take for
dead stops.
"""

import logging
import threading
from dataclasses import replace
from types import TracebackType

from novelgen.generation.stop import StopSignal
from storage.errors import StorageFailure
from storage.fleet_records import FleetOrders
from storage.locks import NovelLock
from storage.run_records import PauseRequest
from storage.store import Store

SECONDS_BETWEEN_LOOKS = 1.0
_LOOKS_A_LOCK = 5
"""The lock's connection is asked with every so many looks."""

_log = logging.getLogger(__name__)


class LeaveSignal:
    """Set by a signal of the process: once to leave after the segment in hand, twice at once."""

    def __init__(self) -> None:
        self._request = PauseRequest.NONE
        self._set = threading.Event()

    @property
    def request(self) -> PauseRequest:
        return self._request

    def ask(self) -> None:
        """Leave soon, or at once when it was asked before."""
        again = self._set.is_set()
        self._request = PauseRequest.NOW if again else PauseRequest.AFTER_SEGMENT
        self._set.set()

    def leave_now(self) -> None:
        self._request = PauseRequest.NOW
        self._set.set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is asked, so long at most; whether it was."""
        return self._set.wait(seconds)


class Watch:
    """Watches while its block lasts."""

    def __init__(
        self,
        store: Store,
        worker_id: str,
        task_id: int,
        lock: NovelLock,
        stop: StopSignal,
        leave: LeaveSignal,
        seconds_between_looks: float = SECONDS_BETWEEN_LOOKS,
    ) -> None:
        self._store = store
        self._worker_id = worker_id
        self._task_id = task_id
        self._lock = lock
        self._stop = stop
        self._leave = leave
        self._seconds = seconds_between_looks
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="fleet-watch", daemon=True)
        self.has_stopped = False
        """Whether it was this watch that stopped the task."""

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look_on(self) -> None:
        looks = 0
        while True:
            looks += 1
            try:
                orders = orders_of(self._store, self._worker_id, self._leave, self._task_id)
                if looks % _LOOKS_A_LOCK == 0 and not self._lock.is_held:
                    _log.warning("worker %s has lost its lock and stops", self._worker_id)
                    orders = FleetOrders(PauseRequest.NOW, PauseRequest.NONE)
            except StorageFailure as failure:
                _log.warning("worker %s cannot look: %s", self._worker_id, failure)
                orders = FleetOrders(PauseRequest.NONE, self._leave.request)
            self._obey(orders)
            if self._ended.wait(self._seconds):
                return

    def _obey(self, orders: FleetOrders) -> None:
        request = orders.strictest
        if request is PauseRequest.NONE:
            return
        if not self._stop.is_requested:  # a person may have stopped the run before
            self.has_stopped = True
        if request is PauseRequest.NOW:
            self._stop.stop_now()
        else:
            self._stop.stop_after_segment()


def orders_of(
    store: Store, worker_id: str, leave: LeaveSignal, task_id: int | None = None
) -> FleetOrders:
    """What a worker is told now, by the database or by a signal, and of the task that it has.

    Raises `StorageFailure`.
    """
    with store.reading() as work:
        orders = work.fleet_workers.orders(worker_id)
        if task_id is not None:
            orders = replace(orders, hold=work.fleet_tasks.hold_request(task_id))
    if leave.request is PauseRequest.NONE or orders.leave is PauseRequest.NOW:
        return orders
    return replace(orders, leave=leave.request)
