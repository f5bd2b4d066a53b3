"""The terminal is made smaller and larger: every place stays usable, and the focus where it was."""

from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from novelgen.tui.library.shelf import Shelf
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.place import Place
from novelgen.tui.places.registry import places
from tests.tui.conftest import TITLE, Opened, shown, until

_SIZES = ((80, 24), (300, 100), (80, 24), (140, 45))
_LEAST_WIDTH, _LEAST_HEIGHT = 20, 6
"""Of a main widget, in a terminal of 80 columns and 24 lines: enough to be read."""


def place_in_sight(pilot: "Pilot[Any]") -> Place:
    current = pilot.app.screen.query_one("#places", ContentSwitcher).current
    return pilot.app.screen.query_one(f"#{current}", Place)


async def gone_to(pilot: "Pilot[Any]", name: str) -> Widget:
    """Wait for a place; what has the focus there."""

    def is_there() -> bool:
        here = place_in_sight(pilot).NAME
        return here == name

    await until(pilot, is_there)
    await until(pilot, lambda: place_in_sight(pilot).has_focus_within)
    assert pilot.app.focused is not None
    return pilot.app.focused


def window_of(focused: Widget) -> Region:
    """Where a widget is seen: all of it, or through what scrolls around it."""
    around = [each for each in focused.ancestors if isinstance(each, Widget) and each.max_scroll_y]
    return (around[-1] if around else focused).region


async def resized(pilot: "Pilot[Any]", size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    await until(pilot, lambda: pilot.app.screen.size == size)
    await until(pilot, lambda: len(shown(pilot).splitlines()) == size[1])


async def stays_usable(pilot: "Pilot[Any]", main: Widget) -> None:
    """The widget that has the focus keeps it, and is in sight, in every size."""
    for size in _SIZES:
        await resized(pilot, size)
        assert pilot.app.focused is main, size
        window = window_of(main)
        assert window.width >= _LEAST_WIDTH and window.height >= _LEAST_HEIGHT, (size, window)
        assert pilot.app.screen.region.contains_region(window), (size, window)


@pytest.mark.parametrize(("key", "name"), [(each.key, each.place.NAME) for each in places()])
async def test_a_place(written_home: Path, opened: Opened, key: str, name: str) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await gone_to(pilot, "Desk")
        await pilot.press(key)
        await stays_usable(pilot, await gone_to(pilot, name))
        assert isinstance(pilot.app.screen, NovelScreen)


async def test_the_library(written_home: Path, opened: Opened) -> None:
    async with opened(size=(140, 45)) as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one(Shelf).has_focus_within)
        main = pilot.app.focused
        assert main is not None
        await stays_usable(pilot, main)
        assert TITLE in shown(pilot)
