"""The lines of the outline: book, parts, chapters and beats with their words."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from novelgen.manuscript.overview import ChapterOverview
from novelgen.planning.document import DocumentBeat, DocumentChapter, DocumentPart, PlanDocument
from novelgen.tui.places.plan.items import BOOK, Item, ItemKind
from novelgen.tui.widgets.bars import bar
from novelgen.tui.widgets.kept_list import Line

_WORDS_CELLS, _SHORT_WORDS_CELLS = 17, 9
_SHORT = 56
"""Cells; on shorter lines only the words that are wanted stand."""
_PEOPLE_FROM_CELLS = 64
_PEOPLE_CELLS = 20
_LEAST = 8


@dataclass(frozen=True, slots=True)
class OutlineState:
    """What the lines are made from."""

    document: PlanDocument
    """As it is, or as it would become."""
    saved: PlanDocument
    target_words: int
    saved_target_words: int
    written: Mapping[int, ChapterOverview]
    """Chapters with text, by their number in the saved document."""
    unfolded: Set[int]
    """The chapters whose beats are shown, by their place."""
    live: int = 0
    """The chapter that is being written; 0 for none."""


def outline_lines(state: OutlineState, width: int) -> list[Line]:
    """All lines, `width` cells wide."""
    return _Lines(state, max(width, 30)).made()


class _Lines:
    def __init__(self, state: OutlineState, width: int) -> None:
        self._state = state
        self._width = width
        self._before = {each.number: each for each in state.saved.chapters}
        self._lines: list[Line] = []
        self._is_short = width < _SHORT
        self._words_cells = _SHORT_WORDS_CELLS if self._is_short else _WORDS_CELLS
        self._digits = max(2, len(str(len(state.document.chapters))))

    def made(self) -> list[Line]:
        state = self._state
        words = _words(state.target_words, state.saved_target_words)
        self._add(BOOK, ("", ""), ("The book", "bold"), "", words)
        parts = state.document.parts
        is_parted = len(parts) > 1 or any(part.title or part.brief for part in parts)
        number = 0
        for index, part in enumerate(parts, 1):
            if is_parted:
                self._part(index, part)
            for chapter in part.chapters:
                number += 1
                self._chapter(number, chapter, "  " if is_parted else "")
        return self._lines

    def _part(self, index: int, part: DocumentPart) -> None:
        words = sum(chapter.words or 0 for chapter in part.chapters)
        before = sum(
            (self._before[chapter.number].words or 0)
            for chapter in part.chapters
            if chapter.number in self._before
        )
        title = f"Part {index}" + (f": {part.title}" if part.title else "")
        self._add(Item(ItemKind.PART, index), ("", ""), (title, "bold $secondary"), "",
                  _words(words, before or words))  # fmt: skip

    def _chapter(self, number: int, chapter: DocumentChapter, indent: str) -> None:
        was = self._before.get(chapter.number)
        written = self._state.written.get(chapter.number or 0)
        is_open = number in self._state.unfolded and bool(chapter.beats)
        fold = ("▾ " if is_open else "▸ ") if chapter.beats else "  "
        sign = _sign(written, is_live=chapter.number == self._state.live and was is not None)
        title = (chapter.title, "") if chapter.title else ("not planned yet", "italic $text-muted")
        if was is None:
            title = (f"{chapter.title or 'a new chapter'}", "$primary")
        words = _words(
            chapter.words, None if was is None else was.words, None if self._is_short else written
        )
        people = ", ".join(name.split()[0] for name in chapter.characters)
        head = (f"{indent}{sign[0]} {number:>{self._digits}} {fold}", sign[1])
        self._add(Item(ItemKind.CHAPTER, number), head, title, people, words)
        for index, beat in enumerate(chapter.beats if is_open else ()):
            self._beat(number, index, beat, was, indent)

    def _beat(
        self, number: int, index: int, beat: DocumentBeat, was: DocumentChapter | None, indent: str
    ) -> None:
        old = next((each for each in (was.beats if was else ()) if each.brief == beat.brief), None)
        if old is None and was is not None and len(was.beats) > index:
            old = was.beats[index]
        head = (f"{indent}{' ' * (self._digits + 5)}{index + 1}. ", "$text-muted")
        words = _words(beat.words, None if old is None else old.words)
        style = "$text-muted" if old is not None or was is None else "$primary"
        self._add(
            Item(ItemKind.BEAT, number, index),
            head,
            (beat.brief, style),
            "",
            words,
            words_cells=_SHORT_WORDS_CELLS,
        )

    def _add(
        self,
        item: Item,
        head: tuple[str, str],
        title: tuple[str, str],
        people: str,
        words: tuple[str, str],
        words_cells: int | None = None,
    ) -> None:
        words_cells = words_cells or self._words_cells
        room = self._width - cell_len(head[0]) - words_cells - 3
        beside = ""
        if people and room > _PEOPLE_FROM_CELLS - _PEOPLE_CELLS:
            room -= _PEOPLE_CELLS + 1
            beside = " " + set_cell_size(_cut(people, _PEOPLE_CELLS), _PEOPLE_CELLS)
        told = set_cell_size(_cut(title[0], max(room, _LEAST)), max(room, _LEAST))
        line = Content.assemble(
            " ", head, (told, title[1]), (beside, "$text-muted"), " ",
            (f"{words[0]:>{words_cells}}", words[1]), " ",
        )  # fmt: skip
        self._lines.append((item.id, line))


def _words(
    words: int | None, before: int | None, written: ChapterOverview | None = None
) -> tuple[str, str]:
    """Words wanted, with a sign where they are not what is saved."""
    if words is None:
        return "·", "$text-muted"
    have = f"{written.words:,} / " if written is not None and written.words else ""
    if before is not None and words != before:
        return f"{have}{'▲' if words > before else '▼'} {words:,}", "bold $primary"
    return f"{have}{words:,}", "" if have else "$text-muted"


def _sign(written: ChapterOverview | None, *, is_live: bool) -> tuple[str, str]:
    if is_live:
        return "●", "$success"
    if written is None or not written.words:
        return "·", "$text-muted"
    if written.status == "complete":
        return "█", "$primary"
    return bar(min(written.words / max(1, written.target_words), 0.99), 1), "$primary"


def _cut(text: str, cells: int) -> str:
    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"
