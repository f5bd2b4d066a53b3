"""A run on stderr: a live line in a terminal, a line now and then elsewhere.

Shows words against target, chapter, tokens a second, and the time left for chapter and book; the
same for a run of this process and for one of another that is looked at. Only display decisions
here read the clock.
"""

import sys
import time
from collections.abc import Iterable
from contextlib import suppress

from novelgen.cli.output import Output
from novelgen.cli.terminal import is_live_terminal, terminal_width
from novelgen.engine.spending import SpendingMeter
from novelgen.generation.events import (
    ChapterBegun,
    ChapterFinished,
    ChapterPlanned,
    DraftBegun,
    Event,
    MemoryReread,
    SegmentCommitted,
    StopReason,
)
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.text.sanitize import clean_line

SECONDS_BETWEEN_LINES = 5.0
_SECONDS_BETWEEN_REDRAWS = 0.2
_LINES_OF_THE_PAST = 5


class RunDisplay(RunObserver):
    """Shows a run; is also the observer of its decode calls."""

    def __init__(
        self,
        stop: StopSignal,
        output: Output,
        target_words: int,
        words: int,
        seconds_between_lines: float = SECONDS_BETWEEN_LINES,
        meter: SpendingMeter | None = None,
    ) -> None:
        super().__init__(stop)
        self._output = output
        self._is_live = is_live_terminal() and not output.is_quiet
        self._seconds_between_lines = seconds_between_lines
        self._meter = meter
        self._target_words = target_words
        self._words = words
        self._chapter: tuple[int, int] | None = None
        """Number and target words."""
        self._place = ""
        self._chapter_words = 0
        self._run_words = 0
        self._pieces = 0
        self._started = time.monotonic()
        self._writing_since: float | None = None
        self._last_shown = 0.0
        self._announced = 0

    def on_text(self, row: int, text: str) -> None:
        """A token arrived in one of the rows."""
        self.count_pieces(1)

    def count_pieces(self, pieces: int) -> None:
        """Tokens were drawn, here or by the run that is looked at."""
        self._pieces += pieces
        if self._is_live and time.monotonic() - self._last_shown > _SECONDS_BETWEEN_REDRAWS:
            self._draw()

    def catch_up(self, events: Iterable[Event]) -> None:
        """Take in what happened before anybody looked; its last steps are shown."""
        lines = [line for event in events if (line := self._take_in(event)) is not None]
        for line in lines[-_LINES_OF_THE_PAST:]:
            self._line(line)
        self._run_words = 0
        if self._chapter is not None:
            self._writing_since = time.monotonic()

    def show(self, event: Event) -> None:
        """Take in an event of the run."""
        self._announce_stop()
        line = self._take_in(event)
        if line is not None:
            self._line(line)
        elif isinstance(event, SegmentCommitted):
            self._draw()
        elif isinstance(event, MemoryReread):
            self._draw(f"Reading {event.done} of {event.total} segments of what stands there.")

    def should_stop(self) -> bool:
        """Asked between tokens; says once what a stop signal has set in motion."""
        self._announce_stop()
        return super().should_stop()

    def close(self) -> None:
        """Take the live line away."""
        if self._is_live:
            _write("\r\x1b[K")

    def _announce_stop(self) -> None:
        """Not done in the signal handler: it may interrupt another write to the same stream."""
        wanted = self._stop.is_requested + self._stop.is_immediate
        if wanted == self._announced:
            return
        self._announced = wanted
        if self._stop.reason is StopReason.BUDGET and not self._stop.is_immediate:
            self._line("The budget is used up; stopping after this segment.")
        elif self._stop.is_immediate:
            self._line("Stopping now; the segment in hand is drawn again on resume.")
        else:
            self._line("Stopping after this segment. Ctrl-C again stops at once.")

    def _take_in(self, event: Event) -> str | None:
        """Keep what an event says; the line it is worth, if any."""
        if isinstance(event, ChapterPlanned):
            origin = "" if event.origin == "model" else " (from the story skeleton)"
            return (
                f"Planned chapter {event.number} of {event.total_chapters}: "
                f"{clean_line(event.title)}{origin}"
            )
        if isinstance(event, ChapterBegun):
            self._place = f"chapter {event.number}/{event.total_chapters}"
            self._begin(event.number, event.target_words)
            return (
                f"Chapter {event.number} of {event.total_chapters}: {clean_line(event.title)} "
                f"({event.target_words:,} words)"
            )
        if isinstance(event, DraftBegun):
            self._place = f"chapter {event.chapter}, draft {event.number}/{event.total}"
            self._begin(event.chapter, event.target_words)
            return (
                f"Drafting chapter {event.chapter} anew, {event.number} of {event.total}: "
                f"revision {event.revision} ({event.target_words:,} words)"
            )
        if isinstance(event, SegmentCommitted):
            self._words = event.novel_words
            self._chapter_words = event.chapter_words
            self._run_words += event.words
        if isinstance(event, ChapterFinished):
            return f"Finished chapter {event.number}: {event.words:,} words."
        return None

    def _begin(self, chapter: int, target_words: int) -> None:
        self._chapter, self._chapter_words = (chapter, target_words), 0
        self._writing_since = self._writing_since or time.monotonic()

    def _line(self, text: str) -> None:
        self.close()
        self._output.note(text)

    def _draw(self, text: str | None = None) -> None:
        now = time.monotonic()
        if self._is_live:
            self._last_shown = now
            _write(f"\r\x1b[K{(text or self._status())[: terminal_width()]}")
        elif now - self._last_shown > self._seconds_between_lines:
            self._last_shown = now
            self._output.note(text or self._status())

    def _status(self) -> str:
        now = time.monotonic()
        parts = [f"{self._words:,} of {self._target_words:,} words"]
        if self._place:
            parts.append(self._place)
        elapsed = now - self._started
        if self._pieces and elapsed > 0:
            parts.append(f"{self._pieces / elapsed:.1f} tokens/s")
        writing = now - (self._writing_since or now)
        if self._chapter is not None and self._run_words and writing > 0:
            words_a_second = self._run_words / writing
            left = max(self._chapter[1] - self._chapter_words, 0)
            parts.append(f"chapter {_clock(left / words_a_second)}")
            left = max(self._target_words - self._words, 0)
            parts.append(f"book {_clock(left / words_a_second)} left")
        if self._meter is not None and self._meter.total.requests:
            parts.append(self._meter.total.in_words())
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, seconds_left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours}:{minutes:02}:{seconds_left:02}"


def _write(text: str) -> None:
    """To the terminal, if it is still there."""
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
