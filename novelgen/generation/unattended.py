"""What a run drafts while nobody looks goes through the inbox, with what was odd in it.

A chapter is noted there when it is begun, so that one that must not join the book by itself is no
part of it while it is half drafted, and waits from the moment it is complete.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from storage.inbox_records import NewInboxItem
from storage.records import RevisionRecord, RevisionState, SegmentRecord
from storage.run_records import RunPurpose, RunRecord
from storage.story_records import NewFinding
from storage.unit_of_work import UnitOfWork


def begin_unattended(
    work: UnitOfWork, run: RunRecord, revision: RevisionRecord, *, is_held: bool
) -> None:
    """Note that a run drafts a chapter. `is_held`: it is no part of the book until kept."""
    if run.branch_id is None:
        raise LookupError(f"run {run.id} has no branch")
    work.inbox.begin(
        NewInboxItem(
            novel_id=revision.novel_id,
            branch_id=run.branch_id,
            chapter_number=revision.chapter_number,
            revision_id=revision.id,
            run_id=run.id,
            is_held=is_held,
        )
    )


def look_away(work: UnitOfWork, run_id: str) -> None:
    """Nobody looks on any more: what the run drafts from now on goes through the inbox.

    The chapter in hand goes there, too, and stays part of the book. Raises `RecordNotFound`.
    """
    work.runs.set_unattended(run_id, True)
    run = work.runs.get(run_id)
    chapter = None if run.branch_id is None else work.chapters.last(run.branch_id)
    if run.purpose is RunPurpose.WRITE and chapter is not None:
        revision = chapter.revision
        if revision.state is RevisionState.OPEN:
            begin_unattended(work, run, revision, is_held=False)


def look_on(work: UnitOfWork, run_id: str) -> None:
    """Somebody looks on again, who sees the next chapters as they come."""
    work.runs.set_unattended(run_id, False)


def complete_unattended(
    work: UnitOfWork,
    branch_id: str,
    revision: RevisionRecord,
    findings: Iterable[NewFinding] = (),
) -> None:
    """Let a complete chapter wait for the person, if it was begun while nobody looked."""
    segments = work.segments.of_revision(revision.id)
    marks = [mark for segment in segments for mark in _marks_of(segment)]
    marks += [_mark_of(finding) for finding in findings]
    work.inbox.complete(branch_id, revision.id, marks)


def _marks_of(segment: SegmentRecord) -> Iterator[dict[str, Any]]:
    """What the guard saw while the segment was drawn, in words."""
    for passage in segment.provenance.get("passages", []):
        place = {"segment": segment.position, "words": passage["words"]}
        if passage.get("forced_sentence_end"):
            yield place | {"mark": "no sentence came to its end; one was cut"}
        if passage.get("fell_short"):
            yield place | {"mark": "no draft was as it should be; the best one was kept"}
        attempts = passage.get("attempts", passage["attempt"] + 1)
        if attempts > 1:
            reasons = ", ".join(sorted(passage.get("stopped_by", {})))
            yield place | {"mark": f"drawn {attempts} times" + (f" ({reasons})" if reasons else "")}


def _mark_of(finding: NewFinding) -> dict[str, Any]:
    """What was found in the whole chapter, in words."""
    return {
        "paragraph": finding.paragraph,
        "mark": f"{finding.message}: “{finding.passage}”",
    }
