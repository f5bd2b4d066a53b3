"""Steps of a worker's work in tests: a novel is queued, and something happens in the middle."""

import threading
import time
from collections.abc import Callable

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import DecodeRequest, DecodeResult
from novelgen.fleet.queue import add_novel
from novelgen.fleet.terms import WriteTerms
from novelgen.generation.events import Event, SegmentCommitted
from storage.fleet_records import TaskRecord, WorkerState
from tests.fleet.conftest import Fleet, OnEvent
from tests.generation.conftest import Desk, Desks

WORDS = 1_500


class Held(ScriptedEngine):
    """Draws when it is let, or when it is told to stop, which ends what it draws at once."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Event()
        self.may_write = threading.Event()

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        while not self.may_write.is_set():
            self.waits.set()
            if observer is not None and observer.should_stop():
                break
            time.sleep(0.01)
        return super().decode(request, observer)


def queue(fleet: Fleet, desk: Desk, terms: WriteTerms | None = None) -> None:
    add_novel(fleet.store, desk.fresh(), terms or WriteTerms())


def once_at_segment(number: int, do: Callable[[], object]) -> OnEvent:
    """Do something right after so many segments have been committed."""
    seen: list[Event] = []

    def then(_task: TaskRecord, event: Event) -> None:
        if isinstance(event, SegmentCommitted):
            seen.append(event)
            if len(seen) == number:
                do()

    return then


def until(holds: Callable[[], bool]) -> None:
    """Look again and again; the time limit of the test ends it."""
    while not holds():
        time.sleep(0.02)


def state_of_worker(fleet: Fleet) -> list[WorkerState]:
    with fleet.store.reading() as work:
        return [worker.state for worker in work.fleet_workers.present()]


def undisturbed(desks: Desks, words: int = WORDS, seed: int = 11) -> list[str]:
    alone = desks.desk(words, seed)
    alone.write()
    return alone.chapters()
