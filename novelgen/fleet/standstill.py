"""A worker that hangs: a device, a server or a disk that never answers.

Its process cannot be saved, but it can end, so that others go on. A thread of its own looks on,
which asks nobody: neither the device nor the database.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from novelgen.engine.protocol import Engine
from novelgen.fleet.hands import Hands
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.run import RunTerms
from novelgen.prompting.library import PromptLibrary
from storage.records import NovelRecord

_LONGEST_WAIT = 60.0
"""Seconds between two looks."""


class StandstillWatch:
    """Looks, while its block lasts, whether anything is heard of what is done in it."""

    def __init__(self, seconds: float, on_standstill: Callable[[], None]) -> None:
        """`on_standstill` is called once, in another thread, after so many silent seconds.

        With `math.inf` it never is.
        """
        self._seconds = seconds
        self._on_standstill = on_standstill
        self._heard = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="standstill", daemon=True)

    def hear(self) -> None:
        """Something has happened: the time begins anew."""
        self._heard = time.monotonic()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """The block may take as long as it does; the time begins anew behind it."""
        self._heard = math.inf
        try:
            yield
        finally:
            self.hear()

    def __enter__(self) -> "StandstillWatch":
        self.hear()
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
        left = self._seconds
        while not self._ended.wait(min(left, self._seconds, _LONGEST_WAIT)):
            left = self._heard + self._seconds - time.monotonic()
            if left <= 0:
                self._on_standstill()
                return


class PatientHands:
    """Hands whose engines may take as long as they do to load.

    They may have to be fetched, and workers of one machine load one after the other.
    """

    def __init__(self, hands: Hands, watch: StandstillWatch) -> None:
        self._hands = hands
        self._watch = watch

    @property
    def library(self) -> PromptLibrary:
        return self._hands.library

    def engine(self, novel: NovelRecord) -> Engine:
        with self._watch.resting():
            return self._hands.engine(novel)

    def planner(self, novel: NovelRecord) -> Engine | None:
        with self._watch.resting():
            return self._hands.planner(novel)

    def terms(self, novel: NovelRecord, limits: RunLimits) -> RunTerms:
        return self._hands.terms(novel, limits)
