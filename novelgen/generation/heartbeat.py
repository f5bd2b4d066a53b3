"""Tells the database that a run lives, and the run that somebody wants it to stop.

A thread of its own, so that it beats while the model computes. A database that is busy or away
misses a beat; what is committed does not depend on it.
"""

import logging
import threading
from types import TracebackType

from novelgen.generation.stop import StopSignal
from storage.errors import StorageFailure
from storage.run_records import PauseRequest
from storage.store import Store

_SECONDS_BETWEEN_LOOKS = 0.5
_LOOKS_A_BEAT = 10
"""A beat is a write to the disk; a look for a request is not."""

_log = logging.getLogger(__name__)


class Heartbeat:
    """Beats while its block lasts."""

    def __init__(self, store: Store, run_id: str, stop: StopSignal) -> None:
        self._store = store
        self._run_id = run_id
        self._stop = stop
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
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

    def _beat(self) -> None:
        looks = 0
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            looks += 1
            try:
                self._obey(self._look(writes=looks % _LOOKS_A_BEAT == 0))
            except StorageFailure as failure:
                _log.warning("run %s missed a heartbeat: %s", self._run_id, failure)

    def _look(self, *, writes: bool) -> PauseRequest:
        if writes:
            with self._store.writing() as work:
                return work.runs.heartbeat(self._run_id)
        with self._store.reading() as work:
            return work.runs.pause_request(self._run_id)

    def _obey(self, request: PauseRequest) -> None:
        if request is PauseRequest.NOW:
            self._stop.stop_now()
        elif request is PauseRequest.AFTER_SEGMENT:
            self._stop.stop_after_segment()
