"""Places that take a while to come: the last wish counts, and nothing goes wrong meanwhile."""

import asyncio
from pathlib import Path

from textual.widgets import ContentSwitcher

from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.book_map.grid import MapGrid
from novelgen.tui.places.book_map.place import MapPlace
from novelgen.tui.places.plan.outline_list import OutlineList
from novelgen.tui.widgets.prose_page import ProsePage
from tests.tui.conftest import TITLE, Opened, until


async def test_whoever_wants_back_before_a_place_is_there_stays(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, NovelScreen)
        await until(pilot, lambda: screen.query_one(ProsePage).has_focus)
        here = screen.query_one("#places", ContentSwitcher)
        desk = here.current
        screen.go_to_place("Plan")
        screen.go_to_place("Desk")
        await until(pilot, lambda: screen.query_one(OutlineList).is_attached)
        await pilot.pause(0.5)
        assert here.current == desk and screen.query_one(ProsePage).has_focus
        screen.go_to_place("Plan")
        await until(pilot, lambda: screen.query_one(OutlineList).has_focus)


async def test_a_place_may_be_wanted_twice_before_it_is_there(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, NovelScreen)
        await until(pilot, lambda: screen.query_one(ProsePage).has_focus)
        screen.go_to_place("Map")
        while not screen.query(MapPlace):
            await asyncio.sleep(0)
        assert not screen.query(MapGrid), "it is on its way"
        screen.go_to_place("Map")
        await until(pilot, lambda: screen.query_one(MapGrid).has_focus)
        assert not any(isinstance(each, ErrorDialog) for each in pilot.app.screen_stack)
