"""How the map lies on a screen: words a cell, columns a cell, and which line holds which cells.

A cell is 250 words as long as most rows then take no more than two lines; on a narrow screen, or
where the person asks for it, cells are coarser. A row that is longer than its line goes on in the
next one. Knows nothing of widgets.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

SCALES = (1, 2, 4, 10, 20)
"""How many cells of the map make one on the screen."""
GROUP = 4
"""Cells between two gaps."""
_WIDE_LABEL, _LABEL, _NARROW_LABEL = 36, 25, 9
_WIDE, _NARROW = 96, 60
_MOST_LINES = 2
"""That a chapter of the middle length may take before cells are made coarser."""


@dataclass(frozen=True, slots=True)
class MapLine:
    """A line of the screen: the cells `[first, end)` of a row."""

    row: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class MapLayout:
    """Where everything is."""

    times: int
    """How many cells of the map make one on the screen."""
    columns: int
    """Of a cell: two, the second for its mark, or one."""
    label: int
    """Columns before the cells."""
    per_line: int
    """Cells that fit into a line."""
    lines: tuple[MapLine, ...]

    def x_of(self, cell: int) -> int:
        """The column at which the cell with that number in its line begins."""
        return self.label + cell * self.columns + cell // GROUP

    def cell_at(self, x: int) -> int:
        """The cell of a line that a column belongs to; -1 before the first one."""
        if x < self.label:
            return -1
        group, rest = divmod(x - self.label, GROUP * self.columns + 1)
        return group * GROUP + min(rest // self.columns, GROUP - 1)

    def line_of(self, row: int, cell: int) -> int:
        """The line that holds a cell of a row."""
        at = bisect_right([(line.row, line.first) for line in self.lines], (row, cell))
        return max(0, at - 1)


def laid_out(lengths: Sequence[int], width: int, times: int | None = None) -> MapLayout:
    """The layout of rows with so many cells of 250 words; `times` is the person's wish."""
    label = _label(width, max(lengths, default=1) if times in (None, 1) else None)
    room = max(width - label, GROUP + 1)
    for scale in [times] if times else SCALES:
        scaled = [max(1, -(-length // scale)) for length in lengths]
        longest = max(scaled, default=1)
        for columns in (2, 1):
            per_line = _fitting(room, columns)
            if longest <= per_line:
                return _layout(scaled, scale, columns, label, per_line)
        if times or median(scaled or [1]) <= _MOST_LINES * per_line:
            return _layout(scaled, scale, 1, label, per_line)
    return _layout(scaled, scale, 1, label, per_line)


def _label(width: int, longest: int | None) -> int:
    """Wide titles also where the longest row leaves room for them; None: that is not known."""
    leaves_room = longest is not None and longest <= _fitting(width - _WIDE_LABEL, 2)
    if width >= _WIDE or (width >= _NARROW and leaves_room):
        return _WIDE_LABEL
    return _LABEL if width >= _NARROW else _NARROW_LABEL


def _fitting(room: int, columns: int) -> int:
    """Cells that fit into so many columns, in whole groups."""
    return max(1, (room + 1) // (GROUP * columns + 1)) * GROUP


def _layout(
    lengths: Sequence[int], times: int, columns: int, label: int, per_line: int
) -> MapLayout:
    lines = [
        MapLine(row, first, min(first + per_line, length))
        for row, length in enumerate(lengths)
        for first in range(0, length, per_line)
    ]
    return MapLayout(times, columns, label, per_line, tuple(lines))
