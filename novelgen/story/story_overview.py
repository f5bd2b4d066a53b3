"""The story in summaries, of its chapters, its parts and the book, a person's own among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.errors import NotFoundError
from novelgen.story.chapter_reading import CHAPTER_SUMMARY_WORDS
from novelgen.story.part_summaries import BOOK_SUMMARY_WORDS, PART_SUMMARY_WORDS
from novelgen.story.parts import Parts
from novelgen.text.summaries import condense, extract
from novelgen.text.told_sentences import told_sentences
from storage.records import ChapterRecord, NovelRecord, RevisionState
from storage.story_records import (
    NewSummary,
    SummaryKind,
    SummaryOrigin,
    SummaryRecord,
    source_key_of,
)
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Told:
    """A chapter, a part or the book, in few words."""

    kind: SummaryKind
    number: int
    """Of the chapter or part; 0 for the book."""
    title: str
    chapters: tuple[int, ...]
    source_key: str
    text: str
    """Empty for a chapter that was not read yet."""
    origin: SummaryOrigin


@dataclass(frozen=True, slots=True)
class StoryOverview:
    """All summaries of a branch as it stands."""

    book: Told | None
    parts: tuple[Told, ...]
    chapters: tuple[Told, ...]

    @property
    def unread(self) -> tuple[int, ...]:
        """The complete chapters that were not read as they stand."""
        return tuple(each.number for each in self.chapters if not each.text)

    def find(self, kind: SummaryKind, number: int) -> Told:
        """Raises `NotFoundError`."""
        if kind is SummaryKind.BOOK and self.book is not None:
            return self.book
        members = self.chapters if kind is SummaryKind.CHAPTER else self.parts
        for each in members if kind is not SummaryKind.BOOK else ():
            if each.number == number:
                return each
        raise NotFoundError(
            f"There is no {kind.value} {number or ''}".rstrip() + " that could be summed up.",
            "Chapters are summed up once they are complete; `novelgen show NOVEL` lists them.",
        )


def overview_of(work: UnitOfWork, novel: NovelRecord, branch_id: str) -> StoryOverview:
    """The summaries that stand; of parts and the book that have none, an extract of the others."""
    complete = [
        chapter
        for chapter in work.chapters.of_branch(branch_id)
        if chapter.revision.state is RevisionState.COMPLETE
    ]
    if not complete:
        return StoryOverview(None, (), ())
    summaries = work.summaries.of_chapters(branch_id)
    chapters = tuple(_chapter(each, summaries.get(each.number)) for each in complete)
    parts = Parts.of_branch(work, branch_id)
    grouped: dict[int, list[Told]] = {}
    for told in chapters:
        grouped.setdefault(parts.part_of(told.number), []).append(told)
    told_parts = tuple(
        _joint(work, novel.id, SummaryKind.PART, part, members, PART_SUMMARY_WORDS)
        for part, members in grouped.items()
    )
    told_of_parts = [each.text for each in told_parts]
    book = _joint(work, novel.id, SummaryKind.BOOK, 0, chapters, BOOK_SUMMARY_WORDS, told_of_parts)
    return StoryOverview(book, told_parts, chapters)


def set_summary(work: UnitOfWork, novel_id: str, told: Told, text: str) -> None:
    """Put a person's own summary in the place of one."""
    work.summaries.add(NewSummary(novel_id, told.kind, told.source_key, text, SummaryOrigin.AUTHOR))


def reset_summary(work: UnitOfWork, novel_id: str, told: Told, overview: StoryOverview) -> None:
    """Take a person's own summary back: an extract of the text, or of the chapters', stands."""
    if told.kind is SummaryKind.CHAPTER:
        text = extract(
            told_sentences(work.texts.of_revision(told.source_key)), CHAPTER_SUMMARY_WORDS
        )
    else:
        words = PART_SUMMARY_WORDS if told.kind is SummaryKind.PART else BOOK_SUMMARY_WORDS
        texts = [each.text for each in overview.chapters if each.number in told.chapters]
        text = condense(texts, words)
    new = NewSummary(novel_id, told.kind, told.source_key, text, SummaryOrigin.EXTRACT)
    work.summaries.add(new, over_author=True)


def _chapter(chapter: ChapterRecord, summary: SummaryRecord | None) -> Told:
    return Told(
        SummaryKind.CHAPTER,
        chapter.number,
        chapter.revision.title,
        (chapter.number,),
        chapter.revision.id,
        "" if summary is None else summary.text,
        SummaryOrigin.EXTRACT if summary is None else summary.origin,
    )


def _joint(
    work: UnitOfWork,
    novel_id: str,
    kind: SummaryKind,
    number: int,
    members: Sequence[Told],
    words: int,
    texts: Sequence[str] | None = None,
) -> Told:
    key = source_key_of(each.source_key for each in members)
    stored = work.summaries.of_source(novel_id, kind, key)
    text = condense(texts or [each.text for each in members], words) if stored is None else ""
    return Told(
        kind,
        number,
        "",
        tuple(each.number for each in members),
        key,
        text if stored is None else stored.text,
        SummaryOrigin.EXTRACT if stored is None else stored.origin,
    )
