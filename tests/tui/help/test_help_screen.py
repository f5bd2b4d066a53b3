"""The help screen shows every key of where one is, is searched, scrolls, and closes."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.tui.help.screen import HelpScreen
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.desk.place import DeskPlace
from novelgen.tui.places.registry import places
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


async def help_on_the_desk(pilot: "Pilot[Any]", key: str = "question_mark") -> None:
    await until(pilot, lambda: "1. " in shown(pilot) and "finished" in shown(pilot))
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
    await until(pilot, lambda: DeskPlace.PURPOSE in shown(pilot))


async def test_every_key_of_place_novel_and_workbench_is_there(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE, size=(120, 100)) as pilot:
        await help_on_the_desk(pilot)
        text = shown(pilot)
        for kind in (DeskPlace, NovelScreen):
            for binding in kind.BINDINGS:
                assert getattr(binding, "description", "") in text
        for entry in places():
            assert entry.place.NAME in text
        for heading in ("This novel", "The places of a novel", "Everywhere", "All actions"):
            assert heading in text
        assert text.index("Read and change a chapter") < text.index("This novel")
        assert text.index("This novel") < text.index("Everywhere")


async def test_what_is_typed_narrows_it(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await help_on_the_desk(pilot)
        await press_text(pilot, "zebra")
        await until(pilot, lambda: "No key has to do with “zebra”" in shown(pilot))
        for _ in range(5):
            await pilot.press("backspace")
        await press_text(pilot, "marked lock")
        await until(pilot, lambda: "Lock the marked paragraphs" in shown(pilot))
        assert "Back to the library" not in shown(pilot)


async def test_it_scrolls_and_closes(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await help_on_the_desk(pilot)
        keys = pilot.app.screen.query_one("#help-keys")
        await pilot.press("down")
        await until(pilot, lambda: keys.scroll_y == 1)
        await pilot.press("up")
        await until(pilot, lambda: keys.scroll_y == 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: keys.scroll_y > 3)
        await pilot.press("pageup")
        await until(pilot, lambda: keys.scroll_y == 0)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))
        await pilot.press("question_mark", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))


async def test_while_one_types_the_keys_that_work_are_shown(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE, size=(120, 80)) as pilot:
        await until(pilot, lambda: "1. " in shown(pilot) and "finished" in shown(pilot))
        await pilot.press("e")
        await until(pilot, lambda: pilot.app.focused is not None)
        await until(pilot, lambda: pilot.app.focused.id == "writing-page")  # type: ignore[union-attr]
        await pilot.press("f1")
        await until(pilot, lambda: "Save now, as a revision" in shown(pilot))
        assert "Have the chapter drafted anew" not in shown(pilot)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_the_library_has_its_own(
    written_home: Path, opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(size=size) as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Begin a novel" in shown(pilot))
