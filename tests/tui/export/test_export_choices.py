"""What a format leaves to choose is chosen by keystroke, and is in the file; no more is shown."""

import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish, options_of
from novelgen.errors import UsageError
from novelgen.generation.branching import branch_after
from novelgen.manuscript.export_options import Face, PageSize, Style
from novelgen.manuscript.formats import FORMATS
from novelgen.paths import resolve_paths
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.settings.screen import SettingsScreen
from tests.tui.conftest import TITLE, Opened, press_text, shown, until
from tests.tui.export.conftest import answer, choose_format, on, on_export


@pytest.fixture
def settings_file(home: Path) -> Callable[[str], None]:
    """Writes the file of the settings."""

    def write(text: str) -> None:
        file = resolve_paths(home).config_file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


def lines_shown(text: str) -> set[str]:
    """The first words of the lines of a screen."""
    return {line.split()[0] for line in text.splitlines() if line.strip()}


async def test_a_format_shows_its_own_choices_alone(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        assert {"Marks", "Files"} <= lines_shown(shown(pilot))
        assert not {"Style", "Paper", "Face", "Cover", "Branch"} & lines_shown(shown(pilot))
        await pilot.press("s", "i", "v")  # nothing to choose
        assert isinstance(pilot.app.screen, NovelScreen)
        await choose_format(pilot, "docx")
        await until(pilot, lambda: {"Style", "Marks", "Paper", "Face"} <= lines_shown(shown(pilot)))
        assert not {"Files", "Cover"} & lines_shown(shown(pilot))
        await choose_format(pilot, "epub")
        await until(pilot, lambda: "Cover" in lines_shown(shown(pilot)))
        assert not {"Style", "Paper", "Face", "Files"} & lines_shown(shown(pilot))
        await choose_format(pilot, "json")
        await until(pilot, lambda: "Marks" not in lines_shown(shown(pilot)))


async def test_every_format_is_written(written_home: Path, opened: Opened, folder: Path) -> None:
    written: set[str] = set()
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        for name, kind in FORMATS.items():
            try:
                kind.require()
            except UsageError:
                continue
            await choose_format(pilot, name)
            await until(pilot, lambda name=name: f"the-keeper.{name}" in shown(pilot))
            await pilot.press("x")
            await until(pilot, lambda name=name: f"the-keeper.{name}\n" in _said(shown(pilot)))
            assert (folder / f"the-keeper.{name}").stat().st_size > 5_000
            written.add(name)
    assert written >= {"md", "epub", "docx", "html", "txt", "json"}


def _said(text: str) -> str:
    """The line of narration."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines() if "Exported to" in line)


async def test_style_paper_face_and_marks_are_in_the_file(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path, tmp_path: Path
) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await choose_format(pilot, "docx")
        for key, title, told in (
            ("g", "Paper", "A4"),
            ("l", "Face", "Courier"),
            ("k", "Marks", "as in the text"),
        ):
            await pilot.press(key)
            await until(pilot, lambda title=title: f"─ {title} ─" in shown(pilot))
            await pilot.press("down", "enter")
            await on(pilot, NovelScreen)
            await until(pilot, lambda told=told: told in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: "are in the file" in shown(pilot))
        manuscript = (folder / "the-keeper.docx").read_bytes()
        await pilot.press("s")
        await until(pilot, lambda: "─ Style ─" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "a book" in shown(pilot))
        assert "Face" not in lines_shown(shown(pilot))
        await choose_format(pilot, "pdf")  # what was chosen stays, as far as the format has it
        await until(pilot, lambda: {"a book", "A4"} <= {*_values(shown(pilot))})
    wish = ExportWish(
        "docx",
        options=replace(
            options_of(bench.settings),
            style=Style.MANUSCRIPT,
            page_size=PageSize.A4,
            face=Face.COURIER,
            is_smart=False,
        ),
    )
    by_command = tmp_path / "again.docx"
    bench.exports.to_path(TITLE, wish, by_command, overwrite=False)
    assert manuscript == by_command.read_bytes()


def _values(text: str) -> list[str]:
    """What stands behind the names of the lines, up to the side panel."""
    return [line[13:60].split("  ")[0].strip() for line in text.splitlines()]


async def test_the_contact_block_stands_beside_it(
    written_home: Path, opened: Opened, settings_file: Callable[[str], None]
) -> None:
    settings_file('legal_name = "Ada Renn"\naddress = "1 Quay Street; Port Ellen"\n')
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await choose_format(pilot, "docx")
        await until(pilot, lambda: "Ada Renn" in shown(pilot))
        assert "Port Ellen" in shown(pilot)
        assert "Set email and phone" in shown(pilot)
        settings_file('legal_name = "Ada Renn"\nemail = "ada@example.org"\n')
        await pilot.press("comma")
        await on(pilot, SettingsScreen)
        await until(pilot, lambda: "ada@example.org" in shown(pilot))
        pilot.app.reload_settings()  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: "What the file will hold" in shown(pilot))
        await until(pilot, lambda: "ada@example.org" in shown(pilot))
        assert "Port Ellen" not in shown(pilot)


async def test_without_a_name_it_says_where_to_set_it(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await on_export(pilot)
        await choose_format(pilot, "docx")
        await until(pilot, lambda: "they are not set" in shown(pilot))
        assert "Set legal_name, address, email and phone" in shown(pilot)
        assert "Manuscripts" in shown(pilot)


async def test_a_cover_is_picked_from_the_list_and_is_in_the_book(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    picture = BytesIO()
    Image.new("RGB", (600, 900), "navy").save(picture, "JPEG")
    (folder / "cover.jpg").write_bytes(picture.getvalue())
    (folder / "notes.txt").write_text("not a picture")
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await choose_format(pilot, "epub")
        await pilot.press("i")
        await until(pilot, lambda: "cover.jpg" in shown(pilot))
        assert "notes.txt" not in shown(pilot)
        await press_text(pilot, "cov")
        await until(pilot, lambda: "the folder above" not in shown(pilot))
        await pilot.press("down", "enter")
        await on(pilot, NovelScreen)
        await until(pilot, lambda: "cover.jpg" in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: "are in the file" in shown(pilot))
        with zipfile.ZipFile(folder / "the-keeper.epub") as book:
            assert any(book.read(name) == picture.getvalue() for name in book.namelist())
        (folder / "cover.jpg").unlink()
        await choose_format(pilot, "epub")
        await until(pilot, lambda: "picture for the cover is not there" in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: "─ Cover ─" in shown(pilot))
        await pilot.press("ctrl+u")
        await until(pilot, lambda: "× no cover" in shown(pilot))
        await pilot.press("down", "enter")
        await on(pilot, NovelScreen)
        await until(pilot, lambda: "cover is not there" not in shown(pilot))


async def test_one_file_a_chapter_makes_a_folder_that_is_replaced_when_asked(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "─ Files ─" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "Folder" in lines_shown(shown(pilot)))
        await pilot.press("x")
        await until(pilot, lambda: "in the folder" in shown(pilot))
        files = sorted(each.name for each in (folder / "the-keeper").iterdir())
        assert len(files) == 4
        (folder / "the-keeper" / files[1]).write_text("mine")
        await pilot.press("x")
        await on(pilot, Confirm)
        await until(pilot, lambda: "All files in it" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: (folder / "the-keeper" / files[1]).read_text() != "mine")


async def test_another_branch_is_exported(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    novel = bench.find(TITLE).novel
    branch_after(bench.store, novel, 2, "she stays")
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        assert "Branch" in lines_shown(shown(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "─ Branch ─" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "2 chapters" in shown(pilot))
        assert "she stays" in shown(pilot)
        await pilot.press("x")
        await until(pilot, lambda: "are in the file" in shown(pilot))
    text = (folder / "the-keeper.md").read_text()
    assert "# Chapter 2" in text and "# Chapter 3" not in text


async def test_what_is_not_installed_is_told_before_anything_is_written(
    written_home: Path, opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await choose_format(pilot, "odt")
        await until(pilot, lambda: "pip install" in shown(pilot))
        await pilot.press("x")
        await on(pilot, ErrorDialog)
        await until(pilot, lambda: "not installed" in shown(pilot))
    assert list(folder.iterdir()) == []


async def test_json_holds_everything_and_says_so(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await choose_format(pilot, "json")
        await until(pilot, lambda: "JSON holds everything" in shown(pilot))
        await pilot.press("r")
        await answer(pilot, "1-2")
        await until(pilot, lambda: "holds the text alone" in shown(pilot))
        await pilot.press("r")
        await answer(pilot, "")
        await until(pilot, lambda: "JSON holds everything" in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: "Everything of the novel is in the file" in shown(pilot))
    assert '"rows"' in (folder / "the-keeper.json").read_text()


async def test_the_name_of_the_file_says_the_format(
    written_home: Path, opened: Opened, folder: Path
) -> None:
    async with opened(TITLE) as pilot:
        await on_export(pilot)
        await pilot.press("o")
        await answer(pilot, "book.docx")
        await until(pilot, lambda: "Word (.docx)" in shown(pilot))
        await choose_format(pilot, "txt")
        await until(pilot, lambda: "book.txt" in shown(pilot))
        await pilot.press("o")
        await answer(pilot, str(folder))  # a folder gets the file inside
        await until(pilot, lambda: "here/the-keeper.txt" in shown(pilot))
