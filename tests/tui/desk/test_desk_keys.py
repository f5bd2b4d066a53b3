"""The desk by keystroke: reading, editing, rewriting, locking, undoing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.generation.passage_locks import standing_locks
from novelgen.tui.places.desk.beat_panel import BeatPanel
from novelgen.tui.places.desk.chapter_list import ChapterList
from novelgen.tui.places.desk.machine_panel import MachinePanel
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.page import WritingPage
from storage.records import RevisionRecord
from storage.run_records import RunPurpose
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


def revision_of(bench: Workbench, chapter: int) -> RevisionRecord:
    """The chapter's revision as it stands in the database."""
    with bench.store.reading() as work:
        stored = work.chapters.get(work.novels.find(TITLE).active_branch_id, chapter)
    assert stored is not None
    return stored.revision


def text_of(bench: Workbench, chapter: int) -> str:
    with bench.store.reading() as work:
        return work.texts.of_revision(revision_of(bench, chapter).id)


def locks_of(bench: Workbench) -> list[tuple[int, int] | None]:
    with bench.store.reading() as work:
        branch_id = work.novels.find(TITLE).active_branch_id
        return [lock.paragraphs for lock in standing_locks(work, branch_id)]


async def until_read(pilot: "Pilot[Any]") -> None:
    """The chapter at hand is on the page."""
    await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 2)


def page(pilot: "Pilot[Any]") -> ProsePage:
    return pilot.app.screen.query_one(ProsePage)


async def test_an_edit_is_a_revision_and_undo_takes_it_back(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = text_of(bench, 1)
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        await pilot.press("e")
        await until(pilot, lambda: pilot.app.screen.query_one(WritingPage).has_focus)
        await press_text(pilot, "Snow fell. ")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: revision_of(bench, 1).number == 2)
        assert text_of(bench, 1) == "Snow fell. " + before
        await pilot.press("escape")
        await until(pilot, lambda: page(pilot).has_focus and "Snow fell." in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: text_of(bench, 1) == before)


async def test_an_empty_chapter_is_refused_and_the_text_stays(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        await pilot.press("e")
        editor = pilot.app.screen.query_one(WritingPage)
        await until(pilot, lambda: editor.has_focus)
        editor.clear()
        await pilot.press("f2")
        await until(pilot, lambda: "is empty" in shown(pilot))
        await pilot.press("escape")
        assert revision_of(bench, 1).number == 1
        assert editor.is_attached


async def test_marked_paragraphs_are_rewritten(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = text_of(bench, 1).split("\n\n")
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        await pilot.press("j", "j", "J")
        assert page(pilot).selection == (2, 3)
        await pilot.press("r")
        await until(pilot, lambda: "Rewrite paragraphs 2 to 3" in shown(pilot))
        await press_text(pilot, "Let it rain.")
        await pilot.press("enter")
        await until(pilot, lambda: revision_of(bench, 1).number == 2)
        after = text_of(bench, 1).split("\n\n")
        assert after[0] == before[0]
        assert after[1:3] != before[1:3]
        run = bench.runs.latest_run(bench.find(TITLE).novel.id)
        assert run is not None
        assert run.purpose is RunPurpose.INFILL
        await until(pilot, lambda: "is rewritten" in shown(pilot))


async def test_rewriting_wants_a_mark(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Mark a paragraph first" in shown(pilot))
        await pilot.press("l")
        await until(pilot, lambda: "Mark a paragraph first" in shown(pilot))


async def test_a_chapter_is_drafted_anew(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = text_of(bench, 2)
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "2. " in page(pilot).paragraphs[0].text)
        await pilot.press("R")
        await until(pilot, lambda: "Draft chapter 2 anew" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: revision_of(bench, 2).number == 2)
        assert text_of(bench, 2) != before


async def test_a_lock_is_set_and_released(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        await pilot.press("j", "J", "l")
        await until(pilot, lambda: locks_of(bench) == [(1, 2)])
        await until(pilot, lambda: [p.mark for p in page(pilot).paragraphs[1:4]] == ["◆", "◆", ""])
        await pilot.press("l")
        await until(pilot, lambda: locks_of(bench) == [])


async def test_chapters_are_chosen_from_the_list(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await until_read(pilot)
        pilot.app.screen.query_one(ChapterList).focus()
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: page(pilot).paragraphs[0].text.startswith("3. "))
        assert page(pilot).has_focus
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: page(pilot).paragraphs[0].text.startswith("2. "))


async def test_the_sides_come_and_go(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=(140, 45)) as pilot:
        await until_read(pilot)
        await pilot.press("m")
        await until(pilot, lambda: "Prose beside human novels" in shown(pilot))
        assert pilot.app.screen.query_one(MachinePanel).display
        await pilot.press("m")
        assert pilot.app.screen.query_one(BeatPanel).display
        await _comes_and_goes(pilot, "o", lambda: pilot.app.screen.query_one(ChapterList).region)
        await _comes_and_goes(pilot, "i", lambda: pilot.app.screen.query_one("#desk-side").region)


async def test_the_sides_of_a_narrow_screen(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await until_read(pilot)
        chapters = pilot.app.screen.query_one(ChapterList)
        assert not chapters.region.area
        await pilot.press("o")
        await until(pilot, lambda: chapters.region.area and chapters.has_focus)
        await pilot.press("down", "enter")
        await until(pilot, lambda: page(pilot).paragraphs[0].text.startswith("2. "))
        await until(pilot, lambda: not chapters.region.area)


async def _comes_and_goes(pilot: "Pilot[Any]", key: str, region: Callable[[], Any]) -> None:
    assert region().area
    await pilot.press(key)
    await until(pilot, lambda: not region().area)
    await pilot.press(key)
    await until(pilot, lambda: region().area)
