"""`bench storage`: whether the database is as fast at the end of a saga as at its beginning.

Commits made-up segments with their snapshots, one transaction each, the way a run does, into a
database of its own; then lists, shows, exports, and edits the first chapter, after which every
key of the memory is another one. Nothing of a person's novels is touched.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median

from novelgen.bench.rounds import OnProgress
from novelgen.generation.editing import Edited, chapter_text, edit_chapter
from novelgen.generation.memory_identity import MemoryIdentity
from novelgen.generation.retention import Retention
from novelgen.generation.verification import verify_branch
from novelgen.manuscript.markdown import render_markdown
from novelgen.manuscript.overview import read_overview
from novelgen.manuscript.tree import read_manuscript
from novelgen.manuscript.whole_files import write_atomically
from novelgen.text.manuscript_text import HandedIn
from novelgen.text.words import count_words
from storage.records import (
    NewNovel,
    NewSegment,
    NewSnapshot,
    NovelChanges,
    NovelRecord,
    RevisionOrigin,
    RevisionRecord,
    SegmentCommit,
)
from storage.run_records import NewRun, RunRecord
from storage.store import Store, open_store

_WORDS_PER_CHAPTER = 4_000
_NAME, _OTHER_NAME = "Barnabas", "Erasmus"
_IDENTITY = MemoryIdentity("m" * 64, "a" * 64)
_WINDOW = 400
"""Commits at each end whose median counts."""
_PROSE = (
    "the rain had stopped before dawn and she walked down to the harbour where old men were "
    "counting boats that never came back from war while light over water grew like a promise"
)


@dataclass(frozen=True, slots=True)
class StorageBenchReport:
    """Seconds, unless said otherwise."""

    words: int
    segments: int
    database_bytes: int
    commits: tuple[tuple[int, float], ...]
    """Words before a stretch of commits, and their median seconds."""
    commit_at_start: float
    commit_at_end: float
    export_seconds: float
    show_seconds: float
    list_seconds: float
    num_listed: int
    edit_seconds: float
    """A name changed in the first chapter, and every later passage that uses it found."""
    found_to_check: int
    show_after_edit_seconds: float
    verify_seconds: float

    @property
    def commit_ratio(self) -> float:
        return self.commit_at_end / self.commit_at_start

    @property
    def bytes_per_100_000_words(self) -> float:
        return self.database_bytes / self.words * 100_000


def bench_storage(
    folder: Path,
    words: int,
    words_per_segment: int,
    snapshot_bytes: int,
    num_novels: int,
    retention: Retention,
    on_progress: OnProgress,
) -> StorageBenchReport:
    """Fill a new database in `folder` and measure it; the caller removes the folder."""
    path = folder / "bench.sqlite3"
    with open_store(f"sqlite:///{path}") as store:
        for number in range(num_novels - 1):
            _add_novel(store, f"Novel {number}")
        scribe = _Scribe(store, words_per_segment, snapshot_bytes, retention)
        commits = []
        total = -(-words // words_per_segment)
        for seconds in islice(scribe.commits(), total):
            commits.append(seconds)
            on_progress(len(commits), total)
        window = min(_WINDOW, max(1, total // 4))
        with _timed() as listing, store.reading() as work:
            listed = len(work.novels.summaries())
        with _timed() as showing, store.reading() as work:
            read_overview(work, work.novels.summary(scribe.novel.id))
        with _timed() as exporting, store.reading() as work:
            manuscript = read_manuscript(work, work.novels.summary(scribe.novel.id), 1, None)
            write_atomically(folder / "saga.md", render_markdown(manuscript), overwrite=False)
        size = sum(file.stat().st_size for file in folder.glob("bench.sqlite3*"))
        with _timed() as verifying, store.reading() as work:
            verify_branch(work, scribe.fresh())
        with _timed() as editing:
            edited = scribe.edit_first_chapter()
        with _timed() as showing_again, store.reading() as work:
            read_overview(work, work.novels.summary(scribe.novel.id))
    return StorageBenchReport(
        words=scribe.words,
        segments=total,
        database_bytes=size,
        commits=tuple(
            (start * words_per_segment, median(commits[start : start + window]))
            for start in range(0, total, window)
        ),
        commit_at_start=median(commits[:window]),
        commit_at_end=median(commits[-window:]),
        export_seconds=exporting[0],
        show_seconds=showing[0],
        list_seconds=listing[0],
        num_listed=listed,
        edit_seconds=editing[0],
        found_to_check=edited.to_check,
        show_after_edit_seconds=showing_again[0],
        verify_seconds=verifying[0],
    )


@contextmanager
def _timed() -> Iterator[list[float]]:
    found: list[float] = []
    begin = time.perf_counter()
    yield found
    found.append(time.perf_counter() - begin)


def _add_novel(store: Store, title: str) -> NovelRecord:
    with store.writing() as work:
        return work.novels.add(
            NewNovel(title=title, premise="A saga.", seed=1, target_words=1000, model="bench")
        )


class _Scribe:
    """Commits segments of made-up prose to one novel."""

    def __init__(
        self, store: Store, words_per_segment: int, snapshot_bytes: int, retention: Retention
    ) -> None:
        self._store, self._size = store, words_per_segment
        self._snapshot_bytes = snapshot_bytes
        self._retention = retention
        self.novel = _add_novel(store, "Saga")
        changes = NovelChanges(
            model_fingerprint=_IDENTITY.model_fingerprint,
            adapter_fingerprint=_IDENTITY.adapter_fingerprint,
        )
        with store.writing() as work:
            work.novels.update(self.novel.id, changes)
        self.words = 0
        self._run = self._start_run()
        self._random = random.Random(1)  # noqa: S311 - no secret
        self._vocabulary = _PROSE.split()

    def commits(self) -> Iterator[float]:
        """Commits for ever; gives the seconds of each."""
        key, chapter = _IDENTITY.genesis_key, 0
        finished: list[RevisionRecord] = []
        while True:
            chapter += 1
            if len(finished) > 1:
                with self._store.writing() as work:
                    self._retention.thin_out(work, finished.pop(0))
            with self._store.writing() as work:
                revision = work.chapters.begin_chapter(
                    self.novel.active_branch_id,
                    chapter,
                    f"Chapter {chapter}",
                    RevisionOrigin.GENERATED,
                    genesis_key=_IDENTITY.genesis_key,
                ).revision
            finished.append(revision)
            length = max(1, _WORDS_PER_CHAPTER // self._size)
            for position in range(length):
                commit = self._commit(revision.id, position, key)
                if position == length - 1:
                    commit = replace(commit, completes_chapter=True)
                begin = time.perf_counter()
                with self._store.writing() as work:
                    work.commit_segment(commit)
                elapsed = time.perf_counter() - begin
                self.words += commit.segment.words
                key = commit.segment.key
                yield elapsed

    def fresh(self) -> NovelRecord:
        """The novel as it is stored now."""
        with self._store.reading() as work:
            return work.novels.get(self.novel.id)

    def edit_first_chapter(self) -> Edited:
        """Change a name that stands in every chapter."""
        seen = chapter_text(self._store, self.novel.id, self.novel.active_branch_id, 1)
        return edit_chapter(
            self._store, seen, HandedIn(seen.text.replace(_NAME, _OTHER_NAME), None)
        )

    def _start_run(self) -> RunRecord:
        with self._store.writing() as work:
            return work.runs.start(
                NewRun(novel_id=self.novel.id, pid=1, host="bench", device="cpu", dtype="float32")
            )

    def _commit(self, revision_id: str, position: int, parent_key: str) -> SegmentCommit:
        words = self._random.choices(self._vocabulary, k=self._size - 1)
        text = " ".join(words) + f" {_NAME}.\n\n"
        key = _IDENTITY.next_key(parent_key, text)
        return SegmentCommit(
            novel_id=self.novel.id,
            branch_id=self.novel.active_branch_id,
            expected_epoch=self._run.epoch,
            expected_parent_key=parent_key,
            segment=NewSegment(
                revision_id=revision_id,
                position=position,
                text=text,
                words=count_words(text),
                tokens=self._size * 4 // 3,
                parent_key=parent_key,
                key=key,
                provenance={"passages": [{"seed": self._random.random()}]},
                elapsed_seconds=1.0,
            ),
            snapshot=NewSnapshot(
                key=key,
                parent_key=parent_key,
                data=self._random.randbytes(self._snapshot_bytes),
                model_fingerprint=_IDENTITY.model_fingerprint,
                adapter_fingerprint=_IDENTITY.adapter_fingerprint,
                dtype="float32",
                device="cpu",
            ),
            run_id=self._run.id,
        )
