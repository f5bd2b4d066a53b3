"""The export place of a novel, reached by keystroke, in a folder where files may go."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.places.export.place import ExportPlace
from tests.tui.conftest import press_text, shown, until

KEY = "0"
FILE = "the-keeper.md"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where novelgen is started, and so where files go."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path))  # paths are short, wherever tests are run
    return here


async def on_export(pilot: "Pilot[Any]") -> None:
    await until(pilot, lambda: "finished" in shown(pilot) or "at rest" in shown(pilot))
    await pilot.press(KEY)
    await until(pilot, lambda: pilot.app.screen.query_one(ExportPlace).region.height > 0)
    await until(pilot, lambda: "What the file will hold" in shown(pilot))


async def on(pilot: "Pilot[Any]", kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))


async def answer(pilot: "Pilot[Any]", text: str) -> None:
    """Put a text in the place of the one in the question, and take it."""
    await on(pilot, AskLine)
    pilot.app.screen.query_one(Input).value = ""
    await press_text(pilot, text)
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, AskLine))


async def choose_format(pilot: "Pilot[Any]", name: str) -> None:
    """Choose a format in its dialog, by its place in the list."""
    from novelgen.manuscript.formats import FORMATS

    await pilot.press("f")
    await until(pilot, lambda: "─ Format ─" in shown(pilot))
    await pilot.press("home", *["down"] * list(FORMATS).index(name), "enter")
    await until(pilot, lambda: f"(.{name})" in shown(pilot) and "─ Format" not in shown(pilot))
