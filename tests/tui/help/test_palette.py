"""The command palette has every action, and does it where it belongs."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.tui.actions import actions_of
from novelgen.tui.help.screen import HelpScreen
from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.places.context.place import ContextPlace
from novelgen.tui.places.desk.machine_panel import MachinePanel
from novelgen.tui.places.desk.place import DeskPlace
from novelgen.tui.settings.themes import ThemeDialog
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


async def on_the_desk(pilot: "Pilot[Any]") -> None:
    await until(pilot, lambda: "1. " in shown(pilot) and "finished" in shown(pilot))


async def do(pilot: "Pilot[Any]", sought: str) -> None:
    """Open the palette, type, and take the first that is found."""
    below = pilot.app.screen
    await pilot.press("ctrl+p")
    await until(pilot, lambda: pilot.app.screen is not below)
    await press_text(pilot, sought)
    await until(pilot, lambda: sought.casefold() in shown(pilot).casefold().split("\n", 3)[-1])
    await pilot.pause(0.3)  # the palette looks for what was typed after a while
    await pilot.press("enter")


async def test_every_action_is_offered(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_the_desk(pilot)
        screen = pilot.app.screen
        offered = {command.title: command.help for command in pilot.app.get_system_commands(screen)}
        for action in actions_of(screen):
            if action.name != "command_palette":
                assert offered[f"{action.title}  {action.key}"] == action.purpose
        for title in ("Edit  e", "Context  9", "Write  w", "Settings  ,", "Theme", "Screenshot"):
            assert title in offered


async def test_an_action_of_a_place_is_done_there(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_the_desk(pilot)
        await do(pilot, "Machine")
        await until(pilot, lambda: pilot.app.screen.query_one(MachinePanel).display)
        await do(pilot, "Context")
        await until(pilot, lambda: pilot.app.screen.query_one(ContextPlace).region.height > 0)


async def test_an_action_of_the_focused_widget_is_done_there(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        await on_the_desk(pilot)
        screen = pilot.app.screen
        await do(pilot, "Next paragraph")
        page = screen.query_one(DeskPlace).query_one("#prose")
        await until(pilot, lambda: page.cursor is not None)  # type: ignore[attr-defined]


async def test_actions_of_screen_and_workbench(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await on_the_desk(pilot)
        await do(pilot, "Theme")
        await until(pilot, lambda: isinstance(pilot.app.screen, ThemeDialog))
        await pilot.press("escape")
        await do(pilot, "Help")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape")
        await do(pilot, "Library")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
