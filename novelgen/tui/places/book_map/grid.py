"""The cells of the map as a widget: a cursor over them, and the cell that is being written.

It draws the lines in sight alone, so that a saga costs what a novella does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from novelgen.manuscript.book_map import CELL_WORDS, BookMap, MapCell, MapChapter, coarser
from novelgen.tui.places.book_map import signs
from novelgen.tui.places.book_map.labels import row_label, ruler
from novelgen.tui.places.book_map.layout import GROUP, SCALES, MapLine, laid_out
from novelgen.tui.places.book_map.signs import Sign

_SECONDS_BETWEEN_PULSES = 0.5


@dataclass(frozen=True, slots=True)
class CellAt:
    """A cell of the screen."""

    chapter: MapChapter
    index: int
    """Which of its row, from 0."""
    cell_words: int
    cell: MapCell | None
    """None of one that is not written, or not read."""
    is_live: bool


class MapGrid(ScrollView, can_focus=True):
    """Rows of cells below a ruler."""

    DEFAULT_CSS = """
    MapGrid { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; }
    MapGrid .map--text { color: $foreground; background: $background; }
    MapGrid .map--quiet { color: $foreground 70%; }
    MapGrid .map--author { color: $primary; }
    MapGrid .map--edited { color: $secondary; }
    MapGrid .map--machine { color: $foreground 55%; }
    MapGrid .map--unwritten { color: $foreground 45%; }
    MapGrid .map--live { color: $success; text-style: bold; }
    MapGrid .map--locked { color: $success; }
    MapGrid .map--check { color: $error; text-style: bold; }
    MapGrid .map--row { background: $surface; }
    MapGrid .map--cursor { background: $primary; color: $background; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"map--{name}" for name in ("text", "quiet", "author", "edited", "machine")),
        *(f"map--{name}" for name in ("unwritten", "live", "locked", "check", "row", "cursor")),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", tooltip="Read the passage of the cell on the desk"),
        Binding("n", "mark(1)", "Next mark", tooltip="Go to the next cell locked or to check"),
        Binding("N", "mark(-1)", "Mark before", show=False, tooltip="Go to the mark before"),
        Binding("z", "scale", "Scale", tooltip="Make cells coarser, and at the end fine again"),
        Binding("left", "step(-1)", "Left", show=False, tooltip="Go to the cell before"),
        Binding("right", "step(1)", "Right", show=False, tooltip="Go to the next cell"),
        Binding("up", "line(-1)", "Up", show=False, tooltip="Go a line up"),
        Binding("down", "line(1)", "Down", show=False, tooltip="Go a line down"),
        Binding("pageup", "page(-1)", "Page up", show=False, tooltip="Go a page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, tooltip="Go a page down"),
        Binding("home", "end(-1)", "First", show=False, tooltip="Go to the chapter's first cell"),
        Binding("end", "end(1)", "Last", show=False, tooltip="Go to the chapter's last cell"),
        Binding("ctrl+home", "last(-1)", "Begin", show=False, tooltip="Go to the book's beginning"),
        Binding("ctrl+end", "last(1)", "End", show=False, tooltip="Go to the end of the book"),
    ]
    cursor: reactive[tuple[int, int]] = reactive((0, 0))
    """Row and cell, both from 0, in cells of the screen."""

    class CursorMoved(Message):
        """Another cell is looked at, or there is more to tell of it."""

    class Chosen(Message):
        """The person wants to go where a cell is."""

        def __init__(self, at: CellAt) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(id="map-grid")
        self._rows: tuple[MapChapter, ...] = ()
        self._lengths: tuple[int, ...] = ()
        self._wish: int | None = None
        self._layout = laid_out((), 80)
        self._live: tuple[int, int] | None = None
        """Row and words of the chapter that is being written."""
        self._is_bright = True
        self._pulse: Timer | None = None
        self._styles: dict[str, Style] = {}
        self._column = 0
        """Of its line, where the cursor goes on when it moves up and down."""

    def on_mount(self) -> None:
        self._pulse = self.set_interval(_SECONDS_BETWEEN_PULSES, self._beat, pause=True)

    @property
    def cell_words(self) -> int:
        return CELL_WORDS * self._layout.times

    @property
    def cell_columns(self) -> int:
        return self._layout.columns

    @property
    def is_live(self) -> bool:
        """Whether a chapter on the map is being written."""
        return self._live is not None

    @property
    def at_cursor(self) -> CellAt | None:
        """What the cursor stands on; None of a map without rows."""
        row, index = self.cursor
        if row >= len(self._rows):
            return None
        cells = self._cells(self._rows[row])
        is_live = self._live is not None and self._live_cell(row) == index
        cell = cells[index] if index < len(cells) else None
        return CellAt(self._rows[row], index, self.cell_words, cell, is_live)

    def show(self, book: BookMap) -> None:
        """Show a map; the cursor stays where it is, as far as it can."""
        self._rows = book.chapters
        self._lay_out()
        self.post_message(self.CursorMoved())

    def show_live(self, chapter: int, words: int) -> None:
        """A chapter is being written and has so many words; 0 for none."""
        rows = [row for row, each in enumerate(self._rows) if each.overview.number == chapter]
        live = (rows[0], words) if rows else None
        if live == self._live:
            return
        self._live = live
        if self._pulse is not None:
            is_calm = live is None or self.app.animation_level == "none"
            self._pulse.pause() if is_calm else self._pulse.resume()
        self._is_bright = True
        self._lay_out()
        self.post_message(self.CursorMoved())

    def go_to(self, chapter: int, words: int = 0) -> None:
        """Put the cursor on a chapter, at so many words of it."""
        for row, each in enumerate(self._rows):
            if each.overview.number == chapter:
                self._move(row, words // self.cell_words)

    def go_to_live(self) -> bool:
        """Put the cursor on the cell that is being written; False where none is."""
        if self._live is not None:
            self._move(self._live[0], self._live_cell(self._live[0]))
        return self._live is not None

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self._style("text")
        line = y + round(self.scroll_offset.y)
        if line >= len(self._layout.lines):
            return Strip.blank(width, base)
        at = self._layout.lines[line]
        strip = Strip(list(self._line(at)))
        return strip.adjust_cell_length(width, base)

    def ruler_text(self) -> str:
        """The words at which groups of cells begin, over the cells."""
        return ruler(self._layout)

    def watch_cursor(self, old: tuple[int, int], new: tuple[int, int]) -> None:
        row, cell = new
        line = self._layout.line_of(row, cell)
        top, height = round(self.scroll_offset.y), self.scrollable_content_region.height
        if line < top or line >= top + height:
            self.scroll_to(y=max(0, line - height // 2), animate=False)
        for each in {old[0], row}:
            self._refresh_row(each)
        self.post_message(self.CursorMoved())

    def on_resize(self, _event: Resize) -> None:
        self._lay_out()
        self.post_message(self.CursorMoved())

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        line = -1 if offset is None else offset.y + round(self.scroll_offset.y)
        if offset is None or not 0 <= line < len(self._layout.lines):
            return
        at = self._layout.lines[line]
        cell = min(max(at.first, at.first + self._layout.cell_at(offset.x)), at.end - 1)
        self._column = cell - at.first
        self.cursor = (at.row, cell)
        if event.chain > 1:
            self.action_choose()

    # Actions

    def action_choose(self) -> None:
        at = self.at_cursor
        if at is not None:
            self.post_message(self.Chosen(at))

    def action_step(self, step: int) -> None:
        row, cell = self.cursor
        cell += step
        if self._lengths and cell < 0 and row > 0:
            row, cell = row - 1, self._lengths[row - 1] - 1
        elif self._lengths and cell >= self._lengths[row] and row + 1 < len(self._lengths):
            row, cell = row + 1, 0
        self._move(row, cell)

    def action_line(self, step: int) -> None:
        if not self._layout.lines:
            return
        line = self._layout.line_of(*self.cursor) + step
        at = self._layout.lines[min(max(line, 0), len(self._layout.lines) - 1)]
        self.cursor = (at.row, min(at.first + self._column, at.end - 1))

    def action_page(self, step: int) -> None:
        self.action_line(step * max(1, self.scrollable_content_region.height - 1))

    def action_end(self, side: int) -> None:
        row = self.cursor[0]
        self._move(row, 0 if side < 0 or not self._lengths else self._lengths[row] - 1)

    def action_last(self, side: int) -> None:
        last = max(0, len(self._lengths) - 1)
        self._move(0 if side < 0 else last, 0 if side < 0 or not last else self._lengths[last] - 1)

    def action_mark(self, step: int) -> None:
        marked = [
            (row, index)
            for row, chapter in enumerate(self._rows)
            for index, cell in enumerate(self._cells(chapter))
            if cell.is_locked or cell.to_check
        ]
        ahead = [at for at in marked if (at > self.cursor if step > 0 else at < self.cursor)]
        if marked:
            self._move(*((ahead or marked)[0 if step > 0 else -1]))

    def action_scale(self) -> None:
        at = self.at_cursor
        scales = [scale for scale in SCALES if scale * CELL_WORDS <= self._longest_words()]
        later = [scale for scale in scales if scale > self._layout.times]
        self._wish = later[0] if later else SCALES[0]
        words = 0 if at is None else at.index * at.cell_words
        row = self.cursor[0]
        self._lay_out()
        self._move(row, words // self.cell_words)
        self.post_message(self.CursorMoved())

    # The layout

    def _longest_words(self) -> int:
        return max((row.length() * CELL_WORDS for row in self._rows), default=0)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width or self.size.width
        lengths = [self._row_length(row) for row in range(len(self._rows))]
        self._layout = laid_out(lengths, max(width - 1, 10), self._wish)
        times = self._layout.times
        self._lengths = tuple(max(1, -(-length // times)) for length in lengths)
        self.virtual_size = Size(width, len(self._layout.lines))
        row, cell = self.cursor
        if self._lengths:
            row = min(row, len(self._lengths) - 1)
            self.set_reactive(MapGrid.cursor, (row, min(cell, self._lengths[row] - 1)))
        self.refresh()

    def _row_length(self, row: int) -> int:
        """In cells of the map, with room for what is being written."""
        length = self._rows[row].length()
        if self._live is not None and self._live[0] == row:
            length = max(length, self._live[1] // CELL_WORDS + 1)
        return length

    def _live_cell(self, row: int) -> int:
        if self._live is None or self._live[0] != row:
            return -1
        return self._live[1] // self.cell_words

    def _move(self, row: int, cell: int) -> None:
        if not self._lengths:
            return
        row = min(max(row, 0), len(self._lengths) - 1)
        cell = min(max(cell, 0), self._lengths[row] - 1)
        self._column = cell - self._layout.lines[self._layout.line_of(row, cell)].first
        self.cursor = (row, cell)

    def _refresh_row(self, row: int) -> None:
        """Draw the lines of one row again, and nothing else."""
        lines = self._layout.lines
        first = self._layout.line_of(row, 0)
        count = sum(line.row == row for line in lines[first:])
        self.refresh_lines(first, max(1, count))

    def _beat(self) -> None:
        if self._live is not None:
            self._is_bright = not self._is_bright
            row = self._live[0]
            self.refresh_lines(self._layout.line_of(row, self._live_cell(row)), 1)

    # What is drawn

    def _cells(self, chapter: MapChapter) -> tuple[MapCell, ...]:
        return coarser(chapter.cells or (), self._layout.times)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        """A style on what it stands on; colours that are half transparent are mixed."""
        if name not in self._styles:
            if name == "text":
                self._styles[name] = self.get_component_rich_style("map--text")
            else:
                own = self.get_component_styles(f"map--{name}")
                partial = self.get_component_rich_style(f"map--{name}", partial=True)
                if own.color.a < 1:
                    mixed = self.background_colors[1] + own.color
                    partial += Style(color=mixed.rich_color)
                self._styles[name] = partial
        return self._styles[name]

    def _line(self, at: MapLine) -> Iterator[Segment]:
        layout, chapter = self._layout, self._rows[at.row]
        is_here = at.row == self.cursor[0]
        base = self._style("text")
        if is_here:
            base += self._style("row")
        label = row_label(chapter.overview, layout.label) if at.first == 0 else ""
        yield Segment(
            label.ljust(layout.label), base + (self._style("quiet") if not is_here else base)
        )
        cells = self._cells(chapter)
        for index in range(at.first, at.end):
            sign, mark = self._signs(at.row, index, cells)
            style = base + self._style(sign.style)
            mark_style = base + self._style(mark.style)
            if (at.row, index) == self.cursor:
                style = mark_style = base + self._style("cursor")
            if layout.columns == 1 and mark is not signs.NO_MARK:
                yield Segment(mark.character, mark_style)
            else:
                yield Segment(sign.character, style)
            if layout.columns > 1:
                yield Segment(mark.character, mark_style)
            if (index - at.first) % GROUP == GROUP - 1:
                yield Segment(" ", base)
        rest = self.scrollable_content_region.width
        yield Segment(" " * rest, base)

    def _signs(self, row: int, index: int, cells: tuple[MapCell, ...]) -> tuple[Sign, Sign]:
        """What stands for a cell, and its mark."""
        if self._live_cell(row) == index:
            return (signs.LIVE if self._is_bright else signs.LIVE_DIM), signs.NO_MARK
        if index < len(cells):
            cell = cells[index]
            mark = signs.LOCKED if cell.is_locked else signs.NO_MARK
            return signs.WHOSE[cell.whose], signs.TO_CHECK if cell.to_check else mark
        chapter = self._rows[row]
        if index < self._live_cell(row) or index * self.cell_words < chapter.overview.words:
            return signs.UNREAD, signs.NO_MARK
        return signs.UNWRITTEN, signs.NO_MARK
