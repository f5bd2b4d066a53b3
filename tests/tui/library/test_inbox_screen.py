"""The inbox: chapters that wait are read, kept, drafted anew, gone to."""

from pathlib import Path

from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.tui.library.inbox import InboxScreen
from novelgen.tui.novel.screen import NovelScreen
from storage.inbox_records import InboxState
from tests.tui.conftest import Opened, press_text, shown, until

_TITLE = "The Night Post"


def states(bench: Workbench) -> dict[int, InboxState]:
    """By chapter, of all that were ever there."""
    return {
        item.record.chapter_number: item.record.state
        for number in (1, 2, 3)
        for item in [bench.inbox.item(number)]
    }


async def open_inbox(pilot: "Pilot[None]") -> None:
    await until(pilot, lambda: "3 chapters in the inbox" in shown(pilot))
    await pilot.press("i")
    await until(pilot, lambda: "3 chapters waiting" in shown(pilot) and "1. " in shown(pilot))


async def test_what_waits_is_listed_with_its_marks(waiting_home: Path, opened: Opened) -> None:
    async with opened(size=(140, 45)) as pilot:
        await open_inbox(pilot)
        text = shown(pilot)
        assert _TITLE in text and "no part of the book until you keep it" in text
        assert "segment 1: drawn 2 times" in text and "! odd" in text
        first = text
        await pilot.press("down")
        await until(pilot, lambda: "2. " in shown(pilot) and "drawn 2 times" not in shown(pilot))
        assert shown(pilot) != first


async def test_enter_reads_and_notes_it(
    waiting_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(size=(80, 24)) as pilot:
        await open_inbox(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: states(bench)[1] is InboxState.READ)
        assert pilot.app.screen.focused is pilot.app.screen.query_one("#waiting-text")
        await until(pilot, lambda: "○" in shown(pilot))


async def test_a_chapter_is_kept(waiting_home: Path, opened: Opened, bench: Workbench) -> None:
    async with opened() as pilot:
        await open_inbox(pilot)
        await pilot.press("down", "a")
        await until(pilot, lambda: "2 chapters waiting" in shown(pilot))
        assert "Kept 1 chapter." in shown(pilot)
        assert states(bench)[2] is InboxState.KEPT and states(bench)[1] is InboxState.DRAFTED


async def test_all_of_a_novel_are_kept(
    waiting_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened() as pilot:
        await open_inbox(pilot)
        await pilot.press("A")
        await until(pilot, lambda: "Keep 3 chapters" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, InboxScreen))
        assert bench.inbox.count_waiting()
        await pilot.press("A")
        await until(pilot, lambda: "Keep 3 chapters" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "Nothing waits." in shown(pilot))
        assert bench.inbox.count_waiting() == {}
        await pilot.press("escape")
        await until(pilot, lambda: "1 novel, " in shown(pilot) and "✉" not in shown(pilot))


async def test_a_chapter_is_drafted_anew(
    waiting_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened() as pilot:
        await open_inbox(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "What should be different?" in shown(pilot))
        await press_text(pilot, "Let it rain")
        await pilot.press("enter")
        await until(pilot, lambda: states(bench)[1] is InboxState.REDONE)
        await until(pilot, lambda: "2 chapters waiting" in shown(pilot))


async def test_it_leads_to_the_novel_at_that_chapter(waiting_home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await open_inbox(pilot)
        await pilot.press("down", "down", "g")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))
        await until(pilot, lambda: "3. The Key" in shown(pilot))


async def test_an_empty_inbox_says_what_comes_there(written_home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: "1 novel, " in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: "Nothing waits." in shown(pilot))
        await pilot.press("a", "A", "r", "g", "i")
        await until(pilot, lambda: "1 novel, " in shown(pilot))
