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
    """The series of the runs of one worker, one run after another."""

    def __init__(self, families: Families, model_name: str, worker: str) -> None:
        named = (model_name, worker)

        def counter(name: str, told: str) -> Counter:
            return families.counter(name, told).labels(*named)

        def gauge(name: str, told: str) -> Gauge:
            return families.gauge(name, told).labels(*named)

        def histogram(name: str, told: str, buckets: tuple[float, ...]) -> Histogram:
            return families.histogram(name, told, buckets).labels(*named)

        self._named = named
        self._segments = counter("segments_committed_total", "Segments committed, drafts too.")
        self._words = counter("words_committed_total", "Words of committed segments.")
        self._kept = counter("tokens_kept_total", "Tokens of committed segments.")
        self._drawn = counter(
            "tokens_drawn_total", "Tokens drawn for committed segments, other candidates too."
        )
        self._chapters = counter("chapters_finished_total", "Chapters that became complete.")
        self._reread = counter(
            "memory_reread_segments_total", "Segments that stood there and were read again."
        )
        self._planned = families.counter(
            "chapters_planned_total", "Chapters that were given a card, by who made it.", "origin"
        )
        self._runs = families.counter("runs_total", "Runs that ended, by how.", "ending")
        for ending in (*_FINISHED.values(), *StopReason, FAILED):
            self._runs.labels(*named, ending)
        self._segment_seconds = histogram(
            "segment_seconds", "To draw a segment and read it into the memory.", _SEGMENT_SECONDS
        )
        self._commit_seconds = histogram(
            "segment_commit_seconds",
            "From a segment's memory to its commit told; at a chapter's end with its review.",
            SHORT_SECONDS,
        )
        self._novel_words = gauge("novel_words", "Words of the novel that was written last.")
        self._last_segment = gauge(
            "last_segment_timestamp_seconds", "When a segment was committed last; 0 before one was."
        )
        self._memory_written: float | None = None

    def memory_written(self, moment: float) -> None:
        """A memory was written, at this moment of `time.perf_counter`."""
        self._memory_written = moment

    def note(self, event: Event) -> None:
        """Take in an event of a run; those that are no figure are passed over."""
        if isinstance(event, SegmentCommitted):
            self._note_segment(event)
        elif isinstance(event, MemoryReread):
            self._reread.inc()
        elif isinstance(event, ChapterFinished):
            self._chapters.inc()
        elif isinstance(event, ChapterPlanned):
            self._planned.labels(*self._named, event.origin).inc()
        elif isinstance(event, RunStopped):
            self._note_ending(event.reason)
        elif type(event) in _FINISHED:
            self._note_ending(_FINISHED[type(event)])

    def note_failure(self) -> None:
        """An error ended a run."""
        self._note_ending(FAILED)

    def _note_segment(self, event: SegmentCommitted) -> None:
        self._segments.inc()
        self._words.inc(event.words)
        self._kept.inc(event.tokens)
        self._drawn.inc(event.tokens_drawn)
        self._segment_seconds.observe(event.elapsed_seconds)
        if self._memory_written is not None:
            self._commit_seconds.observe(time.perf_counter() - self._memory_written)
            self._memory_written = None
        self._novel_words.set(event.novel_words)
        self._last_segment.set_to_current_time()

    def _note_ending(self, ending: str) -> None:
        self._runs.labels(*self._named, ending).inc()
