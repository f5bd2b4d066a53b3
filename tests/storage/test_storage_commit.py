"""Committing segments: all of it or nothing, at the head or not at all, and never changed."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from storage import (
    HeadMoved,
    NewPlannedChapter,
    NewRun,
    NovelRecord,
    RecordNotFound,
    RevisionOrigin,
    RevisionState,
    SegmentCommit,
    StorageFailure,
)
from storage.store import Store
from tests.storage.raw import contents, execute, on_postgresql, on_sqlite

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe


def test_a_commit_stores_text_memory_and_counters(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    first = scribe.commit_of(revision, 0, "It was dark. ")
    scribe.write(first)
    second = replace(scribe.commit_of(revision, 1, "Then: light."), completes_chapter=True)
    scribe.write(second)
    with store.reading() as work:
        segments = list(work.segments.of_revision(revision.id))
        chapter = work.chapters.get(scribe.branch_id, 1)
        run = work.runs.get(scribe.run.id)
        summary = work.novels.summary(scribe.novel.id)
        totals = work.chapters.totals(scribe.branch_id)
        snapshot = work.snapshots.get(first.segment.key)
    for commit, segment in zip((first, second), segments, strict=True):
        written = asdict(commit.segment)
        del written["carry_words"]  # counted in the revision, not kept with the segment
        assert written.items() <= asdict(segment).items()
        assert segment.run_id == run.id
    assert chapter is not None
    assert (chapter.revision.state, chapter.revision.words) == (RevisionState.COMPLETE, 5)
    assert chapter.revision.open_words == 0
    assert (chapter.revision.tokens, chapter.revision.num_segments) == (25, 2)
    assert chapter.revision.completed_at == segments[1].created_at
    assert (run.words, run.tokens, run.elapsed_seconds) == (5, 25, 1.0)
    assert run.heartbeat_at == summary.novel.updated_at == segments[1].created_at
    assert (totals.words, totals.tokens, totals.chapters, totals.segments) == (5, 25, 1, 2)
    assert summary.totals == totals
    assert snapshot is not None
    assert first.snapshot is not None
    assert asdict(first.snapshot).items() <= asdict(snapshot).items()
    assert snapshot.num_bytes == 13
    assert snapshot.data_sha256 == hashlib.sha256(b"It was dark. ").hexdigest()


def test_text_and_bytes_come_back_exactly(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    commit = scribe.commit_of(revision, 0, "\r\n\t ‘Łódź’ \x01\u2028 夜🌃 e\u0301")
    assert commit.snapshot is not None
    data = bytes(range(256)) * 400
    scribe.write(replace(commit, snapshot=replace(commit.snapshot, data=data)))
    with store.reading() as work:
        segment = work.segments.last_of_revision(revision.id)
        snapshot = work.snapshots.get(commit.segment.key)
    assert segment is not None
    assert snapshot is not None
    assert segment.text == commit.segment.text
    assert segment.provenance == {"seed": 2**63 - 1}
    assert snapshot.data == data


@on_sqlite
def test_the_character_zero_comes_back(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    scribe.write(scribe.commit_of(revision, 0, "dark\x00"))
    with store.reading() as work:
        segment = work.segments.last_of_revision(revision.id)
    assert segment is not None
    assert segment.text == "dark\x00"


@on_postgresql
def test_the_character_zero_is_refused_where_text_cannot_hold_it(
    store: Store, scribe: "Scribe"
) -> None:
    commit = scribe.commit_of(scribe.begin(1), 0, "dark\x00")
    with pytest.raises(StorageFailure, match=r"refused the work: .*NUL"):
        scribe.write(commit)


def stale_epoch(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    with scribe.store.writing() as work:
        work.novels.claim_run(scribe.novel.id)
    return commit


def chapter_replaced(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    with scribe.store.writing() as work:
        work.chapters.begin_chapter(scribe.branch_id, 1, "Anew", RevisionOrigin.EDITED)
    return commit


def chapter_completed(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    with scribe.store.writing() as work:
        work.complete_chapter(scribe.completion(commit.segment.revision_id))
    return commit


def someone_was_faster(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    with scribe.store.writing() as work:
        work.commit_segment(commit)
    return commit


def position_skipped(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    return replace(commit, segment=replace(commit.segment, position=2))


def other_past(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    segment = replace(commit.segment, parent_key="f" * 64)
    return replace(commit, segment=segment, expected_parent_key="f" * 64)


def past_contradicts_itself(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    return replace(commit, segment=replace(commit.segment, parent_key="f" * 64))


def branch_of_nobody(scribe: "Scribe", commit: SegmentCommit) -> SegmentCommit:
    return replace(commit, branch_id="nope")


@pytest.mark.parametrize(
    ("meanwhile", "message"),
    [
        (stale_epoch, "taken over by someone else"),
        (chapter_replaced, "was changed while it was being written"),
        (chapter_completed, "is complete"),
        (someone_was_faster, "has 2 segments, not the 1"),
        (position_skipped, "has 1 segments, not the 2"),
        (other_past, "is another one"),
        (past_contradicts_itself, "is another one"),
        (branch_of_nobody, "was changed while it was being written"),
    ],
)
def test_a_commit_elsewhere_than_at_the_head_writes_nothing(
    store: Store,
    scribe: "Scribe",
    url: str,
    meanwhile: Callable[["Scribe", SegmentCommit], SegmentCommit],
    message: str,
) -> None:
    revision = scribe.begin(1)
    scribe.write(scribe.commit_of(revision, 0, "It was dark. "))
    commit = meanwhile(scribe, scribe.commit_of(revision, 1, "Then: light."))
    before = contents(url)
    with store.writing() as work, pytest.raises(HeadMoved, match=message) as error:
        work.commit_segment(commit)
    assert "safe" in error.value.remedy
    assert contents(url) == before


def test_a_commit_to_what_does_not_exist(store: Store, scribe: "Scribe") -> None:
    commit = scribe.commit_of(scribe.begin(1), 0, "It was dark.")
    for wrong in (
        replace(commit, novel_id="nope"),
        replace(commit, run_id="nope"),
        replace(commit, segment=replace(commit.segment, revision_id="nope")),
    ):
        with store.writing() as work, pytest.raises(RecordNotFound):
            work.commit_segment(wrong)


def test_a_commit_to_the_revision_of_another_novel(
    store: Store, scribe: "Scribe", add_novel: Callable[..., NovelRecord]
) -> None:
    commit = scribe.commit_of(scribe.begin(1), 0, "It was dark.")
    other = add_novel("Other")
    with store.writing() as work:
        run = work.runs.start(NewRun(other.id, 2, "desk", "cpu", "float32"))
        with pytest.raises(HeadMoved):
            work.commit_segment(replace(commit, novel_id=other.id, expected_epoch=run.epoch))


def test_a_failed_snapshot_takes_the_segment_with_it(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    commit = scribe.commit_of(revision, 0, "It was dark.")
    assert commit.snapshot is not None
    broken = replace(commit.snapshot, device=None)  # type: ignore[arg-type]
    with pytest.raises(StorageFailure), store.writing() as work:
        work.commit_segment(replace(commit, snapshot=broken))
    with store.reading() as work:
        assert work.segments.last_of_revision(revision.id) is None
        assert work.chapters.totals(scribe.branch_id).words == 0


def test_an_equal_key_is_kept_once(store: Store, scribe: "Scribe") -> None:
    commit = scribe.commit_of(scribe.begin(1), 0, "It was dark.")
    assert commit.snapshot is not None
    with store.writing() as work:
        work.snapshots.keep(commit.snapshot)
        work.snapshots.keep(replace(commit.snapshot, data=b"other", device="cuda"))
    scribe.write(commit)
    with store.reading() as work:
        snapshot = work.snapshots.get(commit.segment.key)
    assert snapshot is not None
    assert (snapshot.data, snapshot.device) == (b"It was dark.", "cpu")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE segments SET text = 'other'", "segments never change"),
        ("UPDATE segments SET carry = ''", "segments never change"),
        ("DELETE FROM segments", "segments are never deleted"),
        ("UPDATE memory_snapshots SET data = data", "memory snapshots never change"),
        ("UPDATE plans SET structure = '{}'", "plans never change"),
        ("UPDATE planned_chapters SET title = ''", "planned chapters never change"),
        ("UPDATE revisions SET title = ''", "complete revisions never change"),
        ("UPDATE revisions SET state = 'open'", "complete revisions never change"),
        (
            "INSERT INTO segments SELECT 99, revision_id, 1, text, words, tokens, parent_key, key,"
            " carry, provenance, elapsed_seconds, run_id, created_at FROM segments",
            "complete revisions take no segments",
        ),
        ("DELETE FROM revisions", "(?i)foreign key"),
    ],
)
def test_what_is_written_cannot_be_changed_by_any_program(
    store: Store, scribe: "Scribe", url: str, statement: str, message: str
) -> None:
    scribe.chapter(1, ["It was dark."])
    with store.writing() as work:
        plan = work.plans.add(scribe.branch_id, {"parts": 1})
        work.plans.add_chapter(plan.id, NewPlannedChapter(1, 1, "Dusk", "", 100))
    before = contents(url)
    with pytest.raises(IntegrityError, match=message):
        execute(url, statement)
    assert contents(url) == before


def test_a_complete_revision_cannot_be_completed_again(store: Store, scribe: "Scribe") -> None:
    revision = scribe.chapter(1, ["It was dark."])
    with store.writing() as work, pytest.raises(HeadMoved, match="takes no more text"):
        work.complete_chapter(scribe.completion(revision.id))
