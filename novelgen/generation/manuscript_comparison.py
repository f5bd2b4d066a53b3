"""A manuscript that comes back beside the novel that it is of: what it would change.

Chapters are known by what they say. What only is typed otherwise, such as curly marks for straight
ones, counts as unchanged, and stays as the novel has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.generation.chapter_matching import Known, Matching, match_chapters
from novelgen.generation.importing import import_text
from novelgen.manuscript.importing.values import ImportedChapter, ImportedManuscript
from novelgen.text.emphasis import without_marks
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.sentences import SCENE_BREAK
from novelgen.text.typing_style import as_typed_before, folded
from novelgen.text.words import count_words
from storage.records import ChapterRecord, NovelRecord
from storage.store import Store


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
    new = [Known(each.title, import_text(each)) for each in manuscript.chapters]
    old = [Known(each.revision.title, text) for each, text in zip(records, texts, strict=True)]
    matching = match_chapters(new, old)
    ignores_marks = not any(_has_marks(each.text) for each in new)
    found: list[ChapterTaking] = []
    left_out: list[str] = []
    for at, index in matching.chapters.items():
        imported, text = _with_parts(manuscript.chapters, new, matching, at)
        if index in matching.swallowed.values() or at in matching.swallowed.values():
            left_out.append(_swallowed(manuscript.chapters[at], records, matching, at))
            continue
        found.append(
            _taking(records[index], texts[index], imported, text, ignores_marks=ignores_marks)
        )
    left_out += _misplaced(manuscript.chapters, new, matching)
    added = _added(manuscript.chapters, matching, len(records))
    for at in added:
        number = records[-1].number + 1 + len([each for each in found if each.before is None])
        chapter = manuscript.chapters[at]
        found.append(ChapterTaking(number, None, "", chapter.title, new[at].text, chapter))
    known = {*matching.chapters, *matching.parts, *added}
    left_out += [_unknown(each) for at, each in enumerate(manuscript.chapters) if at not in known]
    present = {*matching.chapters.values()}
    missing = tuple(each.number for at, each in enumerate(records) if at not in present)
    return TakingBack(
        novel, tuple(sorted(found, key=lambda each: each.number)), missing, tuple(left_out)
    )


def _taking(
    record: ChapterRecord,
    old_text: str,
    imported: ImportedChapter,
    text: str,
    *,
    ignores_marks: bool,
) -> ChapterTaking:
    revision = record.revision
    old, new = _paragraphs(old_text), _paragraphs(text)
    typed = as_typed_before(old, new, ignores_marks=ignores_marks)
    is_named = imported.title and folded(imported.title) != folded(revision.title)
    title = imported.title if is_named else revision.title
    # The text itself where nothing is changed: it may part its paragraphs otherwise.
    whole = old_text if typed == old else "\n\n".join(typed)
    return ChapterTaking(record.number, record, old_text, title, whole, imported)


def _with_parts(
    chapters: Sequence[ImportedChapter], new: Sequence[Known], matching: Matching, at: int
) -> tuple[ImportedChapter, str]:
    """A chapter with the ones behind it that were pieces of the same chapter."""
    number = matching.chapters[at]
    pieces = [at]
    while matching.parts.get(pieces[-1] + 1) == number:
        pieces.append(pieces[-1] + 1)
    if len(pieces) == 1:
        return chapters[at], new[at].text
    text = f"\n\n{SCENE_BREAK}\n\n".join(new[piece].text for piece in pieces)
    notes = tuple(note for piece in pieces for note in chapters[piece].notes)
    first = chapters[at]
    return ImportedChapter(first.title, text, first.number, first.part, notes), text


def _misplaced(
    chapters: Sequence[ImportedChapter], new: Sequence[Known], matching: Matching
) -> list[str]:
    """Pieces of a chapter that do not stand behind it in the file."""
    told = []
    for at, number in matching.parts.items():
        before = at - 1
        while matching.parts.get(before) == number:
            before -= 1
        if matching.chapters.get(before) != number:
            told.append(
                f"“{_called(chapters[at])}” repeats a piece of another chapter, away from it; it "
                f"was left out ({count_words(new[at].text):,} words)."
            )
    return told


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


def _unknown(chapter: ImportedChapter) -> str:
    return (
        f"“{_called(chapter)}” is like no chapter of the novel; it was left out "
        f"({chapter.words:,} words)."
    )


def _called(chapter: ImportedChapter) -> str:
    if chapter.title:
        return chapter.title
    if chapter.number is not None:
        return f"Chapter {chapter.number}"
    return f"{' '.join(chapter.text.split()[:6])} …"


def _paragraphs(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in paragraph_spans(text)]


def _has_marks(text: str) -> bool:
    return without_marks(text) != text
