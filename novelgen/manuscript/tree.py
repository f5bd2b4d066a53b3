"""A manuscript without a format: title page, parts, and chapters of paragraphs.

Chapters are read one at a time, so a long saga takes no more memory than its longest chapter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from novelgen.errors import NotFoundError
from novelgen.generation.plan_store import parts_of
from novelgen.manuscript.chapter_headings import heading_of, labels
from novelgen.planning.structure import Structure
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.sentences import SCENE_BREAK
from storage.records import MAIN_BRANCH, ChapterRecord, NovelSummary, PlanOrigin
from storage.unit_of_work import UnitOfWork

LANGUAGE = "en"
"""Of every novel."""


@dataclass(frozen=True, slots=True)
class ChapterHeading:
    """A chapter in the table of contents."""

    number: int
    """In the novel, from 1; a manuscript of a range does not begin with 1."""
    label: str
    """Such as “Chapter 3”; empty for a prologue and its like, which are called by their title."""
    title: str
    """Empty for a chapter without one."""
    part: str | None
    """The title of the part that begins with this chapter; None where none does."""

    @property
    def text(self) -> str:
        """Label and title in one line; never empty."""
        return heading_of(self.label, self.title)


@dataclass(frozen=True, slots=True)
class ManuscriptChapter:
    """A chapter: paragraphs of prose, and `SCENE_BREAK` where a scene ends.

    A paragraph holds no line break; its italics are as `text.emphasis` reads them.
    """

    heading: ChapterHeading
    paragraphs: tuple[str, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A novel, or a range of its chapters. `chapters` can be iterated once."""

    novel_id: str
    """The same in every export of the novel."""
    title: str
    """May be empty while the novel is not planned."""
    author: str
    """The byline; may be empty."""
    language: str
    """As in BCP 47."""
    updated_at: datetime
    """When the novel was changed last; aware, UTC."""
    target_words: int
    words: int
    status: str
    model: str
    adapter: str
    seed: int
    contents: tuple[ChapterHeading, ...]
    """Of the chapters in it, in order."""
    chapters: Iterator[ManuscriptChapter]
    branch: str = MAIN_BRANCH
    """The name of the branch that it is."""
    edition: str = ""
    """What of the novel it is, where not all of its first branch: a branch, a range."""

    @property
    def num_chapters(self) -> int:
        return len(self.contents)

    @property
    def has_parts(self) -> bool:
        return any(heading.part is not None for heading in self.contents)


def read_manuscript(
    work: UnitOfWork,
    summary: NovelSummary,
    first: int = 1,
    last: int | None = None,
    branch_id: str | None = None,
    *,
    may_be_empty: bool = False,
) -> Manuscript:
    """The manuscript of a branch of a novel, by default the active one; valid while `work` is open.

    Chapters that wait in the inbox to be kept are no part of it.
    Raises `NotFoundError` when no chapter in the range has text, unless it `may_be_empty`.
    """
    novel = summary.novel
    branch_id = branch_id or novel.active_branch_id
    held = work.inbox.held_chapters(branch_id)
    book = [
        chapter
        for chapter in work.chapters.of_branch(branch_id)
        if chapter.revision.words and chapter.number not in held
    ]
    is_wanted = [
        chapter.number >= first and (last is None or chapter.number <= last) for chapter in book
    ]
    if not any(is_wanted) and not may_be_empty:
        raise _nothing_there(summary, waits=bool(held))
    headings = _headings(book, _part_titles(work, branch_id))
    records = [chapter for chapter, wanted in zip(book, is_wanted, strict=True) if wanted]
    contents = tuple(each for each, wanted in zip(headings, is_wanted, strict=True) if wanted)
    return Manuscript(
        novel_id=novel.id,
        title=clean_line(novel.title),
        author=clean_line(novel.author),
        language=LANGUAGE,
        branch=work.branches.get(branch_id).name,
        edition=_edition(work, branch_id, first, last),
        updated_at=novel.updated_at,
        target_words=novel.target_words,
        words=sum(record.revision.words for record in records),
        status=novel.status.value,
        model=clean_line(novel.model),
        adapter=clean_line(novel.adapter),
        seed=novel.seed,
        contents=contents,
        chapters=(
            _chapter(work, record, heading)
            for record, heading in zip(records, contents, strict=True)
        ),
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


def _edition(work: UnitOfWork, branch_id: str, first: int, last: int | None) -> str:
    name = work.branches.get(branch_id).name
    branch = "" if name == MAIN_BRANCH else clean_line(name)
    chapters = "" if (first, last) == (1, None) else f"{first}-{last or ''}"
    return " ".join(each for each in (branch, chapters) if each)


def _nothing_there(summary: NovelSummary, *, waits: bool) -> NotFoundError:
    novel = summary.novel
    if waits:
        return NotFoundError(
            f"The chapters of “{clean_line(novel.title)}” asked for wait in the inbox to be kept.",
            f"Keep them with `novelgen inbox keep --all {novel.id}`.",
        )
    return NotFoundError(
        f"“{clean_line(novel.title)}” has no text in the chapters asked for.",
        f"Write some with `novelgen resume {novel.id}`.",
    )


def _part_titles(work: UnitOfWork, branch_id: str) -> dict[int, str]:
    """The titles of parts that an author has given, by the chapter that each begins with."""
    plan = work.plans.current(branch_id)
    if plan is None:
        return {}
    structure = Structure.from_json(plan.structure)
    cards = parts_of(structure, work.plans.chapters(plan.id))
    titles: dict[int, str] = {}
    before = 0
    for slot in structure.chapters:
        card = cards.get(slot.part)
        if slot.part != before and card is not None and card.origin == PlanOrigin.AUTHOR:
            title = clean_line(card.title)
            if title:
                titles[slot.number] = title
        before = slot.part
    return titles


def _headings(book: list[ChapterRecord], parts: dict[int, str]) -> list[ChapterHeading]:
    """A part begins with its first chapter that has text."""
    titles = [clean_line(chapter.revision.title) for chapter in book]
    found = []
    seen = 0
    for chapter, title, label in zip(book, titles, labels(titles), strict=True):
        begun = [parts[number] for number in parts if seen < number <= chapter.number]
        seen = chapter.number
        found.append(ChapterHeading(chapter.number, label, title, begun[-1] if begun else None))
    return found


def _chapter(work: UnitOfWork, record: ChapterRecord, heading: ChapterHeading) -> ManuscriptChapter:
    text = work.texts.of_revision(record.revision.id)
    return ManuscriptChapter(heading, paragraphs_of(text), record.revision.words)
