"""What the reader shows of a chapter, fetched off the screen's thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import (
    StandingMark,
    add_mark_at_paragraph,
    marks_of,
    reword_mark,
    settle_mark,
    unsettle_mark,
)
from storage.mark_records import MarkKind


@dataclass(frozen=True, slots=True)
class BookChapter:
    """A chapter to read."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    marks: Mapping[int, Sequence[StandingMark]]
    """What a reader noted, by paragraph, from 1."""
    noted: tuple[tuple[int, int], ...] = ()
    """Chapter and paragraph of all that is noted in the book, in its order."""


def read_chapter(workbench: Workbench, novel_id: str, number: int) -> BookChapter:
    """A chapter of the active branch; without paragraphs where it is not written."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        chapter = work.chapters.get(branch_id, number)
        text = "" if chapter is None else work.texts.of_revision(chapter.revision.id)
        title = "" if chapter is None else chapter.revision.title
        standing = marks_of(work, branch_id)
    marks: dict[int, list[StandingMark]] = {}
    for mark in standing:
        if mark.record.chapter == number:
            marks.setdefault(mark.paragraph, []).append(mark)
    paragraphs = tuple(line for line in text.split("\n") if line.strip())
    noted = tuple(sorted({(mark.record.chapter, mark.paragraph) for mark in standing}))
    return BookChapter(number, title, paragraphs, marks, noted)


def note_paragraph(
    workbench: Workbench, novel_id: str, chapter: int, paragraph: int, body: str = ""
) -> None:
    """Mark a paragraph, or say something about it. Raises as `add_mark_at_paragraph` does."""
    kind = MarkKind.COMMENT if body else MarkKind.MARK
    novel = workbench.find(novel_id).novel
    add_mark_at_paragraph(workbench.store, novel, chapter, paragraph, kind=kind, body=body)


def settle(workbench: Workbench, novel_id: str, mark_id: int) -> None:
    """Be done with what was noted. Raises `RecordNotFound`."""
    settle_mark(workbench.store, workbench.find(novel_id).novel, mark_id)


def unsettle(workbench: Workbench, novel_id: str, mark_id: int) -> None:
    """Have it stand again. Raises `RecordNotFound`."""
    unsettle_mark(workbench.store, workbench.find(novel_id).novel, mark_id)


def reword(workbench: Workbench, novel_id: str, mark_id: int, body: str) -> None:
    """Say it in other words. Raises `RecordNotFound`."""
    reword_mark(workbench.store, workbench.find(novel_id).novel, mark_id, body)
