"""A manuscript that comes back beside the novel that it is of: what it would change.

Chapters are known by what they say. What only is typed otherwise, such as curly marks for straight
ones, counts as unchanged, and stays as the novel has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.generation.chapter_matching import Known, Matching, match_chapters
from novelgen.generation.joined_pieces import joined_pieces
from novelgen.manuscript.importing.values import ImportedChapter, ImportedManuscript
from novelgen.text.emphasis import without_marks
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.typing_style import as_typed_before, folded
from novelgen.text.words import count_words
from storage.records import ChapterRecord, NovelRecord
from storage.store import Store

_SHOWN = 60
"""Characters of a chapter without a title."""


@dataclass(frozen=True, slots=True)
class ChapterTaking:
    """A chapter of the novel, and what the manuscript has for it."""

    number: int
    before: ChapterRecord | None
    """None for a chapter that comes behind the last one."""
    old_text: str
    title: str
    text: str
    imported: ImportedChapter

    @property
    def is_changed(self) -> bool:
        if self.before is None:
            return True
        return (self.title, self.text) != (self.before.revision.title, self.old_text)

    @property
    def words_before(self) -> int:
        return 0 if self.before is None else self.before.revision.words

    @property
    def words(self) -> int:
        return count_words(self.text)

    @property
    def is_much_shorter(self) -> bool:
        """Whether less than half of its words would stay: it may be another chapter, or a piece."""
        return self.before is not None and self.words < self.words_before / 2


@dataclass(frozen=True, slots=True)
class TakingBack:
    """What a manuscript would change in a novel's active branch; nothing is changed yet."""

    novel: NovelRecord
    chapters: tuple[ChapterTaking, ...]
    """Those of the novel that the file has, and those to add behind them, by number."""
    missing: tuple[int, ...]
    """Chapters of the novel that the file does not have."""
    left_out: tuple[str, ...]
    """What of the file is not taken, and why, a sentence each."""

    @property
    def changed(self) -> tuple[ChapterTaking, ...]:
        return tuple(each for each in self.chapters if each.is_changed)

    @property
    def notes(self) -> int:
        """Comments and tracked changes in the file's chapters."""
        return sum(len(each.imported.notes) for each in self.chapters)


def compare(store: Store, novel: NovelRecord, manuscript: ImportedManuscript) -> TakingBack:
    """What the manuscript would change in the novel's active branch."""
    with store.reading() as work:
        records = work.chapters.of_branch(novel.active_branch_id)
        texts = [work.texts.of_revision(each.revision.id) for each in records]
    chapters = manuscript.chapters
    new = [Known(each.title, each.text) for each in chapters]
    old = [Known(each.revision.title, text) for each, text in zip(records, texts, strict=True)]
    matching = match_chapters(new, old)
    ignores_marks = not any(_has_marks(each.text) for each in new)
    joined = {*matching.swallowed.values()}
    found: list[ChapterTaking] = []
    left_out = [_swallowed(chapters[at], records, matching, at) for at in sorted(joined)]
    taken = {*joined}
    for at, index in matching.chapters.items():
        if at in joined:
            continue
        pieces = _pieces(matching, at)
        taken |= {*pieces}
        imported = joined_pieces([chapters[piece] for piece in pieces])
        found.append(_taking(records[index], texts[index], imported, ignores_marks=ignores_marks))
    added = _added(chapters, matching, len(records))
    for number, at in enumerate(added, start=records[-1].number + 1 if records else 1):
        chapter = chapters[at]
        found.append(ChapterTaking(number, None, "", chapter.title, chapter.text, chapter))
    taken |= {*added}
    left_out += [
        _left_out(each, is_piece=at in matching.parts)
        for at, each in enumerate(chapters)
        if at not in taken
    ]
    present = {*matching.chapters.values(), *matching.swallowed}
    missing = tuple(each.number for at, each in enumerate(records) if at not in present)
    return TakingBack(
        novel, tuple(sorted(found, key=lambda each: each.number)), missing, tuple(left_out)
    )


def _taking(
    record: ChapterRecord,
    old_text: str,
    imported: ImportedChapter,
    *,
    ignores_marks: bool,
) -> ChapterTaking:
    revision = record.revision
    old, new = _paragraphs(old_text), _paragraphs(imported.text)
    typed = as_typed_before(old, new, ignores_marks=ignores_marks)
    is_named = imported.title and folded(imported.title) != folded(revision.title)
    title = imported.title if is_named else revision.title
    # The text itself where nothing is changed: it may part its paragraphs otherwise.
    whole = old_text if typed == old else "\n\n".join(typed)
    return ChapterTaking(record.number, record, old_text, title, whole, imported)


def _pieces(matching: Matching, at: int) -> list[int]:
    """A chapter of the file with those right before and behind it that were pieces of it."""
    number = matching.chapters[at]
    first = last = at
    while matching.parts.get(first - 1) == number:
        first -= 1
    while matching.parts.get(last + 1) == number:
        last += 1
    return list(range(first, last + 1))


def _added(chapters: Sequence[ImportedChapter], matching: Matching, total: int) -> list[int]:
    """Chapters behind the novel's last one, which the file has at its end."""
    last = max(
        (at for at, number in matching.chapters.items() if number == total - 1), default=None
    )
    if last is None or any(at > last for at in matching.chapters):
        return []
    return [at for at in range(last + 1, len(chapters)) if at not in matching.parts]


def _swallowed(
    chapter: ImportedChapter, records: Sequence[ChapterRecord], matching: Matching, at: int
) -> str:
    numbers = sorted(
        [records[matching.chapters[at]].number]
        + [records[index].number for index, holder in matching.swallowed.items() if holder == at]
    )
    told = " and ".join(str(number) for number in numbers)
    return (
        f"“{_called(chapter)}” holds chapters {told} of the novel in one; they stay as they are. "
        "Part them again in the file to take their changes."
    )


def _left_out(chapter: ImportedChapter, *, is_piece: bool) -> str:
    why = (
        "repeats a piece of another chapter, away from it"
        if is_piece
        else "is like no chapter of the novel"
    )
    words = "1 word" if chapter.words == 1 else f"{chapter.words:,} words"
    return f"“{_called(chapter)}” {why}; it was left out ({words})."


def _called(chapter: ImportedChapter) -> str:
    if chapter.title:
        return chapter.title
    if chapter.number is not None:
        return f"Chapter {chapter.number}"
    return f"{' '.join(chapter.text.split()[:6])[:_SHOWN]} …"


def _paragraphs(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in paragraph_spans(text)]


def _has_marks(text: str) -> bool:
    return without_marks(text) != text
