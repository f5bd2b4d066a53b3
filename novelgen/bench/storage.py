"""`bench storage`: whether the database is as fast at the end of a saga as at its beginning.

Commits made-up segments with their snapshots, one transaction each, the way a run does, into a
database of its own; then lists, shows, exports, and edits the first chapter, after which every
key of the memory is another one. Nothing of a person's novels is touched.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from novelgen.bench.rounds import OnProgress
from novelgen.bench.scribe import NAME, Measures, Scribe, add_novel
from novelgen.generation.editing import Edited, chapter_text, edit_chapter
from novelgen.generation.retention import Retention
from novelgen.generation.verification import verify_branch
from novelgen.manuscript.markdown import render_markdown
from novelgen.manuscript.overview import read_overview
from novelgen.manuscript.tree import read_manuscript
from novelgen.manuscript.whole_files import write_atomically
from novelgen.text.manuscript_text import HandedIn
from storage.records import NovelRecord
from storage.store import Store, open_store

_OTHER_NAME = "Erasmus"
_WINDOW = 400
"""Commits at each end whose median counts."""


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
            add_novel(store, f"Novel {number}")
        scribe = Scribe(store, Measures(words_per_segment, snapshot_bytes, retention))
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
            verify_branch(work, work.novels.get(scribe.novel.id))
        with _timed() as editing:
            edited = _edit_first_chapter(store, scribe.novel)
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


def _edit_first_chapter(store: Store, novel: NovelRecord) -> Edited:
    """Change a name that stands in every chapter."""
    seen = chapter_text(store, novel.id, novel.active_branch_id, 1)
    return edit_chapter(store, seen, HandedIn(seen.text.replace(NAME, _OTHER_NAME), None))
