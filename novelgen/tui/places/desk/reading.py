"""What the desk shows of a chapter, read in one go."""

from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import marks_of
from novelgen.generation.beats import next_passage
from novelgen.generation.consequences import standing_checks
from novelgen.generation.passage_locks import standing_locks
from novelgen.planning.structure import Structure
from novelgen.story.open_matters import open_matters
from storage.records import Beat, RevisionRecord, RevisionState
from storage.story_records import ThreadRecord

_THREADS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class DeskChapter:
    """A chapter with its plan. Paragraphs are counted from 1, as on the command line."""

    number: int
    title: str
    brief: str
    committed: str
    """The text of its segments, or the whole text of one that is not open."""
    carry: str
    """What is drawn already and in no segment yet."""
    revision: RevisionRecord | None
    """None of a chapter without text."""
    beats: tuple[Beat, ...]
    beat: int | None
    """Index of the beat in hand; None when the chapter is complete or not planned."""
    beat_ends: tuple[int, ...]
    """At how many words of the chapter each beat ends, as the chapter's target has it."""
    locked: frozenset[int]
    marks: tuple[tuple[int, str], ...]
    """Paragraphs to look at, with what is odd about them."""
    threads: tuple[ThreadRecord, ...]
    before: str
    """What the chapter before tells, in few words; empty where it was not read yet."""

    @property
    def words(self) -> int:
        return 0 if self.revision is None else self.revision.words

    @property
    def is_complete(self) -> bool:
        return self.revision is not None and self.revision.state is RevisionState.COMPLETE


def read_desk(workbench: Workbench, novel_id: str, number: int, target_words: int) -> DeskChapter:
    """A chapter as the desk shows it. `target_words` is its share as things stand."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        chapter = work.chapters.get(branch_id, number)
        revision = None if chapter is None else chapter.revision
        text = "" if revision is None else work.texts.of_revision(revision.id)
        carry = ""
        if revision is not None and revision.state is RevisionState.OPEN:
            last = work.segments.last_of_revision(revision.id)
            carry = revision.opening if last is None else last.carry
        plan = work.plans.current(branch_id)
        card = None if plan is None else work.plans.chapter(plan.id, number)
        planned = None if plan is None else work.plans.beats(plan.id, number)
        title = "" if revision is None else revision.title
        if not title and plan is not None:
            slots = Structure.from_json(plan.structure).chapters
            title = next((slot.title for slot in slots if slot.number == number), "")
        beats = () if planned is None else planned.beats
        ends = _ends(beats, target_words)
        is_complete = revision is not None and revision.state is RevisionState.COMPLETE
        words = 0 if revision is None else revision.words
        step = None
        if beats and not is_complete:
            step = next_passage([beat.words for beat in beats], max(target_words, 1), words)
        locked = {
            paragraph
            for lock in standing_locks(work, branch_id)
            if lock.record.chapter == number and lock.paragraphs is not None
            for paragraph in range(lock.paragraphs[0], lock.paragraphs[1] + 1)
        }
        matters = open_matters(work, branch_id)
        summary = work.summaries.of_chapters(branch_id).get(number - 1)
        marks = [
            (check.paragraph, f"to check: {check.term}")
            for check in standing_checks(work, branch_id)
            if check.chapter == number
        ]
        marks += [
            (finding.paragraph, finding.message)
            for finding in (*matters.contradictions, *matters.oddities)
            if finding.chapter == number
        ]
        marks += [
            (mark.paragraph, mark.record.body or "marked")
            for mark in marks_of(work, branch_id)
            if mark.record.chapter == number
        ]
    return DeskChapter(
        number=number,
        title=title or (card.title if card else ""),
        brief=card.brief if card else "",
        committed=text.removesuffix(carry),
        carry=carry,
        revision=revision,
        beats=beats,
        beat=None if step is None else step.beat,
        beat_ends=ends,
        locked=frozenset(locked),
        marks=tuple(sorted(marks)),
        threads=matters.promises[:_THREADS_SHOWN],
        before="" if summary is None else summary.text,
    )


def _ends(beats: tuple[Beat, ...], target_words: int) -> tuple[int, ...]:
    total = sum(beat.words for beat in beats)
    if not total:
        return ()
    upto, ends = 0, []
    for beat in beats:
        upto += beat.words
        ends.append(round(upto * target_words / total))
    return tuple(ends)
