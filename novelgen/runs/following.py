"""Follows a run of any process to its end: its events, its live stream, its prose.

What is told comes from the database and is committed; only the live stream is best effort. The
follower changes nothing about the run, except to mark it crashed when it has died.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from novelgen.generation.events import Event, event_from_json
from novelgen.runs.live import LiveNews, LiveReader
from novelgen.runs.standing import IsHeld, mark_if_dead
from storage.run_records import RunEventRecord, RunRecord, RunStatus
from storage.store import Store

_SECONDS_BETWEEN_LOOKS = 0.3
_EVENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ProseCommitted:
    """A segment's text. Texts of one revision follow each other without a gap."""

    revision_id: str
    text: str
    position: int
    """Of the segment in its revision, from 0."""


class RunFollower:
    """Looks on while a run goes on."""

    def __init__(self, store: Store, run: RunRecord, is_held: IsHeld, live: Path) -> None:
        self.run = run
        """As it was seen last."""
        self._store = store
        self._is_held = is_held
        self._live = LiveReader(live)
        self._last_event = 0
        self._last_segment = 0

    def recent(self) -> list[Event]:
        """The latest events so far; `follow` goes on after them."""
        with self._store.reading() as work:
            told = work.runs.latest_events(self.run.id, _EVENTS_AT_ONCE)
            last = work.segments.last_of_run(self.run.id)
        self._last_segment = 0 if last is None else last.id
        return list(self._events(told))

    def follow(
        self, seconds_between_looks: float = _SECONDS_BETWEEN_LOOKS
    ) -> Iterator[Event | LiveNews | ProseCommitted]:
        """What happens from now on, as it happens, until the run has ended.

        `run` then says how. Every look ends with a `LiveNews`, which may tell nothing.
        """
        while True:
            yield from self._news()
            if self.run.status is not RunStatus.RUNNING:
                return
            if not self._is_held(self.run.novel_id):
                mark_if_dead(self._store, self.run)
                continue
            yield self._live.news()
            time.sleep(seconds_between_looks)

    def _news(self) -> Iterator[Event | ProseCommitted]:
        """Everything up to one state of the database; a run's status and last event are one."""
        with self._store.reading() as work:
            self.run = work.runs.get(self.run.id)
            told: list[RunEventRecord] = []
            while batch := work.runs.events(self.run.id, self._after(told), _EVENTS_AT_ONCE):
                told += batch
            segments = list(work.segments.of_run(self.run.id, self._last_segment))
        for segment in segments:
            self._last_segment = segment.id
            yield ProseCommitted(segment.revision_id, segment.text, segment.position)
        yield from self._events(told)

    def _after(self, told: list[RunEventRecord]) -> int:
        return told[-1].id if told else self._last_event

    def _events(self, told: list[RunEventRecord]) -> Iterator[Event]:
        for record in told:
            self._last_event = record.id
            event = event_from_json(record.kind, record.data)
            if event is not None:
                yield event
