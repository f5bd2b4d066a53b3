"""The workbench opens where it should, and says what there is."""

from pathlib import Path

from novelgen.bootstrap import Workbench
from storage.records import RevisionState
from tests.tui.conftest import TITLE, Opened, shown, until

WIDE = (140, 45)


async def test_the_library_shows_a_novel_and_opens_it(written_home: Path, opened: Opened) -> None:
    async with opened(size=WIDE) as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        assert "finished" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "All" in shown(pilot) and "are written" in shown(pilot))


async def test_a_novel_opens_where_it_was_left(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, size=WIDE) as pilot:
        await until(pilot, lambda: "Chapter 1" in shown(pilot))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "Chapter 2" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "novel," in shown(pilot))
    async with opened(TITLE, size=WIDE) as pilot:
        await until(pilot, lambda: "Chapter 2" in shown(pilot))


async def test_an_empty_library_says_how_to_begin(home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: "no novels here yet" in shown(pilot))


async def test_enter_writes_the_first_chapter(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, size=WIDE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "The chapter is written" in shown(pilot))
        with bench.store.reading() as work:
            novel = work.novels.find(TITLE)
            (chapter,) = work.chapters.of_branch(novel.active_branch_id)
        assert chapter.revision.state is RevisionState.COMPLETE
        assert bench.inbox.count_waiting() == {}
