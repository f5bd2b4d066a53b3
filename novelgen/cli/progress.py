"""Progress on stderr: a live line in a terminal, a line now and then elsewhere.

Shows words against target, chapter, tokens a second, and the time left for chapter and book.
Only display decisions here read the clock.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from novelgen.cli.output import Output
from novelgen.generation.events import (
    ChapterBegun,
    ChapterFinished,
    ChapterPlanned,
    Event,
    SegmentCommitted,
)
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.text.sanitize import clean_line

if TYPE_CHECKING:
    from novelgen.modeling.pull_progress import OnProgress, Progress

_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_BETWEEN_REDRAWS = 0.2
_TERMINAL_LINE = 100


class RunDisplay(RunObserver):
    """Shows a run; is also the observer of its decode calls."""

    def __init__(self, stop: StopSignal, output: Output, target_words: int, words: int) -> None:
        super().__init__(stop)
        self._output = output
        self._is_live = is_live_terminal() and not output.is_quiet
        self._target_words = target_words
        self._words = words
        self._chapter: ChapterBegun | None = None
        self._chapter_words = 0
        self._run_words = 0
        self._pieces = 0
        self._started = time.monotonic()
        self._writing_since: float | None = None
        self._last_shown = 0.0
        self._announced = 0

    def on_text(self, row: int, text: str) -> None:
        """A token arrived in one of the rows."""
        self._pieces += 1
        if self._is_live and time.monotonic() - self._last_shown > _SECONDS_BETWEEN_REDRAWS:
            self._draw()

    def show(self, event: Event) -> None:
        """Take in an event of the run."""
        self._announce_stop()
        if isinstance(event, ChapterPlanned):
            self._line(
                f"Planned chapter {event.number} of {event.total_chapters}: "
                f"{clean_line(event.title)}"
                + ("" if event.origin == "model" else " (from the story skeleton)")
            )
        elif isinstance(event, ChapterBegun):
            self._chapter, self._chapter_words = event, 0
            self._writing_since = self._writing_since or time.monotonic()
            self._line(
                f"Chapter {event.number} of {event.total_chapters}: {clean_line(event.title)} "
                f"({event.target_words:,} words)"
            )
        elif isinstance(event, SegmentCommitted):
            self._words = event.novel_words
            self._chapter_words = event.chapter_words
            self._run_words += event.words
            self._draw()
        elif isinstance(event, ChapterFinished):
            self._line(f"Finished chapter {event.number}: {event.words:,} words.")

    def should_stop(self) -> bool:
        """Asked between tokens; says once what a stop signal has set in motion."""
        self._announce_stop()
        return super().should_stop()

    def close(self) -> None:
        """Take the live line away."""
        if self._is_live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _announce_stop(self) -> None:
        """Not done in the signal handler: it may interrupt another write to the same stream."""
        wanted = self._stop.is_requested + self._stop.is_immediate
        if wanted == self._announced:
            return
        self._announced = wanted
        if self._stop.is_immediate:
            self._line("Stopping now; the segment in hand is drawn again on resume.")
        else:
            self._line("Stopping after this segment. Ctrl-C again stops at once.")

    def _line(self, text: str) -> None:
        self.close()
        self._output.note(text)

    def _draw(self) -> None:
        now = time.monotonic()
        if self._is_live:
            self._last_shown = now
            sys.stderr.write(f"\r\x1b[K{self._status()[: _width()]}")
            sys.stderr.flush()
        elif now - self._last_shown > _SECONDS_BETWEEN_LINES:
            self._last_shown = now
            self._output.note(self._status())

    def _status(self) -> str:
        now = time.monotonic()
        parts = [f"{self._words:,} of {self._target_words:,} words"]
        if self._chapter is not None:
            parts.append(f"chapter {self._chapter.number}/{self._chapter.total_chapters}")
        elapsed = now - self._started
        if self._pieces and elapsed > 0:
            parts.append(f"{self._pieces / elapsed:.1f} tokens/s")
        writing = now - (self._writing_since or now)
        if self._chapter is not None and self._run_words and writing > 0:
            words_a_second = self._run_words / writing
            left = max(self._chapter.target_words - self._chapter_words, 0)
            parts.append(f"chapter {_clock(left / words_a_second)}")
            left = max(self._target_words - self._words, 0)
            parts.append(f"book {_clock(left / words_a_second)} left")
        return ", ".join(parts)


@contextmanager
def pull_display(output: Output) -> "Iterator[OnProgress]":
    """A callback for a model being fetched, shown as a bar in a terminal."""
    if not is_live_terminal() or output.is_quiet:
        yield _PullLines(output)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task: Any = None

        def show(progress: "Progress") -> None:
            nonlocal task
            if progress.stage.value == "done":
                return
            if task is None:
                task = bar.add_task("", total=1.0)
            bar.update(task, completed=progress.overall, description=_describe(progress))

        yield show


class _PullLines:
    """One line a stage, for a log or a pipe."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._stage = ""

    def __call__(self, progress: "Progress") -> None:
        if progress.stage.value not in (self._stage, "done"):
            self._stage = progress.stage.value
            self._output.note(_describe(progress))


_STAGES = {
    "wait": "Waiting for another process that fetches the model",
    "download": "Fetching the model",
    "check": "Checking the model",
    "convert": "Converting the model (once)",
    "save": "Saving the model",
}


def _describe(progress: "Progress") -> str:
    text = _STAGES.get(progress.stage.value, progress.stage.value)
    if progress.bytes_total:
        return f"{text}, {progress.bytes_total / 1e6:,.0f} MB"
    return text


def _clock(seconds: float) -> str:
    minutes, seconds_left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours}:{minutes:02}:{seconds_left:02}"


def is_live_terminal() -> bool:
    """Whether stderr can draw a line again in place."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((_TERMINAL_LINE, 24)).columns - 1
