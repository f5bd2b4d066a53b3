"""The loaded engines of the resident process: who uses them, and when they are given back."""

import gc
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from novelgen.engine.protocol import Engine
from novelgen.resident.order import EngineOrder, FitQuestion, LoadedEngine, Loader
from novelgen.resident.turns import Turns


class EngineShelf:
    """Engines by order. One computes at a time, in the order of asking; those that nobody holds
    make room for another."""

    def __init__(self, load: Loader, clock: Callable[[], float] = time.monotonic) -> None:
        self._load, self._clock = load, clock
        self._turns, self._counting = Turns(), threading.Lock()
        self._loaded: dict[EngineOrder, LoadedEngine] = {}
        self._questions: dict[EngineOrder, FitQuestion] = {}
        self._holders: Counter[EngineOrder] = Counter()
        self._last_used = clock()

    @property
    def models(self) -> list[str]:
        """Names of the loaded models."""
        return [order.model for order in list(self._loaded)]

    @property
    def is_computing(self) -> bool:
        return self._turns.is_taken

    @property
    def idle_seconds(self) -> float:
        """Since an engine was last used; 0 while one is."""
        return 0.0 if self.is_computing else self._clock() - self._last_used

    def hold(self, order: EngineOrder, question: FitQuestion) -> tuple[LoadedEngine, bool]:
        """Make an engine ready and keep it for a caller until `release`.

        Returns it, and whether it was loaded already; one that was is had at once, whoever
        computes. Raises what loading raises.
        """
        with self._counting:
            loaded = self._loaded.get(order)
            if loaded is not None:
                self._holders[order] += 1
                self._last_used = self._clock()
                return loaded, True
        with self._turns.taken():
            self._last_used = self._clock()
            was_warm = order in self._loaded
            self._questions[order] = question
            loaded = self._get(order)
            with self._counting:
                self._holders[order] += 1
            self._last_used = self._clock()
            return loaded, was_warm

    def release(self, order: EngineOrder) -> None:
        """The caller of a `hold` is done. The engine stays warm."""
        with self._counting:
            self._holders[order] -= 1
        self._last_used = self._clock()

    @contextmanager
    def computing(
        self,
        order: EngineOrder,
        is_wanted: Callable[[], bool],
        on_wait: Callable[[bool], None] | None = None,
    ) -> Iterator[Engine]:
        """The engine of a held order, alone; waits for its turn while `is_wanted` says so.

        `on_wait` is told whether it waits, if it has to. An engine that was given back in the
        meantime is loaded again. Raises `WaitCancelled`.
        """
        with self._turns.taken(is_wanted, on_wait):
            try:
                yield self._get(order).engine
            finally:
                self._last_used = self._clock()

    def at_hand(self, order: EngineOrder) -> Engine | None:
        """A loaded engine, for what needs no computing; None when it was given back."""
        loaded = self._loaded.get(order)
        return None if loaded is None else loaded.engine

    def drop_unheld(self) -> None:
        """Give back the engines that nobody holds; waits for a computation under way."""
        with self._turns.taken():
            self._drop(lambda order: not self._holders[order])

    def drop_idle(self, seconds: float) -> None:
        """Give back every engine when none was used for so long."""
        if not self._loaded or self.idle_seconds < seconds:
            return
        with self._turns.taken_if_free() as is_held:
            if is_held:
                self._drop(lambda _: True)

    def _get(self, order: EngineOrder) -> LoadedEngine:
        if order not in self._loaded:
            self._drop(lambda other: not self._holders[other])
            self._loaded[order] = self._load(order, self._questions[order])
        return self._loaded[order]

    def _drop(self, is_dropped: Callable[[EngineOrder], bool]) -> None:
        with self._counting:
            dropped = [self._loaded.pop(order) for order in [*self._loaded] if is_dropped(order)]
        for loaded in dropped:
            loaded.close()
        if dropped:
            gc.collect()
            _empty_device_cache()


def _empty_device_cache() -> None:
    """Hand memory that torch keeps for itself back to the device."""
    import sys

    torch = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
