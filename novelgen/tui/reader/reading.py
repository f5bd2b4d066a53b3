"""What the reader shows of a chapter, fetched off the screen's thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import StandingMark, marks_of


@dataclass(frozen=True, slots=True)
class BookChapter:
    """A chapter to read."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    marks: Mapping[int, Sequence[StandingMark]]
    """What a reader noted, by paragraph, from 1."""


def read_chapter(workbench: Workbench, novel_id: str, number: int) -> BookChapter:
    """A chapter of the active branch; without paragraphs where it is not written."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        chapter = work.chapters.get(branch_id, number)
        text = "" if chapter is None else work.texts.of_revision(chapter.revision.id)
        title = "" if chapter is None else chapter.revision.title
        marks: dict[int, list[StandingMark]] = {}
        for mark in marks_of(work, branch_id):
            if mark.record.chapter == number:
                marks.setdefault(mark.paragraph, []).append(mark)
    paragraphs = tuple(line for line in text.split("\n") if line.strip())
    return BookChapter(number, title, paragraphs, marks)
