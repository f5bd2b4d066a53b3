"""The columns of the table of a fleet, as many as a width has room for, and a task in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from rich.text import Text

from novelgen.fleet.standing import TaskStanding
from novelgen.fleet.telling import share_done, state_told, task_told, worker_told
from novelgen.tui.fleet.signs import sign_of_task
from novelgen.tui.library.novel_words import shortened

PADDING = 1
"""Cells on either side of a column."""
_LEAST_TITLE = 18
_LEAST_WORKER = 12
_MOST_WORKER = 34
_ROOM_FOR_HOST = 20


class Column(Enum):
    """A column; the value is its heading."""

    TITLE = "novel"
    TASK = "task"
    WORDS = "words"
    TARGET = "target"
    DONE = "done"
    CHAPTER = "ch."
    SPEED = "tokens/s"
    STATE = "state"
    WORKER = "worker"


_CELLS = {
    Column.TASK: 8,
    Column.WORDS: 9,
    Column.TARGET: 9,
    Column.DONE: 5,
    Column.CHAPTER: 4,
    Column.SPEED: 8,
    Column.STATE: 13,
}
_RIGHT = (Column.WORDS, Column.TARGET, Column.DONE, Column.CHAPTER, Column.SPEED)
_GIVEN_UP_FIRST = (Column.TARGET, Column.SPEED, Column.WORDS)


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column and its width in cells."""

    column: Column
    cells: int

    @property
    def heading(self) -> Text:
        return _placed(self.column.value, self)


def placed_columns(width: int) -> tuple[PlacedColumn, ...]:
    """The columns for a table so many cells wide; those that say least go first."""
    kept = list(Column)
    for column in _GIVEN_UP_FIRST:
        if _room(kept, width) >= _LEAST_TITLE + _LEAST_WORKER:
            break
        kept.remove(column)
    room = max(_room(kept, width), _LEAST_TITLE + _LEAST_WORKER)
    worker = min(max(room * 2 // 5, _LEAST_WORKER), _MOST_WORKER)
    widths = {**_CELLS, Column.TITLE: room - worker, Column.WORKER: worker}
    return tuple(PlacedColumn(column, widths[column]) for column in kept)


def cells_of(
    each: TaskStanding, columns: Sequence[PlacedColumn], colour: Callable[[str], str]
) -> list[Text]:
    """A task as a row of the table; `colour` knows the colours of the theme by their names."""
    return [
        _placed(_told(each, placed), placed, _style(each, placed.column, colour))
        for placed in columns
    ]


def _room(columns: Sequence[Column], width: int) -> int:
    """What is left for title and worker."""
    return width - sum(_CELLS.get(column, 0) + 2 * PADDING for column in columns)


def _told(each: TaskStanding, placed: PlacedColumn) -> str:
    share = share_done(each)
    is_measured = bool(each.target_words)
    match placed.column:
        case Column.TITLE:
            return each.title or "(no title yet)"
        case Column.TASK:
            return task_told(each)
        case Column.WORDS:
            return f"{each.words:,}" if is_measured else ""
        case Column.TARGET:
            return f"{each.target_words:,}" if is_measured else ""
        case Column.DONE:
            return "" if share is None else f"{100 * share:.0f} %"
        case Column.CHAPTER:
            return str(each.chapter or "")
        case Column.SPEED:
            return f"{each.tokens_per_second:,.1f}" if each.tokens_per_second else ""
        case Column.STATE:
            return f"{sign_of_task(each)[0]} {state_told(each)}"
        case Column.WORKER:
            name = "" if each.worker is None else each.worker.name
            return worker_told(each) if placed.cells >= _ROOM_FOR_HOST else name


def _style(each: TaskStanding, column: Column, colour: Callable[[str], str]) -> str:
    if column is Column.TITLE:
        return "bold"
    return colour(sign_of_task(each)[1]) if column is Column.STATE else ""


def _placed(told: str, placed: PlacedColumn, style: str = "") -> Text:
    cut = shortened(told, placed.cells)
    padded = cut.rjust(placed.cells) if placed.column in _RIGHT else cut
    return Text(padded, style=style, no_wrap=True)
