"""A novel as a map: a row a chapter, a cell every 250 words, and what is to know of each.

A cell knows whose its words are, where it begins, whether it is locked, and what is to check in it.
Text that was read once is not read again while its revision stands. Knows nothing of screens.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from novelgen.generation.consequences import standing_checks
from novelgen.generation.passage_locks import standing_locks
from novelgen.manuscript.origins import WordOrigin, WordStretch, word_stretches
from novelgen.manuscript.overview import ChapterOverview, NovelOverview, read_overview
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.words import iter_words
from storage.records import ChapterRecord, NovelRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork

CELL_WORDS = 250
_OPENING_WORDS = 16


@dataclass(frozen=True, slots=True)
class MapCell:
    """Some words of a chapter in a row."""

    first_word: int
    """Of the chapter, from 0."""
    words: int
    author: int
    edited: int
    paragraph: int
    """The one that its first word stands in, from 1."""
    opening: str
    """Its first words."""
    is_locked: bool = False
    """Whether a locked passage reaches into it."""
    to_check: tuple[str, ...] = ()
    """What is to check in it."""

    @property
    def machine(self) -> int:
        return self.words - self.author - self.edited

    @property
    def whose(self) -> WordOrigin:
        """The author's from half of it on; the machine's alone where no person changed a word."""
        if 2 * self.author >= self.words:
            return WordOrigin.AUTHOR
        return WordOrigin.EDITED if self.author or self.edited else WordOrigin.MACHINE


@dataclass(frozen=True, slots=True)
class MapChapter:
    """A row of the map."""

    overview: ChapterOverview
    cells: tuple[MapCell, ...] | None
    """None while its text is not read yet."""

    def length(self, cell_words: int = CELL_WORDS) -> int:
        """How many cells it has: written, and to be written where it is not complete."""
        words = self.overview.words
        if self.overview.status != "complete":
            words = max(words, self.overview.target_words)
        return max(1, -(-words // cell_words))


@dataclass(frozen=True, slots=True)
class BookMap:
    """The map of a novel's active branch."""

    overview: NovelOverview
    chapters: tuple[MapChapter, ...]

    def origins(self) -> Counter[WordOrigin]:
        """Words of the chapters in the book that were read, by whose they are."""
        counts: Counter[WordOrigin] = Counter()
        for chapter in self.chapters:
            if not chapter.overview.is_held:
                for cell in chapter.cells or ():
                    counts[WordOrigin.AUTHOR] += cell.author
                    counts[WordOrigin.EDITED] += cell.edited
                    counts[WordOrigin.MACHINE] += cell.machine
        return +counts


@dataclass(frozen=True, slots=True)
class MapMarks:
    """Paragraphs that are locked or to check, by chapter and paragraph, both from 1."""

    locked: frozenset[tuple[int, int]] = frozenset()
    to_check: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)

    def of_chapter(self, number: int) -> "dict[int, tuple[bool, tuple[str, ...]]]":
        """For each marked paragraph of a chapter whether it is locked, and what is to check."""
        keys = {key for key in (*self.locked, *self.to_check) if key[0] == number}
        return {key[1]: (key in self.locked, self.to_check.get(key, ())) for key in keys}


def outline_map(overview: NovelOverview) -> BookMap:
    """The map before any text is read: rows, and their lengths."""
    rows = tuple(
        MapChapter(chapter, None if chapter.words else ()) for chapter in overview.chapters
    )
    return BookMap(overview, rows)


def read_book_map(store: Store, novel: NovelRecord) -> BookMap:
    """The whole map in one go; chapters are read one at a time."""
    branch_id = novel.active_branch_id
    with store.reading() as work:
        overview = read_overview(work, work.novels.summary(novel.id))
        marks = read_marks(work, branch_id)
    numbers = [chapter.number for chapter in overview.chapters if chapter.words]
    cells = CellReader().read(store, branch_id, numbers, marks)
    rows = (
        replace(row, cells=cells.get(row.overview.number, ()))
        for row in outline_map(overview).chapters
    )
    return BookMap(overview, tuple(rows))


def read_marks(work: UnitOfWork, branch_id: str) -> MapMarks:
    """What is locked and to check in a branch as it stands."""
    locked = frozenset(
        (lock.record.chapter, paragraph)
        for lock in standing_locks(work, branch_id)
        if lock.paragraphs is not None
        for paragraph in range(lock.paragraphs[0], lock.paragraphs[1] + 1)
    )
    found: defaultdict[tuple[int, int], tuple[str, ...]] = defaultdict(tuple)
    for check in standing_checks(work, branch_id):
        found[check.chapter, check.paragraph] += (
            f"{check.term}, since chapter {check.edited_chapter} changed",
        )
    for finding in work.findings.standing(branch_id):
        found[finding.chapter, finding.paragraph] += (finding.message,)
    return MapMarks(locked, dict(found))


class CellReader:
    """Reads cells out of chapters; each revision once, as long as it does not grow."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, int], tuple[tuple[MapCell, ...], tuple[int, ...]]] = {}
        """By revision and its words: cells, and at which words its paragraphs end."""

    def read(
        self, store: Store, branch_id: str, numbers: Sequence[int], marks: MapMarks
    ) -> dict[int, tuple[MapCell, ...]]:
        """The cells of these chapters; each is read in a transaction of its own."""
        found = {}
        for number in numbers:
            with store.reading() as work:
                chapter = work.chapters.get(branch_id, number)
                if chapter is not None:
                    found[number] = self.of_chapter(work, chapter, marks)
        return found

    def of_chapter(
        self, work: UnitOfWork, chapter: ChapterRecord, marks: MapMarks
    ) -> tuple[MapCell, ...]:
        """The cells of a chapter with its marks."""
        key = (chapter.revision.id, chapter.revision.words)
        if key not in self._read:
            self._read[key] = _read_cells(work, chapter)
        cells, ends = self._read[key]
        return _marked(cells, ends, marks.of_chapter(chapter.number))


def coarser(cells: Sequence[MapCell], times: int) -> tuple[MapCell, ...]:
    """The same words in cells that are so many times as long."""
    return tuple(_together(cells[at : at + times]) for at in range(0, len(cells), times))


def _read_cells(
    work: UnitOfWork, chapter: ChapterRecord
) -> tuple[tuple[MapCell, ...], tuple[int, ...]]:
    text = work.texts.of_revision(chapter.revision.id)
    words: list[str] = []
    ends: list[int] = []
    for start, end in paragraph_spans(text):
        words += iter_words(text[start:end])
        ends.append(len(words))
    owned = _by_cell(word_stretches(work, chapter))
    paragraph = 0
    cells = []
    for index, first in enumerate(range(0, len(words), CELL_WORDS)):
        while ends[paragraph] <= first:
            paragraph += 1
        cells.append(
            MapCell(
                first_word=first,
                words=min(CELL_WORDS, len(words) - first),
                author=owned[index, WordOrigin.AUTHOR],
                edited=owned[index, WordOrigin.EDITED],
                paragraph=paragraph + 1,
                opening=" ".join(words[first : first + _OPENING_WORDS]),
            )
        )
    return tuple(cells), tuple(ends)


def _by_cell(stretches: Iterable[WordStretch]) -> Counter[tuple[int, WordOrigin]]:
    """How many words of each cell are whose."""
    owned: Counter[tuple[int, WordOrigin]] = Counter()
    at = 0
    for stretch in stretches:
        end = at + stretch.words
        while at < end:
            cell = at // CELL_WORDS
            upto = min(end, (cell + 1) * CELL_WORDS)
            owned[cell, stretch.origin] += upto - at
            at = upto
    return owned


def _marked(
    cells: tuple[MapCell, ...],
    ends: tuple[int, ...],
    marks: Mapping[int, tuple[bool, tuple[str, ...]]],
) -> tuple[MapCell, ...]:
    if not marks:
        return cells
    marked = list(cells)
    for paragraph, (is_locked, to_check) in sorted(marks.items()):
        if paragraph > len(ends):
            continue
        first, end = (ends[paragraph - 2] if paragraph > 1 else 0), ends[paragraph - 1]
        for index in range(first // CELL_WORDS, -(-end // CELL_WORDS) if end > first else 0):
            cell = marked[index]
            marked[index] = replace(
                cell,
                is_locked=cell.is_locked or is_locked,
                to_check=_once((*cell.to_check, *to_check)),
            )
    return tuple(marked)


def _together(cells: Sequence[MapCell]) -> MapCell:
    if len(cells) == 1:
        return cells[0]
    return replace(
        cells[0],
        words=sum(cell.words for cell in cells),
        author=sum(cell.author for cell in cells),
        edited=sum(cell.edited for cell in cells),
        is_locked=any(cell.is_locked for cell in cells),
        to_check=_once(each for cell in cells for each in cell.to_check),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
