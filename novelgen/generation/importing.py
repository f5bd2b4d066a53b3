"""A manuscript becomes a novel: its chapters, a plan that goes on from them, the notes in it.

All of it is stored in one transaction, or nothing. No model is loaded, and no memory read: that,
and what is known of the story, are brought up to the text as after any change by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from novelgen.generation.imported_notes import keep_imported_notes
from novelgen.generation.novel_status import settle_status
from novelgen.generation.plan_store import add_content
from novelgen.manuscript.importing.values import ImportedChapter, ImportedManuscript
from novelgen.planning.cards import ChapterCard, PartCard
from novelgen.planning.cast_of_text import cast_of_text
from novelgen.planning.content import PlanContent
from novelgen.planning.replanning import extended, with_words
from novelgen.planning.structure import MIN_CHAPTER_WORDS, ChapterSlot, Structure, placed
from novelgen.text.summaries import extract
from novelgen.text.told_sentences import told_sentences
from novelgen.text.words import count_words
from storage.records import (
    NewNovel,
    NewRevision,
    NovelRecord,
    NovelStatus,
    PlanOrigin,
    RevisionOrigin,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork

IMPORTED = "imported"
_BRIEF_WORDS = 40
_PREMISE_WORDS = 80
_SHARE_TO_COME = 4
"""A last chapter that is longer than the others already gets a fourth of its words more."""
_AUTHOR = PlanOrigin.AUTHOR.value

OnChapter = Callable[[int, int], object]
"""Chapters done, and chapters in all."""


def store_import(
    store: Store,
    novel: NewNovel,
    manuscript: ImportedManuscript,
    *,
    is_unfinished: bool = False,
    on_chapter: OnChapter | None = None,
) -> NovelRecord:
    """Make a novel of a manuscript; `novel.target_words` beyond its words are planned behind it.

    `is_unfinished`: the last chapter is not written to its end, and writing goes on in it; it may
    make the novel longer than that.
    """
    texts = [chapter.text for chapter in manuscript.chapters]
    content = _plan(novel, manuscript.chapters, texts, on_chapter, is_unfinished=is_unfinished)
    novel = replace(
        novel,
        target_words=content.structure.target_words,
        premise=novel.premise or _premise(content),
    )
    with store.writing() as work:
        record = work.novels.add(novel)
        last = len(texts)
        for number, (chapter, text) in enumerate(zip(manuscript.chapters, texts, strict=True), 1):
            is_open = is_unfinished and number == last
            state = RevisionState.PARTIAL if is_open else RevisionState.COMPLETE
            _add_chapter(work, record, number, chapter, text, state)
        add_content(work, record.active_branch_id, content, 0)
        work.novels.set_status(record.id, NovelStatus.PAUSED)
        settle_status(work, record.id)
        return work.novels.get(record.id)


def written_card(slot: ChapterSlot, text: str) -> ChapterCard:
    """The card of a chapter that its author has written: its own sentences are its brief."""
    brief = extract(told_sentences(text), _BRIEF_WORDS)
    return ChapterCard(slot.number, slot.part, "", slot.title, brief, slot.target_words, _AUTHOR)


def _premise(content: PlanContent) -> str:
    """What the chapters tell, in a few of their own sentences: no model is to invent it."""
    briefs = "\n\n".join(card.brief for _, card in sorted(content.cards.items()))
    return extract(told_sentences(briefs), _PREMISE_WORDS)


def _add_chapter(
    work: UnitOfWork,
    novel: NovelRecord,
    number: int,
    chapter: ImportedChapter,
    text: str,
    state: RevisionState,
) -> None:
    revision = work.chapters.add_revision(
        novel.id,
        NewRevision(
            number,
            chapter.title,
            RevisionOrigin.IMPORTED,
            state=state,
            text=text,
            words=count_words(text),
        ),
    )
    branch_id = novel.active_branch_id
    work.chapters.point_at(branch_id, number, revision.id)
    keep_imported_notes(work, novel, number, chapter, text)


def _plan(
    novel: NewNovel,
    chapters: Sequence[ImportedChapter],
    texts: Sequence[str],
    on_chapter: OnChapter | None,
    *,
    is_unfinished: bool,
) -> PlanContent:
    """A plan whose first chapters are those of the manuscript, each with a brief from its text."""
    words = [max(count_words(text), 1) for text in texts]
    if on_chapter is not None:
        on_chapter(0, len(texts))
    if is_unfinished:
        words[-1] = max(sum(words) // len(words), words[-1] + words[-1] // _SHARE_TO_COME)
    parts, numbers = _parts(chapters)
    slots = placed(
        [
            ChapterSlot(number, part, 0.0, length, chapter.title)
            for number, (part, length, chapter) in enumerate(
                zip(numbers, words, chapters, strict=True), 1
            )
        ]
    )
    target = max(novel.target_words, sum(words))
    structure = Structure(sum(words), slots, parts, cast_of_text(texts, target), made=IMPORTED)
    cards = {}
    for number, (slot, text) in enumerate(zip(slots, texts, strict=True), 1):
        cards[number] = written_card(slot, text)
        if on_chapter is not None:
            on_chapter(number, len(texts))
    content = with_words(PlanContent(structure, cards))
    if novel.target_words - sum(words) < MIN_CHAPTER_WORDS:
        return content
    return extended(content, novel.target_words)


def _parts(chapters: Sequence[ImportedChapter]) -> tuple[tuple[PartCard, ...], list[int]]:
    """The parts with their titles, and of every chapter the part that it stands in."""
    cards, numbers, part = [], [], 0
    for chapter in chapters:
        if chapter.part is not None or not part:
            part += 1
            if chapter.part:
                cards.append(PartCard(part, chapter.part, "", _AUTHOR))
        numbers.append(part)
    return tuple(cards), numbers
