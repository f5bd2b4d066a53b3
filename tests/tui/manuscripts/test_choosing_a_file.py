"""The file of a manuscript is found by keystroke; what is typed survives whatever is wrong."""

from pathlib import Path

import pytest
from textual.widgets import Input

from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.library.fields import Chips
from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.manuscripts.bring_in_form import BringInForm
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from tests.tui.conftest import Opened, press_text, shown, until
from tests.tui.manuscripts.conftest import SALT, ask_for_file, bring_in, on


async def test_folders_are_gone_through_with_arrows_and_enter(
    home: Path, opened: Opened, folder: Path
) -> None:
    (folder / "drafts").mkdir()
    (folder / "drafts" / "salt.md").write_text(SALT)
    async with opened(size=(80, 24)) as pilot:
        await ask_for_file(pilot, "dra")
        line = pilot.app.screen.query_one(Input)
        await until(pilot, lambda: "No manuscript here" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: line.value == "drafts/" and "salt.md" in shown(pilot))
        await pilot.press("down", "enter")  # the folder above
        await until(pilot, lambda: line.value == "" and "drafts/" in shown(pilot))
        await pilot.press("down", "down", "tab")
        await until(pilot, lambda: line.value == "drafts/" and "salt.md" in shown(pilot))
        await press_text(pilot, "sa")
        await until(pilot, lambda: "the folder above" not in shown(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: line.value == "drafts/salt.md")
        await pilot.press("enter")
        await on(pilot, BringInForm)


async def test_the_folder_of_the_last_manuscript_is_offered_again(
    home: Path, opened: Opened, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "salt.md").write_text(SALT)
    async with opened() as pilot:
        await bring_in(pilot, "~/salt.md")
        await on(pilot, BringInForm)
        await pilot.press("escape")
        await on(pilot, LibraryScreen)
        await pilot.press("m")
        await on(pilot, ChooseManuscript)
        assert pilot.app.screen.query_one(Input).value == "~/"
        await pilot.press("escape")
        await on(pilot, LibraryScreen)


async def test_a_click_takes_a_file(home: Path, opened: Opened, folder: Path) -> None:
    (folder / "salt.md").write_text(SALT)
    async with opened() as pilot:
        await ask_for_file(pilot)
        await until(pilot, lambda: "salt.md" in shown(pilot))
        await pilot.click("#path-entries", offset=(5, 1))  # below the folder above
        await on(pilot, BringInForm)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.md", None, "There is no file"),
        ("empty.md", b"", "is empty"),
        ("old.doc", b"\xd0\xcf\x11\xe0 old", "old Word file"),
        ("broken.docx", b"no archive", "is none: it is not a"),
        ("broken.json", b"{", "cannot be imported"),
        ("page.html", b"<html></html>", "a web page"),
    ],
)
async def test_what_cannot_be_read_is_told_and_what_was_typed_stays(
    home: Path, opened: Opened, folder: Path, name: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    async with opened() as pilot:
        await bring_in(pilot, name)
        await on(pilot, ErrorDialog)
        await until(pilot, lambda: told in " ".join(shown(pilot).split()))
        await pilot.press("escape")
        await on(pilot, ChooseManuscript)
        assert pilot.app.screen.query_one(Input).value == name
        (folder / "salt.md").write_text(SALT)
        await pilot.press("ctrl+u")
        await press_text(pilot, "salt.md")
        await pilot.press("enter")
        await on(pilot, BringInForm)


async def test_tracked_changes_are_a_choice_for_word_files_alone(
    home: Path, opened: Opened, folder: Path
) -> None:
    (folder / "salt.md").write_text(SALT)
    (folder / "edited.docx").write_text("")
    async with opened() as pilot:
        await bring_in(pilot, "salt.m")
        await on(pilot, ErrorDialog)
        await pilot.press("escape")
        await on(pilot, ChooseManuscript)
        assert "Tracked changes" not in shown(pilot)
        await pilot.press("ctrl+u")
        await press_text(pilot, "edi")
        await until(pilot, lambda: "edited.docx" in shown(pilot))
        await pilot.press("down")
        await until(pilot, lambda: "Tracked changes" in shown(pilot))
        await pilot.press("tab", "tab", "right")
        await until(pilot, lambda: pilot.app.screen.query_one(Chips).value == "accept")
