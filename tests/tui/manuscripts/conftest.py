"""A folder where novelgen is started and manuscripts lie; the scripted engine writes new novels."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from tests.tui.conftest import press_text, until

FIRST = "The keeper found the letter on a Sunday. *It was dated tomorrow.* She read it twice."
SECOND = (
    "Petra told Marek what the letter said. “Marek,” said Petra, “we have to row back.” So Marek "
    "rowed, and Petra held the lantern, and nobody saw Petra weep. Then Marek sang for Petra."
)
THIRD = "Petra lit the lamp, and Marek wept. Outside, the first snow fell on the tower."
SALT = f"""---
title: Salt
author: Ada Renn
---

# Part One: The Shore

## Chapter 1: The Letter

{FIRST}

* * *

“Who wrote it?” asked Marek. Nobody answered, and Petra shut the door.

## Chapter 2: The Boat

{SECOND}

# Part Two: The Lamp

## Chapter 3: Snow

{THIRD}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where novelgen is started; the person's own folder is the one above."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("NOVELGEN_MODEL", "scripted")
    return here


async def on(pilot: "Pilot[Any]", kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))


def question(pilot: "Pilot[Any]") -> str:
    """What a dialog says above its choices, whatever lines it stands in."""
    return str(pilot.app.screen.query(Static).first().content)


async def ask_for_file(pilot: "Pilot[Any]", typed: str = "") -> None:
    """From the library: begin to bring a manuscript in, and type of its path."""
    await on(pilot, LibraryScreen)
    await until(pilot, lambda: pilot.app.focused is not None)
    await pilot.press("m")
    await on(pilot, ChooseManuscript)
    await press_text(pilot, typed)


async def bring_in(pilot: "Pilot[Any]", path: str) -> None:
    """From the library: name a file and have it read."""
    await ask_for_file(pilot, path)
    await pilot.press("enter")
