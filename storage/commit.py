"""The one write that a segment makes.

It compares what the writer believes with what is stored before it writes anything, and its cost
does not depend on the length of the novel.
"""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.contexts import context_row
from storage.errors import HeadMoved, RecordNotFound
from storage.records import (
    ChapterCompletion,
    JsonObject,
    NewSegment,
    RevisionRecord,
    RevisionState,
    SegmentCommit,
    SegmentRecord,
)
from storage.repositories.base import record_of
from storage.tables import (
    ChapterRow,
    NovelRow,
    RevisionRow,
    RunEventRow,
    RunRow,
    SegmentRow,
    utc_now,
)

_LOOK_AGAIN = "Everything committed so far is safe. Look at the novel, then resume it."


def append_segment(session: Session, commit: SegmentCommit) -> SegmentRecord:
    """Add a segment and raise the counters. See `UnitOfWork.commit_segment`.

    Raises `HeadMoved` and `RecordNotFound`, both before anything is written.
    """
    # First and by itself: what is read after it cannot be changed any more by whoever waits for it.
    novel = session.get(NovelRow, commit.novel_id, with_for_update=True)
    found = session.execute(_what_is_written_on(commit)).one_or_none()
    if novel is None or found is None or (found[1] is None and commit.run_id is not None):
        raise RecordNotFound(
            f"Novel {commit.novel_id} has no such revision or run any more.", _LOOK_AGAIN
        )
    revision, run, pointed_at, stored_key = found
    _require_epoch(novel, commit.expected_epoch)
    _require_current(revision, pointed_at, commit.novel_id, commit.stands_revision_id)
    _require_head(revision, stored_key, commit)
    row = segment_row(commit.segment)
    row.run_id = commit.run_id
    session.add(row)
    if commit.context is not None:
        session.add(context_row(row.revision_id, row.position, commit.context))
    _count(row, commit.segment.carry_words, revision)
    novel.touch(row.created_at)
    if run is not None:
        _count_in_run(row, run)
        if commit.event is not None:
            session.add(_event_row(run, commit.event, row))
    session.flush()
    if commit.completes_chapter:
        # After the segment is in: the database refuses segments of a complete revision.
        revision.state = RevisionState.COMPLETE
        revision.completed_at = row.created_at
        session.flush()
    return record_of(SegmentRecord, row)


def complete_chapter(session: Session, completion: ChapterCompletion) -> RevisionRecord:
    """Close a revision that takes no more text. See `UnitOfWork.complete_chapter`."""
    novel = session.get(NovelRow, completion.novel_id, with_for_update=True)
    revision = session.get(RevisionRow, completion.revision_id)
    if novel is None or revision is None:
        raise RecordNotFound(f"Novel {completion.novel_id} has no such revision.", _LOOK_AGAIN)
    _require_epoch(novel, completion.expected_epoch)
    pointed_at = session.scalar(
        select(ChapterRow.revision_id).where(
            ChapterRow.branch_id == completion.branch_id,
            ChapterRow.number == revision.chapter_number,
        )
    )
    stands = completion.stands_revision_id
    _require_current(revision, pointed_at, completion.novel_id, stands)
    if revision.state is not RevisionState.OPEN:
        raise HeadMoved(
            f"Chapter {revision.chapter_number} is complete and takes no more text.", _LOOK_AGAIN
        )
    revision.state = RevisionState.COMPLETE
    revision.completed_at = utc_now()
    session.flush()
    return record_of(RevisionRecord, revision)


def require_epoch(session: Session, novel_id: str, epoch: int) -> None:
    """See `UnitOfWork.require_epoch`. Holds the novel's row until the transaction ends."""
    novel = session.get(NovelRow, novel_id, with_for_update=True)
    if novel is None:
        raise RecordNotFound(f"There is no novel with the id {novel_id!r}.")
    _require_epoch(novel, epoch)


def keep_segments(session: Session, revision: RevisionRow, segments: Sequence[NewSegment]) -> None:
    """Add segments whose text is known already to an open revision that has none.

    Their words are counted by the caller.
    """
    for segment in segments:
        row = segment_row(segment)
        row.revision_id = revision.id
        session.add(row)
        revision.tokens += row.tokens
        revision.num_segments += 1
    session.flush()


def segment_row(segment: NewSegment) -> SegmentRow:
    """The row of a segment that no run has written yet."""
    return SegmentRow(
        revision_id=segment.revision_id,
        position=segment.position,
        text=segment.text,
        words=segment.words,
        tokens=segment.tokens,
        parent_key=segment.parent_key,
        key=segment.key,
        carry=segment.carry,
        provenance=dict(segment.provenance),
        elapsed_seconds=segment.elapsed_seconds,
        created_at=utc_now(),
    )


def _require_epoch(novel: NovelRow, expected_epoch: int) -> None:
    if novel.run_epoch != expected_epoch:
        raise HeadMoved(
            f"Novel {novel.id} was taken over by someone else (epoch {novel.run_epoch}, "
            f"this run has {expected_epoch}).",
            _LOOK_AGAIN,
        )


def _what_is_written_on(
    commit: SegmentCommit,
) -> Select[RevisionRow, RunRow | None, str | None, str | None]:
    """The revision and the run, what the chapter points at, and the key of the segment before.

    One question for all: a commit is asked for as often as a model writes a segment.
    """
    return (
        select(RevisionRow, RunRow, ChapterRow.revision_id, SegmentRow.key)
        .select_from(RevisionRow)
        .outerjoin(RunRow, RunRow.id == commit.run_id)
        .outerjoin(
            ChapterRow,
            (ChapterRow.branch_id == commit.branch_id)
            & (ChapterRow.number == RevisionRow.chapter_number),
        )
        .outerjoin(
            SegmentRow,
            (SegmentRow.revision_id == RevisionRow.id)
            & (SegmentRow.position == commit.segment.position - 1),
        )
        .where(RevisionRow.id == commit.segment.revision_id)
    )


def _require_current(
    revision: RevisionRow, pointed_at: str | None, novel_id: str, stands_revision_id: str | None
) -> None:
    if pointed_at != (stands_revision_id or revision.id) or revision.novel_id != novel_id:
        raise HeadMoved(
            f"Chapter {revision.chapter_number} was changed while it was being written.",
            _LOOK_AGAIN,
        )


def _require_head(revision: RevisionRow, stored_key: str | None, commit: SegmentCommit) -> None:
    segment = commit.segment
    chapter = revision.chapter_number
    if revision.state is not RevisionState.OPEN:
        raise HeadMoved(f"Chapter {chapter} is complete and takes no more text.", _LOOK_AGAIN)
    if segment.position != revision.num_segments:
        raise HeadMoved(
            f"Chapter {chapter} has {revision.num_segments} segments, "
            f"not the {segment.position} that the writer has read.",
            _LOOK_AGAIN,
        )
    expected = commit.expected_parent_key
    if segment.parent_key != expected or stored_key not in (None, expected):
        raise HeadMoved(
            f"The text before segment {segment.position} of chapter {chapter} is another one "
            "than the writer has read.",
            _LOOK_AGAIN,
        )


def _count(row: SegmentRow, carry_words: int, revision: RevisionRow) -> None:
    revision.words += row.words + carry_words - revision.open_words
    revision.open_words = carry_words
    revision.tokens += row.tokens
    revision.num_segments += 1


def _count_in_run(row: SegmentRow, run: RunRow) -> None:
    run.words += row.words
    run.tokens += row.tokens
    run.elapsed_seconds += row.elapsed_seconds
    run.heartbeat_at = row.created_at
    run.heartbeats += 1


def _event_row(run: RunRow, event: JsonObject, segment: SegmentRow) -> RunEventRow:
    return RunEventRow(
        run_id=run.id,
        kind=str(event["kind"]),
        data=dict(event["data"]),
        created_at=segment.created_at,
    )
