"""Progress of work that is so many equal steps, on stderr: a bar, or a line now and then.

Only display decisions here read the clock.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from novelgen.cli.output import Output
from novelgen.cli.terminal import is_live_terminal

_SECONDS_BETWEEN_LINES = 10.0

OnStep = Callable[[int, int], None]
"""Steps done, and steps in all."""


@contextmanager
def step_display(output: Output, description: str) -> Iterator[OnStep]:
    """A callback that shows how far the work has come and how long it still takes."""
    if not is_live_terminal() or output.is_quiet:
        yield _lines(output, description)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(output: Output, description: str) -> OnStep:
    started = last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN_LINES or not done:
            return
        last = now
        seconds_left = (now - started) * (total - done) / done
        output.note(f"{description}: {done:,} of {total:,}, {duration(seconds_left)} left")

    return show


def duration(seconds: float) -> str:
    """A time in words, to the minute; seconds where there is none."""
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
