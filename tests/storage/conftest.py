"""A real database of each kind, made by the migrations, and a scribe that fills it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from storage import (
    ChapterCompletion,
    NewNovel,
    NewRun,
    NewSegment,
    NewSnapshot,
    NovelRecord,
    RevisionOrigin,
    RevisionRecord,
    RunRecord,
    SegmentCommit,
)
from storage.store import Store, open_store

FIRST_KEY = "0" * 64


def next_key(parent_key: str, text: str) -> str:
    return hashlib.sha256(f"{parent_key}{text}".encode()).hexdigest()


class Scribe:
    """Writes chapters the way a run does, one transaction a segment."""

    def __init__(self, store: Store, novel: NovelRecord, run: RunRecord) -> None:
        self.store = store
        self.novel = novel
        self.run = run
        self.key = FIRST_KEY

    @property
    def branch_id(self) -> str:
        return self.novel.active_branch_id

    def begin(self, number: int) -> RevisionRecord:
        with self.store.writing() as work:
            chapter = work.chapters.begin_chapter(
                self.branch_id, number, f"Chapter {number}", RevisionOrigin.GENERATED
            )
        return chapter.revision

    def commit_of(self, revision: RevisionRecord, position: int, text: str) -> SegmentCommit:
        """A commit that fits after `self.key`; `replace` makes one that does not."""
        key = next_key(self.key, text)
        return SegmentCommit(
            novel_id=self.novel.id,
            branch_id=self.branch_id,
            expected_epoch=self.run.epoch,
            expected_parent_key=self.key,
            segment=NewSegment(
                revision_id=revision.id,
                position=position,
                text=text,
                words=len(text.split()),
                tokens=len(text),
                parent_key=self.key,
                key=key,
                carry="and then",
                provenance={"seed": 2**63 - 1},
                elapsed_seconds=0.5,
            ),
            snapshot=NewSnapshot(
                key=key,
                parent_key=self.key,
                data=text.encode(),
                model_fingerprint="m" * 64,
                adapter_fingerprint="a" * 64,
                dtype="float32",
                device="cpu",
            ),
            run_id=self.run.id,
        )

    def completion(self, revision_id: str) -> ChapterCompletion:
        """To close a revision without another segment."""
        return ChapterCompletion(self.novel.id, self.branch_id, self.run.epoch, revision_id)

    def write(self, commit: SegmentCommit) -> None:
        with self.store.writing() as work:
            work.commit_segment(commit)
        self.key = commit.segment.key

    def chapter(
        self, number: int, texts: Sequence[str], *, completes: bool = True
    ) -> RevisionRecord:
        """Begin a chapter and commit its segments; the last one completes it."""
        revision = self.begin(number)
        for position, text in enumerate(texts):
            commit = self.commit_of(revision, position, text)
            last = position == len(texts) - 1
            self.write(replace(commit, completes_chapter=completes and last))
        return revision


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that is not there yet (SQLite) or empty (PostgreSQL).

    A test of one kind alone is marked with `parametrize("url", [kind], indirect=True)`.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'novels.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def add_novel(store: Store) -> Callable[..., NovelRecord]:
    def add(title: str = "The Lamp", **values: object) -> NovelRecord:
        with store.writing() as work:
            return work.novels.add(
                NewNovel(  # type: ignore[arg-type]
                    **{
                        "title": title,
                        "premise": "A lamp goes out.",
                        "seed": 7,
                        "target_words": 3000,
                        "model": "scripted",
                        **values,
                    }
                )
            )

    return add


@pytest.fixture
def novel(add_novel: Callable[..., NovelRecord]) -> NovelRecord:
    return add_novel()


@pytest.fixture
def scribe(store: Store, novel: NovelRecord) -> Scribe:
    with store.writing() as work:
        run = work.runs.start(
            NewRun(novel.id, pid=1, host="desk", device="cpu", dtype="float32", versions={"t": "1"})
        )
    return Scribe(store, novel, run)
