"""Collects Python's cyclic garbage while nobody presses keys.

A full collection walks through every object of the program and stops it for a third of a second
once several places are open. Young garbage is collected as ever; the old waits for a moment of
rest, or until there is much of it.
"""

import gc
import time

_SECONDS_OF_REST = 1.0
_ENOUGH = 25
"""Younger collections after which a full one is worth its while."""
_MUCH = 150
"""After so many it is made even while keys are pressed."""
_NEVER = 2**30


class GarbageCollector:
    """Takes full collections over from Python, until it is let go of."""

    def __init__(self) -> None:
        self._thresholds = gc.get_threshold()
        self._touched_at = 0.0

    def take_over(self) -> None:
        """Begin; what there is by now is settled."""
        young, middle, _ = self._thresholds
        gc.set_threshold(young, middle, _NEVER)
        self.settle()

    def settle(self) -> None:
        """What there is by now stays as long as the program: it is not walked through any more."""
        gc.freeze()

    def let_go(self) -> None:
        """Leave everything to Python again."""
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def touched(self) -> None:
        """The person does something now."""
        self._touched_at = time.monotonic()

    def look(self) -> None:
        """Collect, if there is enough and the moment is right. To be called every second or so."""
        waiting = gc.get_count()[2]
        rests = time.monotonic() - self._touched_at >= _SECONDS_OF_REST
        if waiting >= _MUCH or (rests and waiting >= _ENOUGH):
            gc.collect()
