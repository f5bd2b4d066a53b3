"""How quickly the workbench answers keys: letters typed in a real terminal, until they are shown.

The workbench runs in a pseudo terminal of its own. A letter that stands nowhere else on the screen
is typed into the text of a chapter; its answer is the moment at which the terminal is sent it.
Nothing is saved. Knows nothing of the screens beyond the keys that lead there.
"""

import os
import random
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

from novelgen.errors import NovelgenError, UsageError

_LETTERS = "ЖЙЩЮЭЫЦФШЯжйщюэыцфшя"
"""Of an alphabet that neither the screens nor the novels here are written in."""
_OPEN_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
_LEAST_PAUSE, _MOST_PAUSE = 0.08, 0.25
"""Seconds between two letters, as a person types."""
_QUIET_SECONDS = 0.5
_INTRODUCTION = b"The bundled model"
"""Said once of a novel, in front of it."""
_ESCAPE = b"\x1b"
_CTRL_Q = b"\x11"


@dataclass(frozen=True, slots=True)
class KeyLatencies:
    """How long letters took until they were sent to the terminal, in milliseconds."""

    keys: int
    columns: int
    rows: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    longest_ms: float
    bytes_per_second: float
    """Sent to the terminal meanwhile."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def bench_keys(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    keys: int,
    columns: int = 120,
    rows: int = 40,
) -> KeyLatencies:
    """Open the workbench with these arguments, and type into the chapter at hand.

    Raises `NovelgenError` when it does not open or a letter is never shown; `UsageError` where the
    system has no pseudo terminals.
    """
    with _terminal(arguments, environment, columns, rows) as terminal:
        terminal.read_until(b"Edit", _OPEN_SECONDS, "the workbench never opened on a chapter")
        terminal.settle()
        if terminal.has_shown(_INTRODUCTION):
            terminal.write(b"\r")
            terminal.settle()
        terminal.write(b"e")
        terminal.read_until(b"Save", _OPEN_SECONDS, "the chapter never opened to be edited")
        terminal.settle()
        begun, sent_before = time.perf_counter(), terminal.received
        waits = sorted(_typed(terminal, keys))
        seconds = time.perf_counter() - begun
        per_second = (terminal.received - sent_before) / seconds
        terminal.write(_ESCAPE + b"d")
        terminal.settle()
        terminal.write(b"y")
        terminal.settle()
        terminal.write(_CTRL_Q)
    return KeyLatencies(
        keys=keys,
        columns=columns,
        rows=rows,
        median_ms=_rank(waits, 50),
        p95_ms=_rank(waits, 95),
        p99_ms=_rank(waits, 99),
        longest_ms=round(waits[-1], 1),
        bytes_per_second=round(per_second),
    )


def _typed(terminal: "_Terminal", keys: int) -> Iterator[float]:
    """Milliseconds from each letter to its answer."""
    pauses = random.Random(1)  # noqa: S311 - the same pauses every time
    for number in range(keys):
        letter = _LETTERS[number % len(_LETTERS)].encode()
        terminal.read_for(pauses.uniform(_LEAST_PAUSE, _MOST_PAUSE))
        terminal.forget()
        begun = time.perf_counter()
        terminal.write(letter)
        terminal.read_until(letter, _ANSWER_SECONDS, "a letter was never shown")
        yield (time.perf_counter() - begun) * 1000


def _rank(waits: Sequence[float], percent: int) -> float:
    return round(waits[min(len(waits) - 1, round(percent / 100 * (len(waits) - 1)))], 1)


class _Terminal:
    """Our end of a pseudo terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._seen = b""
        self.received = 0
        """Bytes in all."""

    def write(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)

    def has_shown(self, wanted: bytes) -> bool:
        return wanted in self._seen

    def forget(self) -> None:
        self._seen = b""

    def read_for(self, seconds: float) -> bool:
        """Take in what comes; whether anything did."""
        end, has_come = time.perf_counter() + seconds, False
        while (left := end - time.perf_counter()) > 0:
            has_come |= self._take(left)
        return has_come

    def read_until(self, wanted: bytes, seconds: float, failure: str) -> None:
        """Take in what comes until it holds `wanted`. Raises `NovelgenError`."""
        end = time.perf_counter() + seconds
        while wanted not in self._seen:
            left = end - time.perf_counter()
            if left <= 0:
                raise NovelgenError(f"No answer: {failure}.", "Try it by hand: `novelgen tui`.")
            self._take(left)

    def settle(self) -> None:
        """Let what was begun come to its end; a run that is shown goes on."""
        self.read_for(_QUIET_SECONDS)

    def _take(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 65_536)
        except OSError as error:
            raise NovelgenError("The workbench has ended.", "Try it by hand.") from error
        self._seen = (self._seen + data)[-1_000_000:]
        self.received += len(data)
        return bool(data)


@contextmanager
def _terminal(
    arguments: Sequence[str], environment: Mapping[str, str], columns: int, rows: int
) -> "Iterator[_Terminal]":
    """The workbench in a terminal of its own; it is ended with the block."""
    if sys.platform == "win32":
        raise UsageError("This system has no pseudo terminals.", "Measure it on Linux or macOS.")
    import fcntl
    import pty
    import struct
    import termios

    child, descriptor = pty.fork()
    if child == 0:  # pragma: no cover - the child is another program
        command = [sys.executable, "-P", "-m", "novelgen", *arguments]
        os.execve(sys.executable, command, dict(environment))  # noqa: S606 - no shell
    try:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, size)
        yield _Terminal(descriptor)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        os.close(descriptor)
        os.waitpid(child, 0)
