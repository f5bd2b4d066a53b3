"""A manuscript becomes a novel by keystroke: its text, its names, what is planned behind it."""

import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish
from novelgen.generation.editing import chapter_text
from novelgen.tui.dialogs.choose import Choose
from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.manuscripts.bring_in_form import BringInForm
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from novelgen.tui.manuscripts.learning import LearnNames
from novelgen.tui.manuscripts.progress import ChapterProgress
from novelgen.tui.novel.screen import NovelScreen
from storage.records import RevisionState
from tests.tui.conftest import TITLE, Opened, press_text, shown, until
from tests.tui.manuscripts.conftest import (
    FIRST,
    SALT,
    SECOND,
    THIRD,
    ask_for_file,
    bring_in,
    on,
    question,
)


async def brought_in(pilot: "Pilot[Any]") -> None:
    """Until the names are known, and the person is asked about the memory."""
    await on(pilot, Choose)
    await until(pilot, lambda: "─ Brought in ─" in shown(pilot))


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_a_markdown_file_becomes_a_novel_to_go_on_with(
    home: Path, opened: Opened, bench: Workbench, folder: Path, size: tuple[int, int]
) -> None:
    (folder / "salt.md").write_text(SALT)
    async with opened(size=size) as pilot:
        await bring_in(pilot, "salt.md")
        await on(pilot, BringInForm)
        await until(pilot, lambda: "3 chapters" in shown(pilot))
        for told in ("Salt", "Ada Renn", "The Shore", "The Letter", "The Boat", "Snow"):
            assert told in shown(pilot)
        await press_text(pilot, "Salt and Snow")
        await pilot.press("tab", "tab")
        await press_text(pilot, "2k")
        await until(pilot, lambda: "are planned behind it" in shown(pilot))
        await pilot.press("tab", "right")
        await until(pilot, lambda: "the last chapter, then them" in _flat(shown(pilot)))
        await pilot.press("f2")
        await brought_in(pilot)
        assert "Its names are in the bible" in question(pilot)
        await pilot.press("enter")
        await on(pilot, NovelScreen)
        await until(pilot, lambda: "The keeper found the letter" in shown(pilot))
    found = bench.find("Salt and Snow")
    novel = found.novel
    assert (novel.author, novel.target_words) == ("Ada Renn", 2000)
    overview = bench.overview(novel.id)
    assert [each.title for each in overview.chapters[:3]] == ["The Letter", "The Boat", "Snow"]
    assert len(overview.chapters) > 3, "what is missing is planned behind it"
    first = chapter_text(bench.store, novel.id, novel.active_branch_id, 1)
    assert first.text.startswith(FIRST) and "* * *" in first.text
    last = chapter_text(bench.store, novel.id, novel.active_branch_id, 3)
    assert last.revision is not None and last.revision.state is RevisionState.PARTIAL
    with bench.store.reading() as work:
        names = {entry.name for entry in work.entries.of_branch(novel.active_branch_id)}
    assert {"Marek", "Petra"} <= names


async def test_its_memory_is_read_at_once_where_that_is_wanted(
    home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    (folder / "salt.md").write_text(SALT)
    async with opened() as pilot:
        await bring_in(pilot, "salt.md")
        await on(pilot, BringInForm)
        await pilot.press("ctrl+s")
        await brought_in(pilot)
        await pilot.press("down", "enter")
        await on(pilot, NovelScreen)
        await until(pilot, lambda: not bench.overview("Salt").is_unread)
        await until(
            pilot, lambda: not any(c.memory_behind for c in bench.overview("Salt").chapters)
        )


async def test_the_welcome_screen_and_the_palette_lead_there(home: Path, opened: Opened) -> None:
    async with opened(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Bring in a manuscript of your own" in shown(pilot))
        await pilot.press("end", "enter")
        await on(pilot, ChooseManuscript)
        await pilot.press("escape")
        await on(pilot, LibraryScreen)
        await pilot.press("ctrl+p")
        await press_text(pilot, "Bring in")
        await until(pilot, lambda: "Make a novel of a manuscript" in shown(pilot))
        await pilot.press("enter")
        await on(pilot, ChooseManuscript)


async def test_too_few_words_are_refused_and_nothing_typed_is_lost(
    home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    (folder / "salt.md").write_text(SALT + "\n\n" + "The lamp went out again. " * 50)
    async with opened() as pilot:
        await bring_in(pilot, "salt.md")
        await on(pilot, BringInForm)
        await press_text(pilot, "Mine")
        await pilot.press("tab", "tab")
        await press_text(pilot, "120")
        await until(pilot, lambda: "words already" in _flat(shown(pilot)))
        await pilot.press("f2")
        await on(pilot, ErrorDialog)
        await pilot.press("escape")
        await on(pilot, BringInForm)
        assert pilot.app.screen.query_one("#title", Input).value == "Mine"
        assert pilot.app.screen.query_one("#words", Input).value == "120"
        assert bench.summaries() == []
        await pilot.press("escape")
        await on(pilot, LibraryScreen)
    assert bench.summaries() == []


async def test_stopping_the_names_keeps_the_novel(
    home: Path, opened: Opened, bench: Workbench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_stopped = Event()
    tell = ChapterProgress.tell

    def tell_and_wait(progress: ChapterProgress, done: int, total: int) -> None:
        """The thread that reads the names goes on after its first chapter when it is stopped."""
        tell(progress, done, total)
        if isinstance(progress._widget, LearnNames):
            assert has_stopped.wait(30)

    monkeypatch.setattr(ChapterProgress, "tell", tell_and_wait)
    (folder / "salt.md").write_text(SALT)
    async with opened() as pilot:
        await bring_in(pilot, "salt.md")
        await on(pilot, BringInForm)
        await pilot.press("f2")
        await on(pilot, LearnNames)
        await until(pilot, lambda: "1/3" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Stopping after this chapter" in shown(pilot))
        has_stopped.set()
        await brought_in(pilot)
        assert "The next writing goes on with the names" in question(pilot)
        await pilot.press("escape")  # leaves the question, and opens the novel
        await on(pilot, NovelScreen)
    novel = bench.find("Salt").novel
    assert chapter_text(bench.store, novel.id, novel.active_branch_id, 3).text == THIRD


async def test_a_folder_of_chapters_is_taken_whole(
    home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    (folder / "salt").mkdir()
    (folder / "salt" / "1.md").write_text(f"# The Letter\n\n{FIRST}\n")
    (folder / "salt" / "2.md").write_text(f"# The Boat\n\n{SECOND}\n")
    async with opened() as pilot:
        await bring_in(pilot, "salt")  # is gone into
        await until(pilot, lambda: "all 2 text files" in shown(pilot))
        await pilot.press("down", "enter")
        await on(pilot, BringInForm)
        await until(pilot, lambda: "2 chapters" in shown(pilot))
        await pilot.press("f2")
        await brought_in(pilot)
    assert bench.find("salt").totals.chapters == 2


async def test_a_whole_novel_is_restored(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    bench.exports.to_path(TITLE, ExportWish("json"), folder / "keeper.json", overwrite=False)
    bench.exports.to_path(TITLE, ExportWish("json"), folder / "again.json", overwrite=False)
    async with opened() as pilot:
        await bring_in(pilot, "keeper.json")
        await on(pilot, Choose)
        await until(pilot, lambda: "─ A whole novel ─" in shown(pilot))
        await pilot.press("enter")
        await brought_in(pilot)
        await pilot.press("enter")
        await on(pilot, NovelScreen)
        await until(pilot, lambda: "1. The Letter" in shown(pilot))
    both = bench.summaries()
    assert len(both) == 2
    assert both[0].totals.words == both[1].totals.words
    assert {each.novel.premise for each in both} == {both[0].novel.premise}


async def test_of_a_whole_novel_its_chapters_alone(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    file = folder / "keeper.json"
    bench.exports.to_path(TITLE, ExportWish("json"), file, overwrite=False)
    document = json.loads(file.read_text())
    document["title"] = "Another"
    file.write_text(json.dumps(document))
    async with opened() as pilot:
        await bring_in(pilot, "keeper.json")
        await until(pilot, lambda: "─ A whole novel ─" in shown(pilot))
        await pilot.press("escape")
        await on(pilot, LibraryScreen)
        await ask_for_file(pilot, "keeper.json")
        await pilot.press("enter")
        await until(pilot, lambda: "─ A whole novel ─" in shown(pilot))
        await pilot.press("down", "enter")
        await on(pilot, BringInForm)
        await until(pilot, lambda: "3 chapters" in shown(pilot))
        await pilot.press("f2")
        await brought_in(pilot)
    assert bench.find("Another").totals.words == bench.find(TITLE).totals.words


async def test_a_damaged_novel_is_told_and_nothing_is_stored(
    written_home: Path, opened: Opened, bench: Workbench, folder: Path
) -> None:
    file = folder / "keeper.json"
    bench.exports.to_path(TITLE, ExportWish("json"), file, overwrite=False)
    document = json.loads(file.read_text())
    document["schema"] = "0000"
    file.write_text(json.dumps(document))
    async with opened() as pilot:
        await bring_in(pilot, "keeper.json")
        await until(pilot, lambda: "─ A whole novel ─" in shown(pilot))
        await pilot.press("enter")
        await on(pilot, ErrorDialog)
        await pilot.press("escape")
        await on(pilot, LibraryScreen)
    assert len(bench.summaries()) == 1


def _flat(text: str) -> str:
    """The words on a screen, whatever lines they stand in."""
    return " ".join(text.replace("│", " ").replace("▏", " ").split())
