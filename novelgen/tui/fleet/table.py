"""The tasks of a fleet as one table; the task under the cursor stays so when others come and go."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from novelgen.fleet.standing import TaskStanding
from novelgen.tui.fleet.columns import PADDING, PlacedColumn, cells_of, placed_columns

_DIM = "dim"


class FleetTable(DataTable[Text]):
    """A row a task."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open", tooltip="Open the novel"),
    ]
    DEFAULT_CSS = """
    FleetTable { height: 1fr; background: $background; margin: 0 1; scrollbar-size-vertical: 1;
        overflow-x: hidden; }
    FleetTable:focus { background-tint: $background 0%; }
    FleetTable > .datatable--header { background: $background; color: $text-muted;
        text-style: none; }
    FleetTable > .datatable--cursor { background: $surface; color: $foreground; }
    FleetTable:focus > .datatable--cursor { background: $boost; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=PADDING, id="fleet-tasks")
        self._tasks: tuple[TaskStanding, ...] = ()
        self._columns: tuple[PlacedColumn, ...] = ()
        self._theme = ""

    @property
    def at_hand(self) -> TaskStanding | None:
        """The task under the cursor."""
        row = self.cursor_row
        return self._tasks[row] if 0 <= row < len(self._tasks) else None

    def show_tasks(self, tasks: Sequence[TaskStanding]) -> None:
        """Show these; rows that say the same as before are left alone."""
        before, self._tasks = self._tasks, tuple(tasks)
        ids = [each.task.id for each in tasks]
        is_same_frame = self._theme == self.app.theme and self._columns == self._placed()
        if is_same_frame and ids == [each.task.id for each in before]:
            for was, each in zip(before, self._tasks, strict=True):
                if was != each:
                    self._change(was, each)
        else:
            self._fill(before)

    def on_resize(self) -> None:
        if self._columns and self._columns != self._placed():
            self._fill(self._tasks)

    def _placed(self) -> tuple[PlacedColumn, ...]:
        return placed_columns(self.size.width - self.styles.scrollbar_size_vertical)

    def _fill(self, before: Sequence[TaskStanding]) -> None:
        row, top = self.cursor_row, self.scroll_offset.y
        kept = before[row].task.id if 0 <= row < len(before) else None
        self._columns, self._theme = self._placed(), self.app.theme
        self.clear(columns=True)
        for placed in self._columns:
            self.add_column(placed.heading, width=placed.cells, key=placed.column.name)
        for each in self._tasks:
            self.add_row(*cells_of(each, self._columns, self._colour), key=str(each.task.id))
        ids = [each.task.id for each in self._tasks]
        at = ids.index(kept) if kept in ids else min(row, len(ids) - 1)
        if ids:
            self.move_cursor(row=at, scroll=False)
            self.scroll_to(y=top, animate=False)

    def _change(self, was: TaskStanding, each: TaskStanding) -> None:
        old = cells_of(was, self._columns, self._colour)
        new = cells_of(each, self._columns, self._colour)
        for placed, before, after in zip(self._columns, old, new, strict=True):
            if before.plain != after.plain:
                self.update_cell(str(each.task.id), placed.column.name, after)

    def _colour(self, name: str) -> str:
        """A colour of the theme, for what is drawn without style sheets."""
        found = self.app.theme_variables.get(name.removeprefix("$"), "")
        return found if found.startswith("#") else _DIM
