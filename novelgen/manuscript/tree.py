"""A manuscript without a format: front matter and chapters of paragraphs.

Chapters are read one at a time, so a long saga takes no more memory than its longest chapter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from novelgen.errors import NotFoundError
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.sentences import SCENE_BREAK
from storage.records import ChapterRecord, NovelSummary
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ManuscriptChapter:
    """A chapter: paragraphs of prose, and `SCENE_BREAK` where a scene ends."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A novel, or a range of its chapters. `chapters` can be iterated once."""

    title: str
    author: str
    target_words: int
    words: int
    num_chapters: int
    status: str
    model: str
    adapter: str
    seed: int
    chapters: Iterator[ManuscriptChapter]


def read_manuscript(
    work: UnitOfWork, summary: NovelSummary, first: int = 1, last: int | None = None
) -> Manuscript:
    """The manuscript of a novel's active branch; valid while `work` is open.

    Chapters that wait in the inbox to be kept are no part of it.
    Raises `NotFoundError` when no chapter in the range has text.
    """
    novel = summary.novel
    held = work.inbox.held_chapters(novel.active_branch_id)
    records = [
        chapter
        for chapter in work.chapters.of_branch(novel.active_branch_id)
        if chapter.number >= first
        and (last is None or chapter.number <= last)
        and chapter.revision.words
        and chapter.number not in held
    ]
    if not records and held:
        raise NotFoundError(
            f"The chapters of “{clean_line(novel.title)}” asked for wait in the inbox to be kept.",
            f"Keep them with `novelgen inbox keep --all {novel.id}`.",
        )
    if not records:
        raise NotFoundError(
            f"“{clean_line(novel.title)}” has no text in the chapters asked for.",
            f"Write some with `novelgen resume {novel.id}`.",
        )
    return Manuscript(
        title=clean_line(novel.title),
        author=clean_line(novel.author),
        target_words=novel.target_words,
        words=sum(record.revision.words for record in records),
        num_chapters=len(records),
        status=novel.status.value,
        model=clean_line(novel.model),
        adapter=clean_line(novel.adapter),
        seed=novel.seed,
        chapters=(_chapter(work, record) for record in records),
    )


def counted(manuscript: Manuscript, on_chapter: Callable[[int, int], None]) -> Manuscript:
    """The same manuscript, which tells as its chapters are read: how many are done, of how many."""

    def read() -> Iterator[ManuscriptChapter]:
        for done, chapter in enumerate(manuscript.chapters, start=1):
            yield chapter
            on_chapter(done, manuscript.num_chapters)

    return replace(manuscript, chapters=read())


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of prose, cleaned; white space inside a paragraph is kept single."""
    parts = (" ".join(part.split()) for part in clean_text(text).split("\n"))
    return tuple(part for part in parts if part)


def is_scene_break(paragraph: str) -> bool:
    return paragraph == SCENE_BREAK


def _chapter(work: UnitOfWork, record: ChapterRecord) -> ManuscriptChapter:
    text = work.texts.of_revision(record.revision.id)
    return ManuscriptChapter(
        record.number,
        clean_line(record.revision.title),
        paragraphs_of(text),
        record.revision.words,
    )
