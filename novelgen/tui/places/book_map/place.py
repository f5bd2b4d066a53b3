"""The map: whose the words are, what is locked, to check and to be written, all of it at a glance.

Chapters are read a few at a time off the screen's thread, those that are known already not again.
"""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.manuscript.book_map import (
    BookMap,
    CellReader,
    MapCell,
    MapChapter,
    MapMarks,
    read_marks,
)
from novelgen.manuscript.overview import NovelOverview
from novelgen.tui.asking import app_of, carry_out
from novelgen.tui.novel.open_novel import OpenNovel, Spot
from novelgen.tui.places.book_map.card_dialog import CardDialog
from novelgen.tui.places.book_map.cell_panel import CellPanel
from novelgen.tui.places.book_map.grid import MapGrid
from novelgen.tui.places.book_map.labels import legend
from novelgen.tui.places.place import Place
from novelgen.tui.run.news import RunNews

_CHAPTERS_AT_A_TIME = 8
_LOW = 24
"""Lines; below it air is given up."""


class MapPlace(Place):
    """The map."""

    NAME = "Map"
    PURPOSE = "See the whole book: whose its words are, what is locked, to check, to be written"
    DEFAULT_CSS = """
    MapPlace { layout: vertical; }
    MapPlace #map-legend { height: auto; padding: 1 2 0 2; }
    MapPlace #map-ruler { height: 1; margin-top: 1; color: $text-muted; text-wrap: nowrap; }
    MapPlace #map-grid { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C", "card", "Card", tooltip="Write the map as a picture to show, without prose"),
        Binding("f", "follow", "Follow", show=False, tooltip="Go to the cell being written"),
    ]

    def __init__(self, novel: OpenNovel) -> None:
        super().__init__(novel)
        self._reader = CellReader()
        self._cells: dict[int, tuple[MapCell, ...]] = {}
        """By chapter, as they were read last."""
        self._book: BookMap | None = None
        self._told: tuple[BookMap | None, int, int, bool] | None = None
        """What the legend was made from."""

    def compose(self) -> ComposeResult:
        yield Static("", id="map-legend")
        yield Static("", id="map-ruler")
        yield MapGrid()
        yield CellPanel()

    def arrive(self) -> None:
        grid = self.query_one(MapGrid)
        grid.focus()
        at = grid.at_cursor
        if at is None or at.chapter.overview.number != self.novel.chapter:
            grid.go_to(self.novel.chapter)

    def reload(self) -> None:
        overview = self.novel.overview
        if overview is not None:
            is_first = self._book is None
            self._show(overview)
            if is_first:
                self.query_one(MapGrid).go_to(self.novel.chapter)
            carry_out(self, lambda: self._read(overview), group="map")

    def on_resize(self, event: Resize) -> None:
        self.query_one(CellPanel).set_class(event.size.height < _LOW, "-low")

    def hear(self, news: RunNews) -> None:
        self._show_live()

    def action_card(self) -> None:
        CardDialog(self).open()

    def action_follow(self) -> None:
        if not self.query_one(MapGrid).go_to_live():
            say = getattr(self.screen, "say", None)
            if callable(say):
                say("Nothing is being written.")

    @on(MapGrid.Chosen)
    def go_there(self, event: MapGrid.Chosen) -> None:
        event.stop()
        at = event.at
        paragraph = None if at.cell is None else at.cell.paragraph
        self.novel.go_to("Desk", Spot(at.chapter.overview.number, paragraph))

    @on(MapGrid.CursorMoved)
    def tell_cell(self, event: MapGrid.CursorMoved) -> None:
        event.stop()
        grid = self.query_one(MapGrid)
        self.query_one(CellPanel).show(grid.at_cursor)
        self.query_one("#map-ruler", Static).update(Content(grid.ruler_text()), layout=False)
        self._show_legend()

    async def _read(self, overview: NovelOverview) -> None:
        """Read all chapters, and show what is known in between."""
        desk, branch_id = app_of(self).desk, overview.summary.novel.active_branch_id

        def marks_of(workbench: Workbench) -> MapMarks:
            with workbench.store.reading() as work:
                return read_marks(work, branch_id)

        marks = await desk.ask(marks_of)
        numbers = [chapter.number for chapter in overview.chapters if chapter.words]
        for at in range(0, len(numbers), _CHAPTERS_AT_A_TIME):
            some = numbers[at : at + _CHAPTERS_AT_A_TIME]
            self._cells |= await desk.ask(partial(self._read_some, branch_id, some, marks))
            self._show(overview)
        if not numbers:
            self._show(overview)

    def _read_some(
        self, branch_id: str, numbers: Sequence[int], marks: MapMarks, workbench: Workbench
    ) -> dict[int, tuple[MapCell, ...]]:
        return self._reader.read(workbench.store, branch_id, numbers, marks)

    def _show(self, overview: NovelOverview) -> None:
        rows = tuple(
            MapChapter(each, self._cells.get(each.number) if each.words else ())
            for each in overview.chapters
        )
        self._book = BookMap(overview, rows)
        self.query_one(MapGrid).show(self._book)
        self._show_live()

    def _show_live(self) -> None:
        picture = self.novel.picture
        chapter = picture.chapter if picture.is_writing else 0
        self.query_one(MapGrid).show_live(chapter, picture.chapter_words)

    def _show_legend(self) -> None:
        grid = self.query_one(MapGrid)
        made_from = (self._book, grid.cell_words, self.size.width - 4, grid.is_live)
        if self._book is not None and made_from != self._told:
            self._told = made_from
            told = legend(self._book, *made_from[1:3], is_live=grid.is_live)
            self.query_one("#map-legend", Static).update(told)
