"""What the events of runs come to: words, segments and chapters committed, and how runs end."""

import time

from prometheus_client import Counter, Gauge, Histogram

from novelgen.generation.events import (
    ChapterFinished,
    ChapterPlanned,
    ChapterRedrafted,
    Event,
    MemoryReread,
    NovelFinished,
    PassageRewritten,
    RunStopped,
    SegmentCommitted,
    StopReason,
)
from novelgen.metrics.engine_figures import SHORT_SECONDS
from novelgen.metrics.families import Families

_SEGMENT_SECONDS = (
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0,
)  # fmt: skip
_FINISHED = {
    NovelFinished: "finished",
    ChapterRedrafted: "redrafted",
    PassageRewritten: "rewritten",
}
FAILED = "failed"
"""The ending of a run that an error ended; the others are `_FINISHED` and the stop reasons."""


class RunFigures:
    """The series of the runs of one worker, one run after another, each under its own model."""

    def __init__(self, families: Families, model_name: str, worker: str) -> None:
        """Without a `model_name` there are no series until one is set, or a run is noted."""
        self._worker = worker
        self._families = _RunFamilies(families)
        self._series: _RunSeries | None = None
        self._memory_written: float | None = None
        if model_name:
            self.set_model(model_name)

    def set_model(self, model_name: str) -> None:
        """What is noted from now on is done by this model."""
        named = (model_name, self._worker)
        if self._series is None or self._series.named != named:
            self._series = _RunSeries(self._families, named)

    @property
    def _now(self) -> "_RunSeries":
        if self._series is None:
            self._series = _RunSeries(self._families, ("", self._worker))
        return self._series

    def memory_written(self, moment: float) -> None:
        """A memory was written, at this moment of `time.perf_counter`."""
        self._memory_written = moment

    def note(self, event: Event) -> None:
        """Take in an event of a run; those that are no figure are passed over."""
        if isinstance(event, SegmentCommitted):
            self._note_segment(event)
        elif isinstance(event, MemoryReread):
            self._now.reread.inc()
        elif isinstance(event, ChapterFinished):
            self._now.chapters.inc()
        elif isinstance(event, ChapterPlanned):
            self._now.note_card(event.origin)
        elif isinstance(event, RunStopped):
            self._note_ending(event.reason)
        elif type(event) in _FINISHED:
            self._note_ending(_FINISHED[type(event)])

    def note_failure(self) -> None:
        """An error ended a run."""
        self._note_ending(FAILED)

    def _note_segment(self, event: SegmentCommitted) -> None:
        series = self._now
        series.segments.inc()
        series.words.inc(event.words)
        series.kept.inc(event.tokens)
        series.drawn.inc(event.tokens_drawn)
        series.segment_seconds.observe(event.elapsed_seconds)
        if self._memory_written is not None:
            series.commit_seconds.observe(time.perf_counter() - self._memory_written)
            self._memory_written = None
        series.novel_words.set(event.novel_words)
        series.last_segment.set_to_current_time()

    def _note_ending(self, ending: str) -> None:
        self._now.note_ending(ending)


class _RunFamilies:
    """The families in which every model of a worker has its series."""

    def __init__(self, families: Families) -> None:
        counter, gauge, histogram = families.counter, families.gauge, families.histogram
        self.segments = counter("segments_committed_total", "Segments committed, drafts too.")
        self.words = counter("words_committed_total", "Words of committed segments.")
        self.kept = counter("tokens_kept_total", "Tokens of committed segments.")
        self.drawn = counter(
            "tokens_drawn_total", "Tokens drawn for committed segments, other candidates too."
        )
        self.chapters = counter("chapters_finished_total", "Chapters that became complete.")
        self.reread = counter(
            "memory_reread_segments_total", "Segments that stood there and were read again."
        )
        self.planned = counter(
            "chapters_planned_total", "Chapters that were given a card, by who made it.", "origin"
        )
        self.runs = counter("runs_total", "Runs that ended, by how.", "ending")
        self.segment_seconds = histogram(
            "segment_seconds", "To draw a segment and read it into the memory.", _SEGMENT_SECONDS
        )
        self.commit_seconds = histogram(
            "segment_commit_seconds",
            "From a segment's memory to its commit told; at a chapter's end with its review.",
            SHORT_SECONDS,
        )
        self.novel_words = gauge("novel_words", "Words of the novel that was written last.")
        self.last_segment = gauge(
            "last_segment_timestamp_seconds", "When a segment was committed last; 0 before one was."
        )


class _RunSeries:
    """The series of one model, looked up once; all that can be 0 are there from the beginning."""

    def __init__(self, families: _RunFamilies, named: tuple[str, str]) -> None:
        self.named = named
        self._families = families
        self.segments: Counter = families.segments.labels(*named)
        self.words: Counter = families.words.labels(*named)
        self.kept: Counter = families.kept.labels(*named)
        self.drawn: Counter = families.drawn.labels(*named)
        self.chapters: Counter = families.chapters.labels(*named)
        self.reread: Counter = families.reread.labels(*named)
        self.segment_seconds: Histogram = families.segment_seconds.labels(*named)
        self.commit_seconds: Histogram = families.commit_seconds.labels(*named)
        self.novel_words: Gauge = families.novel_words.labels(*named)
        self.last_segment: Gauge = families.last_segment.labels(*named)
        for ending in (*_FINISHED.values(), *StopReason, FAILED):
            families.runs.labels(*named, ending)

    def note_card(self, origin: str) -> None:
        self._families.planned.labels(*self.named, origin).inc()

    def note_ending(self, ending: str) -> None:
        self._families.runs.labels(*self.named, ending).inc()
