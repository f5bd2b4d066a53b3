"""A manuscript comes back by keystroke: seen first, taken as one change, and undone as one."""

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from textual.pilot import Pilot
from textual.widgets import Input

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.text.manuscript_text import HandedIn
from novelgen.tui.checking.dialog import CheckListDialog
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from novelgen.tui.manuscripts.comparison_dialog import ComparisonDialog
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.export.place import ExportPlace
from tests.tui.conftest import TITLE, Opened, press_text, shown, until
from tests.tui.manuscripts.conftest import on

_ADDED = "And so it went on until the morning, and nobody slept."


async def take_back(pilot: "Pilot[Any]", path: str) -> None:
    """From the novel: name a file that came back."""
    await until(pilot, lambda: "finished" in shown(pilot))
    await pilot.press("0")
    await until(pilot, lambda: pilot.app.screen.query_one(ExportPlace).region.height > 0)
    await until(pilot, lambda: "What the file will hold" in shown(pilot))
    await pilot.press("m")
    await on(pilot, ChooseManuscript)
    await press_text(pilot, path)
    await pilot.press("enter")


def exported(bench: Workbench, file: Path) -> Path:
    """The novel as it went out."""
    suffix = file.suffix.removeprefix(".")
    return bench.exports.to_path(TITLE, ExportWish(suffix), file, overwrite=False)


def text_of(bench: Workbench, number: int) -> str:
    novel = bench.find(TITLE).novel
    return chapter_text(bench.store, novel.id, novel.active_branch_id, number).text


def edited_markdown(bench: Workbench, file: Path) -> None:
    """The last paragraph of chapter 2 goes on, and a chapter comes behind the last."""
    text = exported(bench, file).read_text()
    before, heading, after = text.partition("\n# Chapter 3")
    assert heading
    file.write_text(f"{before.rstrip()} {_ADDED}\n{heading}{after}\n\n# Epilogue\n\n{_ADDED}\n")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_changed_chapters_are_seen_taken_and_undone(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path, size: tuple[int, int]
) -> None:
    edited_markdown(bench, folder / "back.md")
    before = [text_of(bench, number) for number in (1, 2, 3)]
    async with opened(TITLE, size=size) as pilot:
        await take_back(pilot, "back.md")
        await on(pilot, ComparisonDialog)
        for told in ("1 chapter changed", "503 → 514 words  +11", "1 chapter new", "Epilogue"):
            assert told in shown(pilot)
        assert "As in the novel: 2 chapters" in shown(pilot)
        await pilot.press("escape")
        await on(pilot, NovelScreen)
        assert [text_of(bench, number) for number in (1, 2, 3)] == before, "nothing was taken"
        await pilot.press("m")
        await on(pilot, ChooseManuscript)
        await press_text(pilot, "back.md")
        await pilot.press("enter")
        await on(pilot, ComparisonDialog)
        await pilot.press("enter")  # the button that has the focus: Take
        await until(pilot, lambda: "2 chapters changed; u at the Desk" in shown(pilot))
        assert text_of(bench, 2) == f"{before[1]} {_ADDED}"
        assert text_of(bench, 4) == _ADDED
        assert [text_of(bench, 1), text_of(bench, 3)] == [before[0], before[2]]
        await until(pilot, lambda: "4 chapters" in shown(pilot))
        await pilot.press("1")
        await until(pilot, lambda: "e Edit" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: text_of(bench, 2) == before[1])
        await until(pilot, lambda: len(bench.overview(TITLE).chapters) == 3)


async def test_what_is_missing_or_left_out_is_said(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    text = exported(bench, folder / "back.md").read_text()
    head, _, rest = text.partition("\n# Chapter 1")
    first, _, rest = rest.partition("\n# Chapter 2")
    third = rest.partition("\n# Chapter 3")[2]
    stranger = "# A Recipe\n\nTake six eggs, flour, and a spoon of salt; stir, and bake it slowly."
    (folder / "back.md").write_text(
        f"{head}\n{stranger}\n\n# Chapter 1{first}\n\n# Chapter 3{third}"
    )
    async with opened(TITLE) as pilot:
        await take_back(pilot, "back.md")
        await on(pilot, ComparisonDialog)
        assert "No chapter differs from the novel" in shown(pilot)
        assert "Not in the file, and left as they are: chapter 2." in shown(pilot)
        assert "“A Recipe” is like no chapter" in shown(pilot)
        assert not pilot.app.screen.query("#take")
        await pilot.press("y")  # there is nothing to take
        await pilot.pause()
        await on(pilot, ComparisonDialog)
        await pilot.press("enter")
        await on(pilot, NovelScreen)


def with_notes(bench: Workbench, file: Path) -> None:
    """A Word file with a comment on chapter 1, and a tracked insertion at the end of chapter 2."""
    exported(bench, file)
    document = docx.Document(str(file))
    first = next(each for each in document.paragraphs if each.text.startswith(_start(bench, 1)))
    document.add_comment(first.runs[0], text="Who is this?", author="Mo")
    last = next(each for each in document.paragraphs if each.text.startswith(_start(bench, 2)))
    inserted = OxmlElement("w:ins")
    inserted.set(qn("w:id"), "77")
    inserted.set(qn("w:author"), "Mo")
    inserted.set(qn("w:date"), "2026-03-01T10:00:00Z")
    last.add_run(f" {_ADDED}")
    run = last.runs[-1]._r
    run.addprevious(inserted)
    inserted.append(run)
    document.save(str(file))


def _start(bench: Workbench, number: int) -> str:
    """How a chapter begins, without marks that look otherwise in print."""
    return text_of(bench, number)[:20].split('"')[0].split("'")[0]


async def test_comments_and_tracked_changes_become_notes(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    with_notes(bench, folder / "back.docx")
    before = [text_of(bench, number) for number in (1, 2, 3)]
    async with opened(TITLE) as pilot:
        await take_back(pilot, "back.docx")
        await on(pilot, ComparisonDialog)
        assert "No chapter differs" in shown(pilot)
        assert "2 comments and tracked changes become notes beside the text" in shown(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "2 notes of the" in shown(pilot))
        assert "No chapter changed" in shown(pilot)
        await pilot.press("f8")
        await on(pilot, CheckListDialog)
        assert "Mo: Who is this?" in shown(pilot)
        assert "And so it went on" in shown(pilot)
    assert [text_of(bench, number) for number in (1, 2, 3)] == before


async def test_tracked_changes_are_accepted_where_that_is_chosen(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    with_notes(bench, folder / "back.docx")
    async with opened(TITLE) as pilot:
        await take_back(pilot, "nothing.docx")
        await on(pilot, ErrorDialog)
        await pilot.press("escape")
        await on(pilot, ChooseManuscript)
        assert pilot.app.screen.query_one(Input).value == "nothing.docx"
        await pilot.press("ctrl+u")
        await press_text(pilot, "back.docx")
        await until(pilot, lambda: "● notes beside the text" in shown(pilot))
        await pilot.press("tab", "right")
        await until(pilot, lambda: "● accepted" in shown(pilot))
        await pilot.press("shift+tab", "enter")
        await on(pilot, ComparisonDialog)
        assert "1 chapter changed" in shown(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: "1 chapter changed; u at the Desk" in shown(pilot))
        assert _ADDED in text_of(bench, 2)


async def test_a_novel_that_changed_meanwhile_is_compared_again(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    edited_markdown(bench, folder / "back.md")
    novel = bench.find(TITLE).novel
    async with opened(TITLE) as pilot:
        await take_back(pilot, "back.md")
        await on(pilot, ComparisonDialog)
        before = chapter_text(bench.store, novel.id, novel.active_branch_id, 2)
        mine = f"{before.text}\n\nThis I wrote meanwhile."
        edit_chapter(bench.store, before, HandedIn(mine, None))
        await pilot.press("y")
        await on(pilot, Confirm)
        await until(pilot, lambda: "The novel has changed" in shown(pilot))
        assert text_of(bench, 2) == mine
        await pilot.press("y")
        await on(pilot, ComparisonDialog)
        await until(pilot, lambda: "1 chapter changed" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "2 chapters changed; u at the Desk" in shown(pilot))
        assert text_of(bench, 2) == f"{before.text} {_ADDED}"
