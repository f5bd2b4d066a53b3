"""A writer of made-up segments: what the benches of storage commit, the way a run does.

Every segment is one transaction in the turn of its novel, with its memory; what the words mean and
how they came about is nobody's business here.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from novelgen.generation.memory_identity import MemoryIdentity
from novelgen.generation.retention import Retention
from novelgen.text.words import count_words
from storage.records import (
    JsonObject,
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
from storage.store import Store

NAME = "Barnabas"
"""Stands in every segment."""
_WORDS_PER_CHAPTER = 4_000
_WORDS_OF_CONTEXT = 1_000
"""What a model saw for the passages of a segment; some 3 kB when it is compressed."""
_IDENTITY = MemoryIdentity("m" * 64, "a" * 64)
_PROSE = (
    "the rain had stopped before dawn and she walked down to the harbour where old men were "
    "counting boats that never came back from war while light over water grew like a promise"
)


@dataclass(frozen=True, slots=True)
class Measures:
    """How large everything is that a scribe commits."""

    words_per_segment: int
    snapshot_bytes: int
    retention: Retention
    tells: bool = False
    """Whether what the model saw, and what a run tells, is kept with every segment."""


def add_novel(store: Store, title: str) -> NovelRecord:
    """Add a novel without text."""
    with store.writing() as work:
        return work.novels.add(
            NewNovel(title=title, premise="A saga.", seed=1, target_words=1000, model="bench")
        )


class Scribe:
    """Commits segments of made-up prose to one novel of its own.

    Scribes of different seeds write different texts, and so keep different memories.
    """

    def __init__(
        self, store: Store, measures: Measures, seed: int = 1, *, alone: bool = False
    ) -> None:
        """Add the novel. Who is `alone` writes in the turn of the whole database."""
        self._measures = measures
        self.novel = add_novel(store, "Saga")
        self._store = store if alone else store.for_novel(self.novel.id)
        changes = NovelChanges(
            model_fingerprint=_IDENTITY.model_fingerprint,
            adapter_fingerprint=_IDENTITY.adapter_fingerprint,
        )
        with self._store.writing() as work:
            work.novels.update(self.novel.id, changes)
        self.words = 0
        self._run = self._start_run()
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._vocabulary = _PROSE.split()

    def commits(self) -> Iterator[float]:
        """Commits for ever; gives the seconds of each."""
        key, chapter = _IDENTITY.genesis_key, 0
        finished: list[RevisionRecord] = []
        while True:
            chapter += 1
            if len(finished) > 1:
                with self._store.writing() as work:
                    self._measures.retention.thin_out(work, finished.pop(0))
            revision = self._begin(chapter)
            finished.append(revision)
            length = max(1, _WORDS_PER_CHAPTER // self._measures.words_per_segment)
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

    def _start_run(self) -> RunRecord:
        with self._store.writing() as work:
            return work.runs.start(
                NewRun(novel_id=self.novel.id, pid=1, host="bench", device="cpu", dtype="float32")
            )

    def _begin(self, chapter: int) -> RevisionRecord:
        with self._store.writing() as work:
            return work.chapters.begin_chapter(
                self.novel.active_branch_id,
                chapter,
                f"Chapter {chapter}",
                RevisionOrigin.GENERATED,
                genesis_key=_IDENTITY.genesis_key,
            ).revision

    def _commit(self, revision_id: str, position: int, parent_key: str) -> SegmentCommit:
        size = self._measures.words_per_segment
        text = self._prose(size - 1) + f" {NAME}.\n\n"
        key = _IDENTITY.next_key(parent_key, text)
        commit = SegmentCommit(
            novel_id=self.novel.id,
            branch_id=self.novel.active_branch_id,
            expected_epoch=self._run.epoch,
            expected_parent_key=parent_key,
            segment=NewSegment(
                revision_id=revision_id,
                position=position,
                text=text,
                words=count_words(text),
                tokens=size * 4 // 3,
                parent_key=parent_key,
                key=key,
                provenance={"passages": [{"seed": self._random.random()}]},
                elapsed_seconds=1.0,
            ),
            snapshot=NewSnapshot(
                key=key,
                parent_key=parent_key,
                data=self._random.randbytes(self._measures.snapshot_bytes),
                model_fingerprint=_IDENTITY.model_fingerprint,
                adapter_fingerprint=_IDENTITY.adapter_fingerprint,
                dtype="float32",
                device="cpu",
            ),
            run_id=self._run.id,
        )
        return replace(commit, **self._told(position)) if self._measures.tells else commit

    def _told(self, position: int) -> JsonObject:
        event = {"kind": "SegmentCommitted", "data": {"position": position, "elapsed": 1.0}}
        return {"event": event, "context": [{"seen": self._prose(_WORDS_OF_CONTEXT)}]}

    def _prose(self, words: int) -> str:
        return " ".join(self._random.choices(self._vocabulary, k=words))
