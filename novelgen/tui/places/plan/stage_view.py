"""Who is on stage where: characters by chapters, as planned and as the text names them."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable, Static

from novelgen.story.on_stage import StageCell, StageChapter, StageGrid

_NAME_CELLS = 22
_BOTH, _PLANNED, _SEEN, _ABSENT, _NOT_YET = "●", "○", "◇", "✗", " "
_LEGEND = (
    f"{_BOTH} planned and named   {_SEEN} named, not planned   "
    f"{_ABSENT} planned, not named   {_PLANNED} planned, not written yet"
)


class StageTable(DataTable[Text]):
    """The grid."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Read",
                tooltip="Go to where the chapter names them first"),
    ]  # fmt: skip


class StageView(Vertical):
    """The grid, and a line on the cell that is chosen."""

    DEFAULT_CSS = """
    StageView DataTable { height: 1fr; background: $background; margin: 0 2;
        scrollbar-size-horizontal: 1; scrollbar-size-vertical: 1; }
    StageView DataTable:focus { background-tint: $background 0%; }
    StageView DataTable > .datatable--header { background: $background; color: $text-muted;
        text-style: none; }
    StageView DataTable > .datatable--fixed { background: $background; color: $foreground; }
    StageView DataTable > .datatable--cursor { background: $primary 40%; color: $foreground; }
    StageView #stage-legend { height: 1; padding: 0 2; color: $text-muted;
        text-wrap: nowrap; text-overflow: ellipsis; }
    StageView #stage-told { height: 2; padding: 0 2; margin-top: 1; }
    """

    class Chosen(Message):
        """The person wants to read there."""

        def __init__(self, chapter: int, paragraph: int | None) -> None:
            super().__init__()
            self.chapter = chapter
            self.paragraph = paragraph

    def __init__(self) -> None:
        super().__init__(id="plan-stage")
        self._grid: StageGrid | None = None

    def compose(self) -> ComposeResult:
        yield StageTable(cursor_type="cell", fixed_columns=1, cell_padding=0)
        yield Static("", id="stage-told")
        yield Static(_LEGEND, id="stage-legend")

    def arrive(self) -> None:
        """The person has come here."""
        self.query_one(StageTable).focus()

    def show(self, grid: StageGrid, at_hand: int) -> None:
        """Show a grid; the column of the chapter at hand is chosen first."""
        if grid == self._grid:
            return
        table = self.query_one(StageTable)
        place = table.cursor_coordinate if self._grid is not None else None
        self._grid = grid
        table.clear(columns=True)
        table.add_column("", width=_NAME_CELLS, key="name")
        width = max(3, len(str(len(grid.chapters))) + 1)
        for chapter in grid.chapters:
            table.add_column(f"{chapter.number:>{width}}", width=width, key=str(chapter.number))
        for row in grid.rows:
            cells = [
                _cell(cell, chapter, width)
                for cell, chapter in zip(row.cells, grid.chapters, strict=True)
            ]
            table.add_row(Text(_cut(row.name), no_wrap=True), *cells)
        numbers = [chapter.number for chapter in grid.chapters]
        at = 1 + (numbers.index(at_hand) if at_hand in numbers else 0)
        table.cursor_coordinate = place or Coordinate(0, at)
        self._tell()

    @on(DataTable.CellHighlighted)
    def look(self, event: DataTable.CellHighlighted) -> None:
        event.stop()
        self._tell()

    @on(DataTable.CellSelected)
    def select(self, event: DataTable.CellSelected) -> None:
        event.stop()
        self.action_read()

    def action_read(self) -> None:
        found = self._chosen()
        if found is not None:
            _, chapter, cell = found
            self.post_message(self.Chosen(chapter.number, cell.paragraph or None))

    def _chosen(self) -> tuple[str, StageChapter, StageCell] | None:
        """Whose cell of which chapter the cursor is on."""
        row, column = self.query_one(StageTable).cursor_coordinate
        grid = self._grid
        if grid is None or not 0 <= row < len(grid.rows) or not 0 < column <= len(grid.chapters):
            return None
        return grid.rows[row].name, grid.chapters[column - 1], grid.rows[row].cells[column - 1]

    def _tell(self) -> None:
        told = self.query_one("#stage-told", Static)
        grid, found = self._grid, self._chosen()
        if grid is not None and not grid.rows:
            told.update("Nobody is planned or named yet.")
        elif found is None:
            told.update("")
        else:
            told.update(_told(*found))


def _cell(cell: StageCell, chapter: StageChapter, width: int) -> Text:
    sign, style = _NOT_YET, ""
    if cell.count and cell.is_planned:
        sign = _BOTH
    elif cell.count:
        sign = _SEEN
    elif cell.is_planned:
        sign, style = (_ABSENT, "dim") if chapter.is_written else (_PLANNED, "")
    elif chapter.is_written or not cell.is_planned:
        sign, style = "·", "dim"
    return Text(f"{sign:>{width}}", style=style)


def _told(name: str, chapter: StageChapter, cell: StageCell) -> Content:
    planned = "not planned"
    if cell.is_planned:
        planned = "planned" + _beats(cell.beats)
    seen = "not written yet"
    if chapter.is_written:
        times = "once" if cell.count == 1 else f"{cell.count:,} times"
        seen = f"named {times}, first in ¶{cell.paragraph}" if cell.count else "not named"
    title = f" “{chapter.title}”" if chapter.title else ""
    return Content.assemble(
        (name, "bold"), f" in chapter {chapter.number}{title}: {planned}; {seen}."
    )


def _beats(beats: tuple[int, ...]) -> str:
    if not beats:
        return ""
    if len(beats) == 1:
        return f" for beat {beats[0]}"
    is_run = beats[-1] - beats[0] == len(beats) - 1
    listed = f"{beats[0]} to {beats[-1]}" if is_run else ", ".join(map(str, beats))
    return f" for beats {listed}"


def _cut(name: str) -> str:
    return name if len(name) < _NAME_CELLS else name[: _NAME_CELLS - 2] + "…"
