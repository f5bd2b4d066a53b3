"""Turns at something that one alone can use: handed out in the order of asking.

A plain lock goes to whoever comes by when it is free, so that a run, which asks again at once,
could keep a person waiting for ever.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_QUESTIONS = 0.05


class WaitCancelled(Exception):
    """Whoever waited for a turn does not want it any more."""


class Turns:
    """A queue for one place. What waits longest comes next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()
        """The first of it has the turn."""

    @property
    def is_taken(self) -> bool:
        return bool(self._queue)

    @property
    def num_waiting(self) -> int:
        return max(0, len(self._queue) - 1)

    @contextmanager
    def taken(
        self,
        is_wanted: Callable[[], bool] | None = None,
        on_wait: Callable[[bool], None] | None = None,
    ) -> Iterator[None]:
        """Hold the turn; waits for it while `is_wanted` says so.

        `on_wait` is told True when it has to be waited for, and False when it has come then.
        Raises `WaitCancelled`.
        """
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
        try:
            self._wait(ticket, is_wanted, on_wait)
            yield
        finally:
            self._leave(ticket)

    @contextmanager
    def taken_if_free(self) -> Iterator[bool]:
        """Hold the turn if nobody has it; whether it is held."""
        ticket = object()
        with self._changed:
            is_free = not self._queue
            if is_free:
                self._queue.append(ticket)
        try:
            yield is_free
        finally:
            if is_free:
                self._leave(ticket)

    def _wait(
        self,
        ticket: object,
        is_wanted: Callable[[], bool] | None,
        on_wait: Callable[[bool], None] | None,
    ) -> None:
        if self._has_come(ticket):
            return
        if on_wait is not None:
            on_wait(True)
        while not self._has_come(ticket, _SECONDS_BETWEEN_QUESTIONS):
            if is_wanted is not None and not is_wanted():
                raise WaitCancelled
        if on_wait is not None:
            on_wait(False)

    def _has_come(self, ticket: object, seconds: float = 0.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._queue[0] is ticket, seconds)

    def _leave(self, ticket: object) -> None:
        with self._changed:
            self._queue.remove(ticket)
            self._changed.notify_all()
