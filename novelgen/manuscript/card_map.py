"""The map on a card: rows of squares in as many columns as make the squares largest.

A full square is the author's, one that is cut by its diagonal edited, a pale one the machine's, a
dot is still to be written. All squares of a kind are one path, so that a saga stays a small file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from novelgen.manuscript.book_map import CELL_WORDS, BookMap, MapCell, MapChapter, coarser
from novelgen.manuscript.card_text import Line, width_of
from novelgen.manuscript.origins import WordOrigin

_TALLEST = 620.0
_LARGEST, _SMALLEST = 52.0, 6.0
"""Of the way from a square to the next, in pixels."""
_GAP = 2
"""Squares between two columns, beside the room of the numbers."""
_LABEL = 30.0
_MOST_COLUMNS = 16
_GIVEN_FOR_WIDTH = 0.8
"""The card is wide rather than tall, where squares are that share of the largest."""
_SCALES = (1, 2, 4, 10, 20, 40, 100)
_FILLED = 0.8
"""How much of its place a square takes, on each side."""
_UNWRITTEN = "unwritten"
_LEGEND = (
    ("author", "the author’s"),
    ("edited", "edited"),
    ("machine", "the machine’s"),
    ("unwritten", "to be written"),
    ("locked", "locked"),
    ("check", "to check"),
)


@dataclass(slots=True)
class DrawnMap:
    """The elements of a map, and what its legend has to tell."""

    height: float
    cell_words: int
    elements: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def legend(self, x: float, y: float, width: float) -> tuple[float, list[str]]:
        """Its height, and one sample of each kind that is on the map."""
        elements: list[str] = []
        left, top, size = x, y, 15.0
        for kind, name in _LEGEND:
            if kind not in self.kinds:
                continue
            squares = _Squares(size)
            squares.add_sample(kind, left, top - size + 2)
            elements += squares.paths()
            elements.append(Line(name, left + 23, top, 15, "quiet", is_small=True).element())
            left += 23 + width_of(name, 15) + 22
        told = f"a square is {self.cell_words:,} words · novelgen"
        if left + width_of(told, 15) > x + width:
            top += 26
        elements.append(
            Line(told, x + width, top, 15, "quiet", is_small=True, anchor="end").element()
        )
        return top - y, elements


@dataclass(frozen=True, slots=True)
class _Plan:
    times: int
    """By how much the cells are coarser than those of the map."""
    columns: int
    pitch: float

    def rows(self, chapters: int) -> int:
        return -(-chapters // self.columns)


def draw_map(book: BookMap, x: float, y: float, width: float) -> DrawnMap:
    """The map of a book, from a place on, so wide at most."""
    plan = _planned(book, width)
    rows = plan.rows(len(book.chapters))
    step = (_longest(book, plan.times) + _GAP) * plan.pitch + _LABEL
    if plan.columns > 1:  # what is left of the width goes between the columns
        step = max(step, (width + _GAP * plan.pitch) / plan.columns)
    drawn = DrawnMap(rows * plan.pitch, CELL_WORDS * plan.times)
    squares = _Squares(plan.pitch)
    for index, chapter in enumerate(book.chapters):
        column, row = divmod(index, rows)
        left = x + column * step
        top = y + row * plan.pitch
        squares.add_row(chapter, plan.times, left + _LABEL, top)
        drawn.elements += _number(chapter.overview.number, row, left, top, plan.pitch)
    drawn.elements += squares.paths()
    drawn.kinds = {kind for kind, path in squares.kinds.items() if path}
    return drawn


def _planned(book: BookMap, width: float) -> _Plan:
    """The finest cells that are still large enough to be seen, in the columns that suit them."""
    plans = [_suited(book, times, width) for times in _SCALES]
    return next((plan for plan in plans if plan.pitch >= _SMALLEST), plans[-1])


def _suited(book: BookMap, times: int, width: float) -> _Plan:
    count, longest = len(book.chapters), _longest(book, times)
    plans = []
    for columns in range(1, min(count, _MOST_COLUMNS) + 1):
        room = width - columns * _LABEL
        across = room / (columns * longest + (columns - 1) * _GAP)
        pitch = min(across, _TALLEST / -(-count // columns), _LARGEST)
        plans.append(_Plan(times, columns, pitch))
    largest = max(plan.pitch for plan in plans)
    enough = max(largest * _GIVEN_FOR_WIDTH, min(largest, _SMALLEST))
    return [plan for plan in plans if plan.pitch >= enough][-1]


def _longest(book: BookMap, times: int) -> int:
    return max(chapter.length(CELL_WORDS * times) for chapter in book.chapters)


def _number(number: int, row: int, left: float, top: float, pitch: float) -> Iterator[str]:
    """The number of a chapter: of each where there is room, else of some."""
    every = next(step for step in (1, 5, 10, 20) if pitch * step >= 15 or step == 20)
    size = min(13.0, max(9.0, pitch * 0.7))
    if row == 0 or (number % every == 0 and row * pitch >= size):
        y = top + pitch * _FILLED / 2 + size * 0.35
        yield Line(
            str(number), left + _LABEL - 9, y, size, "quiet", is_small=True, anchor="end"
        ).element()


class _Squares:
    """Squares as one path for each kind."""

    def __init__(self, pitch: float) -> None:
        self._side = pitch * _FILLED
        self._pitch = pitch
        self.kinds: dict[str, list[str]] = {kind: [] for kind, _ in _LEGEND}

    def add_row(self, chapter: MapChapter, times: int, left: float, top: float) -> None:
        cells = coarser(chapter.cells or (), times)
        for index, cell in enumerate(cells):
            self._add_cell(cell, left + index * self._pitch, top)
        for index in range(len(cells), chapter.length(CELL_WORDS * times)):
            self._dot(left + index * self._pitch, top)

    def add_sample(self, kind: str, x: float, y: float) -> None:
        """One square of a kind, as the legend shows it."""
        if kind == _UNWRITTEN:
            self._dot(x, y)
            return
        whose = WordOrigin(kind) if kind in {each.value for each in WordOrigin} else None
        self._square(whose or (WordOrigin.AUTHOR if kind == "locked" else WordOrigin.MACHINE), x, y)
        if whose is None:
            self._mark(kind, x, y)

    def paths(self) -> Iterator[str]:
        """Marks come last, over the squares."""
        order = ("machine", "author", "edited", "unwritten", "locked", "check")
        for kind in order:
            if self.kinds[kind]:
                yield f'  <path class="{kind}" d="{"".join(self.kinds[kind])}"/>\n'

    def _add_cell(self, cell: MapCell, x: float, y: float) -> None:
        self._square(cell.whose, x, y)
        if cell.is_locked:
            self._mark("locked", x, y)
        if cell.to_check:
            self._mark("check", x, y)

    def _square(self, whose: WordOrigin, x: float, y: float) -> None:
        side = self._side
        if whose is WordOrigin.EDITED:
            self._box("machine", x, y, side)
            path = f"M{x:.1f} {y:.1f}v{side:.1f}h{side:.1f}z"
            self.kinds[whose.value].append(path)
        else:
            self._box(whose.value, x, y, side)

    def _mark(self, kind: str, x: float, y: float) -> None:
        """A hole in the middle of what is locked, a corner of what is to check."""
        side = self._side
        if kind == "locked":
            small = side * 0.36
            self._box(kind, x + (side - small) / 2, y + (side - small) / 2, small)
        else:
            corner = side * 0.55
            path = f"M{x + side:.1f} {y:.1f}v{corner:.1f}l{-corner:.1f} {-corner:.1f}z"
            self.kinds[kind].append(path)

    def _dot(self, x: float, y: float) -> None:
        small = max(1.7, self._side * 0.22)
        place = (self._side - small) / 2
        self._box(_UNWRITTEN, x + place, y + place, small)

    def _box(self, kind: str, x: float, y: float, side: float) -> None:
        self.kinds[kind].append(f"M{x:.1f} {y:.1f}h{side:.1f}v{side:.1f}h{-side:.1f}z")
