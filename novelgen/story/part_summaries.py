"""Summaries of parts, made of those of their chapters and kept under all the revisions in them."""

from novelgen.story.parts import Parts
from novelgen.text.summaries import condense
from storage.records import RevisionState
from storage.story_records import NewSummary, SummaryKind, SummaryOrigin, source_key_of
from storage.unit_of_work import UnitOfWork

PART_SUMMARY_WORDS = 150
BOOK_SUMMARY_WORDS = 250


def record_part_summary(work: UnitOfWork, novel_id: str, branch_id: str, chapter: int) -> None:
    """Store the summary of a chapter's part once all its planned chapters are read."""
    parts = Parts.of_branch(work, branch_id)
    part = parts.part_of(chapter)
    numbers = sorted(number for number, of in parts.planned.items() if of == part)
    if not numbers:
        return
    revisions = {
        each.number: each.revision
        for each in work.chapters.of_branch(branch_id)
        if numbers[0] <= each.number <= numbers[-1]
    }
    texts = work.summaries.of_chapters(
        branch_id, after_chapter=numbers[0] - 1, through_chapter=numbers[-1]
    )
    is_whole = all(
        number in texts and revisions[number].state is RevisionState.COMPLETE
        for number in numbers
        if number in revisions
    )
    if not is_whole or revisions.keys() != set(numbers):
        return
    work.summaries.add(
        NewSummary(
            novel_id,
            SummaryKind.PART,
            source_key_of(revisions[number].id for number in numbers),
            condense([texts[number].text for number in numbers], PART_SUMMARY_WORDS),
            SummaryOrigin.EXTRACT,
        )
    )
