"""A team of threads that run one compiled function together.

The helpers are ordinary Python threads that sleep between calls and hold no lock while they
work: the functions given must release the interpreter. The caller is thread 0.
"""

import threading
from collections.abc import Callable
from typing import Any

_SECONDS_TO_END = 5.0


class ThreadTeam:
    """`num_threads` threads, the caller among them. One call at a time."""

    def __init__(self, num_threads: int) -> None:
        self.num_threads = max(1, num_threads)
        self._call: tuple[Callable[..., None], tuple[Any, ...]] | None = None
        self._error: BaseException | None = None
        self._starts = [threading.Lock() for _ in range(self.num_threads - 1)]
        self._ends = [threading.Lock() for _ in range(self.num_threads - 1)]
        for lock in (*self._starts, *self._ends):
            lock.acquire()
        self._helpers = [
            threading.Thread(
                target=self._help, args=(number,), name=f"decode-{number}", daemon=True
            )
            for number in range(1, self.num_threads)
        ]
        for helper in self._helpers:
            helper.start()

    def run(self, function: Callable[..., None], *args: Any) -> None:
        """Call `function(thread, num_threads, *args)` on every thread; returns when all have."""
        self._call = (function, args)
        for lock in self._starts:
            lock.release()
        try:
            function(0, self.num_threads, *args)
        finally:
            for lock in self._ends:
                lock.acquire()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def close(self) -> None:
        """End the helpers, and wait until they have: one that woke while the interpreter ends
        would take the process down with it. Closing twice does nothing."""
        helpers, self._helpers = self._helpers, []
        self._call = None
        for lock, helper in zip(self._starts, helpers, strict=False):
            lock.release()
            helper.join(_SECONDS_TO_END)

    def _help(self, number: int) -> None:
        while True:
            self._starts[number - 1].acquire()
            if self._call is None:
                return
            function, args = self._call
            try:
                function(number, self.num_threads, *args)
            except BaseException as error:  # noqa: BLE001 - raised again by the caller
                self._error = error
            finally:
                self._ends[number - 1].release()
