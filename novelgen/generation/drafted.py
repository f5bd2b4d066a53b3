"""Puts a chapter that a run drafted while nobody looked into the inbox, with what was odd in it."""

from collections.abc import Iterator
from typing import Any

from storage.inbox_records import NewInboxItem
from storage.records import RevisionRecord, RunRecord, SegmentRecord
from storage.unit_of_work import UnitOfWork


def put_into_inbox(
    work: UnitOfWork, run: RunRecord, revision: RevisionRecord, *, is_held: bool
) -> None:
    """Let a complete chapter wait there. `is_held`: it is no part of the book until kept."""
    if run.branch_id is None:
        raise LookupError(f"run {run.id} has no branch")
    marks = [
        mark for segment in work.segments.of_revision(revision.id) for mark in _marks_of(segment)
    ]
    work.inbox.add(
        NewInboxItem(
            novel_id=revision.novel_id,
            branch_id=run.branch_id,
            chapter_number=revision.chapter_number,
            revision_id=revision.id,
            run_id=run.id,
            marks=marks,
            is_held=is_held,
        )
    )


def _marks_of(segment: SegmentRecord) -> Iterator[dict[str, Any]]:
    """What the guard saw while the segment was drawn, in words."""
    for passage in segment.provenance.get("passages", []):
        place = {"segment": segment.position, "words": passage["words"]}
        if passage.get("leaks"):
            yield place | {"mark": "talks about the story instead of telling it"}
        if passage.get("forced_sentence_end"):
            yield place | {"mark": "no sentence came to its end; one was cut"}
        if passage["attempt"]:
            yield place | {"mark": f"drawn {passage['attempt'] + 1} times"}
