"""The story in summaries, of its chapters, its parts and the book, a person's own among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.story.chapter_reading import read_by_rules
from novelgen.story.known_entries import known_names_of
from novelgen.story.part_summaries import BOOK_SUMMARY_WORDS, PART_SUMMARY_WORDS
from novelgen.story.parts import Parts
from novelgen.text.summaries import condense
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
    """Put a person's own summary in the place of one.

    Raises `UsageError` for a chapter that was not read yet: a summary is the mark that it was.
    """
    if told.kind is SummaryKind.CHAPTER and not told.text:
        raise UsageError(
            f"Chapter {told.number} was not read yet, so there is no summary to replace.",
            "Read it first: `novelgen story NOVEL --read`.",
        )
    work.summaries.add(NewSummary(novel_id, told.kind, told.source_key, text, SummaryOrigin.AUTHOR))


def reset_summary(
    work: UnitOfWork, novel_id: str, branch_id: str, told: Told, overview: StoryOverview
) -> None:
    """Take a person's own summary back: the machine's last one stands, else an extract."""
    if told.origin is not SummaryOrigin.AUTHOR:
        return
    before = work.summaries.by_machine(novel_id, told.kind, told.source_key)
    origin = SummaryOrigin.EXTRACT
    if before is not None:
        text, origin = before.text, before.origin
    elif told.kind is SummaryKind.CHAPTER:
        known = known_names_of(work.entries.of_branch(branch_id, with_hidden=True))
        text = read_by_rules(work.texts.of_revision(told.source_key), known).summary
    else:
        words = PART_SUMMARY_WORDS if told.kind is SummaryKind.PART else BOOK_SUMMARY_WORDS
        texts = [each.text for each in overview.chapters if each.number in told.chapters]
        text = condense(texts, words)
    new = NewSummary(novel_id, told.kind, told.source_key, text, origin)
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
