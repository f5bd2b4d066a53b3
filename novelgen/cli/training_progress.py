"""Progress of a training on stderr: loss, speed and time left; a bar, or a line now and then.

Ctrl-C and a terminate signal stop a training after the step in hand, so that it can be saved.
Only display decisions here read the clock.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from novelgen.cli.output import Output
from novelgen.cli.step_progress import duration
from novelgen.cli.terminal import is_live_terminal

if TYPE_CHECKING:
    from novelgen.training.progress import StepDone

_SECONDS_BETWEEN_LINES = 15.0
_SMOOTHING = 0.95
_STOPPING = (
    b"Stopping after this step. Ctrl-C again stops at once, and loses the steps since the last "
    b"checkpoint.\n"
)


@contextmanager
def training_display(output: Output) -> Iterator[Callable[["StepDone"], None]]:
    """A callback that shows every step of a training."""
    if not is_live_terminal() or output.is_quiet:
        yield _Lines(output)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, int] = {}
        smoothed = _Smoothed()

        def show(done: "StepDone") -> None:
            if done.phase not in tasks:
                tasks[done.phase] = progress.add_task(
                    done.phase, total=done.total_steps, figures=""
                )
            figures = _figures(done, smoothed.add(done))
            progress.update(tasks[done.phase], completed=done.step, figures=figures)  # type: ignore[arg-type]

        yield show


class StopAfterStep:
    """A callback for steps that raises `KeyboardInterrupt` once a signal has come.

    Steps are in hand from the first one told to the last, of which a phase tells when it is saved.
    A signal stops at once where none is, and so does the second one, which loses the steps
    since the last checkpoint; but never one of several processes, which would leave the others
    waiting. Signals that this process
    was told to ignore, as by nohup, stay ignored.
    """

    def __init__(self, show: Callable[["StepDone"], None], output: Output) -> None:
        self._show, self._output = show, output
        self._is_asked = False
        self._is_in_step = False
        self._is_alone = int(os.environ.get("WORLD_SIZE", "1")) == 1
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopAfterStep":
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __call__(self, done: "StepDone") -> None:
        self._is_in_step = done.step < done.total_steps
        self._show(done)
        if self._is_asked:
            raise KeyboardInterrupt

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._is_alone and (self._is_asked or not self._is_in_step):
            raise KeyboardInterrupt
        if not self._is_asked and not self._output.is_quiet:
            # Not through the stream, in the middle of whose own work this may be.
            os.write(sys.stderr.fileno(), _STOPPING)
        self._is_asked = True


class _Smoothed:
    """A running mean of the loss, begun anew with every phase."""

    def __init__(self) -> None:
        self._phase = ""
        self._loss = 0.0

    def add(self, done: "StepDone") -> float:
        """The mean with this step in it, in nats a token."""
        if done.phase != self._phase:
            self._phase, self._loss = done.phase, done.nats
        self._loss += (1 - _SMOOTHING) * (done.nats - self._loss)
        return self._loss


class _Lines:
    def __init__(self, output: Output) -> None:
        self._output, self._smoothed, self._last = output, _Smoothed(), 0.0
        self._seen: set[str] = set()

    def __call__(self, done: "StepDone") -> None:
        loss, now = self._smoothed.add(done), time.monotonic()
        if done.phase not in self._seen:
            self._seen.add(done.phase)
            if done.step > 1:
                self._output.note(f"{done.phase}: goes on after step {done.step - 1:,}")
        is_last = done.step == done.total_steps
        if now - self._last < _SECONDS_BETWEEN_LINES and not is_last:
            return
        self._last = now
        steps = f"{done.phase}: step {done.step:,} of {done.total_steps:,}"
        self._output.note(f"{steps}, {_figures(done, loss)}")


def _figures(done: "StepDone", loss: float) -> str:
    speed = done.tokens / max(done.seconds, 1e-9)
    left = duration(done.seconds_left)
    return f"{loss:.3f} nats, {speed:,.0f} tokens/s, {left} left in this phase"
