"""The manuscript is exported, its title page changed, and all novels are copied, by keystroke."""

from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish
from novelgen.config import load_settings
from novelgen.manuscript.formats import FORMATS
from novelgen.paths import resolve_paths
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from novelgen.tui.novel.screen import NovelScreen
from tests.tui.conftest import TITLE, Opened, shown, until
from tests.tui.export.conftest import FILE, answer, choose_format, on, on_export


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_the_manuscript_is_exported(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path, size: tuple[int, int]
) -> None:
    async with opened(TITLE, size=size) as pilot:
        await on_export(pilot)
        assert "3 chapters" in shown(pilot)
        await pilot.press("x")
        await until(pilot, lambda: "are in the file" in shown(pilot))
        assert f"Exported to ~/here/{FILE}" in shown(pilot)
    by_command = folder / "again.md"
    bench.exports.to_path(TITLE, ExportWish("md"), by_command, overwrite=False)
    assert (folder / FILE).read_text() == by_command.read_text()


async def test_a_file_that_is_there_is_replaced_only_where_that_is_wanted(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    (folder / FILE).write_text("mine")
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        assert "there already" in shown(pilot)
        await pilot.press("x")
        await on(pilot, Confirm)
        await pilot.press("n")
        await on(pilot, NovelScreen)
        assert (folder / FILE).read_text() == "mine"
        await pilot.press("x")
        await on(pilot, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: "are in the file" in shown(pilot))
        assert (folder / FILE).read_text().startswith("---\ntitle: The Keeper")


async def test_some_chapters_to_another_place(
    written_home: Path, opened: Opened, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "elsewhere" / "part.md"
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("r")
        await answer(pilot, "2-3")
        await until(pilot, lambda: "2 chapters" in shown(pilot))
        await pilot.press("r")
        await answer(pilot, "9-1")
        await on(pilot, ErrorDialog)
        await until(pilot, lambda: "not a range of chapters" in shown(pilot))
        await pilot.press("escape")
        await pilot.press("o")
        await answer(pilot, str(target))
        await until(pilot, lambda: "part.md" in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: target.exists())
        await until(pilot, lambda: "are in the file" in shown(pilot))
    text = target.read_text()
    assert "# Chapter 2" in text
    assert "# Chapter 1" not in text
    async with opened(TITLE) as pilot:  # the next file goes to the same folder
        await on_export(pilot)
        await until(pilot, lambda: "elsewhere/the-keeper.md" in shown(pilot))


async def test_the_format_is_chosen_from_those_there_are(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("f")
        await until(pilot, lambda: "─ Format ─" in shown(pilot))
        for kind in FORMATS.values():
            assert f"{kind.label} (.{kind.name})" in shown(pilot)
        await pilot.press("enter")
        await on(pilot, NovelScreen)
        await until(pilot, lambda: "Markdown (.md)" in shown(pilot))
        await choose_format(pilot, "docx")
        await until(pilot, lambda: "the-keeper.docx" in shown(pilot))


async def test_title_and_author_are_the_novels_own(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("A")
        await answer(pilot, "A. Writer")
        await until(pilot, lambda: "A. Writer" in shown(pilot))
        await pilot.press("T")
        await answer(pilot, "The Last Light")
        await until(pilot, lambda: "the-last-light.md" in shown(pilot))
        await pilot.press("T")
        await answer(pilot, "x" * 301)
        await on(pilot, ErrorDialog)
        await pilot.press("escape")
        await pilot.press("x")
        await until(pilot, lambda: "are in the file" in shown(pilot))
    novel = bench.find("The Last Light").novel
    assert novel.author == "A. Writer"
    assert "author: A. Writer" in (folder / "the-last-light.md").read_text()


async def test_every_line_does_what_it_says_with_enter(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    lines = ("Title", "Author", "Format", "Marks", "Files", "Chapters", "File")
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        for at, title in enumerate(lines):
            await pilot.press("home", *["down"] * at, "enter")
            await until(pilot, lambda: not isinstance(pilot.app.screen, NovelScreen))
            await until(pilot, lambda title=title: f"─ {title} ─" in shown(pilot))
            await pilot.press("escape")
            await on(pilot, NovelScreen)
        await pilot.press("end", "up", "up", "enter")
        await until(pilot, lambda: (folder / FILE).exists())
        await pilot.press("end", "up", "enter")
        await on(pilot, ChooseManuscript)
        await pilot.press("escape")
        await on(pilot, NovelScreen)
        await pilot.press("end", "enter")
        await on(pilot, AskLine)


async def test_all_novels_are_copied(
    written_home: Path, opened: Opened, folder: Path, tmp_path: Path
) -> None:
    target = folder / "copy.db"
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("b")
        await answer(pilot, str(target))
        await until(pilot, lambda: "1 novel with" in shown(pilot) and target.exists())
        await pilot.press("b")
        await answer(pilot, str(target))
        await on(pilot, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: "Copied to" in shown(pilot))
        await pilot.press("b")
        await answer(pilot, str(folder))
        await on(pilot, Confirm)
        await pilot.press("y")
        await on(pilot, ErrorDialog)
    paths = resolve_paths(tmp_path / "other")
    with Workbench(paths, load_settings(paths, database_url=f"sqlite:///{target}")) as copied:
        assert copied.find(TITLE).totals.words > 1_000


async def test_what_cannot_be_written_is_told(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    blocker = folder / "file"
    blocker.write_text("")
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("o")
        await answer(pilot, str(blocker / "below.md"))
        await until(pilot, lambda: "below.md" in shown(pilot))
        await pilot.press("x")
        await on(pilot, ErrorDialog)
        await until(pilot, lambda: "cannot be written" in shown(pilot))
        await pilot.press("escape")
        assert list(folder.iterdir()) == [blocker]


async def test_an_empty_book_says_what_is_missing(planned_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        assert "no text is in these chapters yet" in shown(pilot)
        await pilot.press("x")
        await on(pilot, ErrorDialog)
