"""Engines loaded by one process of this machine at a time, so that each plans with what is free.

A model is judged by the memory that is free, and takes it a while later. Processes that began
together would all count the same memory as theirs; one after the other, each sees what the others
have taken. Whoever dies while it loads lets the next one go on.
"""

import logging
from pathlib import Path

from novelgen.resident.order import EngineOrder, FitQuestion, LoadedEngine, Loader

_log = logging.getLogger(__name__)


def one_at_a_time(load: Loader, lock: Path) -> Loader:
    """As `load`, once no other process loads under `lock`, a file that is made if need be."""

    def load_in_turn(order: EngineOrder, question: FitQuestion) -> LoadedEngine:
        from filelock import FileLock

        turn = FileLock(lock, mode=0o600)
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            turn.acquire()
        except (OSError, NotImplementedError) as error:  # some file systems of clusters have none
            _log.warning("%s is no lock (%s); the model is loaded without waiting", lock, error)
            return load(order, question)
        try:
            return load(order, question)
        finally:
            turn.release()

    return load_in_turn
