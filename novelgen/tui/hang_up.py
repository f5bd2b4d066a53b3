"""The terminal is closed, or somebody ends the program: what is done then, and that it does end.

Does nothing where there are no such signals, or where the loop runs outside the main thread.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable

_EXIT_CODE = 128
"""Plus the number of the signal: as shells count."""
_SECONDS_TO_END = 5.0
"""A terminal that is gone may never take what is drawn last."""


class HangUp:
    """Listens for the signals while the workbench is open."""

    def __init__(self, then: Callable[[int], object]) -> None:
        """`then` is given the exit code, in the loop that listens, at the first signal only."""
        self._then = then
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_come = False

    def listen(self) -> None:
        """Begin. Other handlers of the loop for these signals are replaced."""
        if os.name != "posix" or threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._came, number)

    def let_go(self) -> None:
        """End; once a signal came, a second one is not to break off the ending."""
        if self._loop is not None and not self._has_come:
            for number in (signal.SIGHUP, signal.SIGTERM):
                self._loop.remove_signal_handler(number)

    def _came(self, number: int) -> None:
        if not self._has_come:
            self._has_come = True
            self._then(_EXIT_CODE + number)


def end_soon(code: int) -> None:
    """End the process after a few seconds, whatever it still waits for."""
    end = threading.Timer(_SECONDS_TO_END, os._exit, (code,))
    end.daemon = True
    end.start()
