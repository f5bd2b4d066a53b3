"""The list to check, by keystroke: there and back, taking things off, from the writing desk."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import OptionList

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import add_mark_at_paragraph, marks_of
from novelgen.story.contradiction_search import CONTRADICTION
from novelgen.tui.checking.dialog import CheckListDialog
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.moving import paragraph_number
from storage.mark_records import MarkKind
from storage.story_records import NewFinding
from tests.tui.conftest import TITLE, Opened, until
from tests.tui.writing.conftest import Sat, Visit

AtTheList = Callable[..., AbstractAsyncContextManager[Visit]]


@pytest.fixture
def noted_home(written_home: Path, bench: Workbench) -> Path:
    """A mark and a comment in chapter 1, a comment in chapter 2, a finding in chapter 3."""
    novel = bench.find(TITLE).novel
    add_mark_at_paragraph(bench.store, novel, 1, 3)
    add_mark_at_paragraph(bench.store, novel, 1, 5, kind=MarkKind.COMMENT, body="Too slow.")
    add_mark_at_paragraph(bench.store, novel, 2, 4, kind=MarkKind.COMMENT, body="Who says it?")
    return written_home


@pytest.fixture
def at_the_list(noted_home: Path, opened: Opened, bench: Workbench) -> AtTheList:
    """Open the list from the desk: `async with at_the_list() as visit`."""

    @asynccontextmanager
    async def open_it(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Visit]:
        async with opened(TITLE, size=size) as pilot:
            visit = Visit(pilot, bench)
            await until(pilot, lambda: len(_prose(visit).paragraphs) > 3)
            await pilot.press("f8")
            await visit.until(lambda: _is_open(visit))
            yield visit

    return open_it


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_one_goes_to_an_entry_and_comes_back_to_it(
    at_the_list: AtTheList, size: tuple[int, int]
) -> None:
    async with at_the_list(size) as visit:
        assert "To check: 3" in visit.screen
        assert "⚑ mark" in visit.screen
        assert "Too slow." in visit.screen
        await visit.press("down", "down")
        assert "Comment  Chapter 2, paragraph 4" in visit.screen
        await visit.press("enter")
        await visit.until(lambda: _prose(visit).paragraphs[0].text.startswith("2. "))
        await visit.until(lambda: _prose(visit).cursor == 4 and _prose(visit).has_focus)
        assert "F8 goes back to the list · Who says it?" in visit.screen
        await visit.press("f8")
        await visit.until(lambda: _is_open(visit))
        assert _list(visit).highlighted == 2
        await visit.press("up", "enter")
        await visit.until(lambda: _prose(visit).paragraphs[0].text.startswith("1. "))
        await visit.until(lambda: _prose(visit).cursor == 5)
        await visit.press("f8")
        await visit.until(lambda: _is_open(visit))
        await visit.press("f8")
        await visit.until(lambda: _prose(visit).has_focus)


async def test_what_is_settled_goes_and_the_list_stays_at_the_next_entry(
    at_the_list: AtTheList,
) -> None:
    async with at_the_list() as visit:
        await visit.press("down", "x")
        await visit.until(lambda: "To check: 2" in visit.screen)
        assert _list(visit).highlighted == 1
        assert "Who says it?" in visit.screen
        assert "Too slow." not in visit.screen
        await visit.press("u")
        await visit.until(lambda: "To check: 3" in visit.screen)
        assert _list(visit).highlighted == 1
        await visit.press("x")
        await visit.until(lambda: "To check: 2" in visit.screen)
        await visit.press("x")
        await visit.until(lambda: "To check: 1" in visit.screen)
        assert _list(visit).highlighted == 0
        await visit.press("x")
        await visit.until(lambda: "There is nothing to check." in visit.screen)
        await visit.press("x", "enter", "escape")
        await visit.until(lambda: _prose(visit).has_focus)
    with visit.bench.store.reading() as work:
        assert not marks_of(work, work.novels.find(TITLE).active_branch_id)


async def test_what_was_found_is_meant_so(
    at_the_list: AtTheList, noted_home: Path, bench: Workbench
) -> None:
    _find_things(bench)
    async with at_the_list() as visit:
        assert "To check: 5" in visit.screen
        assert "≠ contradicts" in visit.screen
        assert "~ odd" in visit.screen
        await visit.press("end", "x")
        await visit.until(lambda: "To check: 4" in visit.screen)
        assert "It is meant so." in visit.screen
        await visit.press("x")
        await visit.until(lambda: "To check: 3" in visit.screen)
        await visit.press("u")
        assert "No mark was settled here." in visit.screen
    async with at_the_list() as visit:
        assert "To check: 3" in visit.screen, "it is not found again"


async def test_a_place_in_the_chapter_that_is_written_is_gone_to_on_the_page(
    noted_home: Path, sat: Sat
) -> None:
    async with sat((80, 24)) as visit:
        await visit.type("Snow. ")
        await visit.press("f8")
        await visit.until(lambda: _is_open(visit))
        await visit.press("down", "enter")
        page = visit.page
        await visit.until(lambda: paragraph_number(page.text, page.cursor) == 5)
        assert page.has_focus
        assert visit.desk.sitting is not None
        assert len(visit.revisions()) == 1, "the sitting is open still"
        await visit.type("Rain. ")
        assert "\n\nRain. " in page.text
        await visit.press("f8")
        await visit.until(lambda: _is_open(visit))
        assert _list(visit).highlighted == 1
        await visit.press("escape")
        await visit.until(lambda: page.has_focus)


async def test_another_chapter_is_shown_and_the_one_that_was_written_is_saved(
    noted_home: Path, sat: Sat
) -> None:
    async with sat() as visit:
        await visit.type("Snow. ")
        await visit.press("f8")
        await visit.until(lambda: _is_open(visit))
        await visit.press("end", "enter")
        await visit.until(lambda: _prose(visit).has_focus and _prose(visit).cursor == 4)
        assert _prose(visit).paragraphs[0].text.startswith("2. ")
        assert visit.text().startswith("Snow. ")
        await visit.press("f8")
        await visit.until(lambda: _is_open(visit))
        assert _list(visit).highlighted == 2


async def test_a_note_on_the_page_that_is_written_is_not_settled_under_it(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("[[When?]] ")
        await visit.press("ctrl+s")
        await visit.until(lambda: "saved as revision 1" in visit.screen)
        await visit.press("f8")
        await visit.until(lambda: "✎ note" in visit.screen)
        await visit.press("x")
        await visit.until(lambda: "take it out there" in visit.screen)
        await visit.press("escape")
        await visit.until(lambda: visit.page.has_focus)
        await visit.leave()
        await visit.press("f8")
        await visit.until(lambda: "✎ note" in visit.screen)
        await visit.press("x")
        await visit.until(lambda: "There is nothing to check." in visit.screen)
        await visit.press("escape", "e")
        await visit.until(lambda: visit.page.has_focus and visit.desk.sitting)
        assert "[[" not in visit.page.text


async def test_an_empty_list_says_so(sat: Sat) -> None:
    async with sat((80, 24)) as visit:
        await visit.press("f8")
        await visit.until(lambda: "There is nothing to check." in visit.screen)
        await visit.press("enter", "x", "u", "f8")
        await visit.until(lambda: visit.page.has_focus)


def _find_things(bench: Workbench) -> None:
    """A passage of chapter 3 that contradicts one of chapter 1, and one that looks odd."""
    with bench.store.writing() as work:
        branch_id = work.novels.find(TITLE).active_branch_id
        first, last = (work.chapters.get(branch_id, number) for number in (1, 3))
        assert first is not None
        assert last is not None
        place = {"branch_id": branch_id, "chapter": 3, "revision_id": last.revision.id}
        odd = NewFinding(**place, kind="repeated", message="is said twice", paragraph=2, passage="")  # type: ignore[arg-type]
        contradicts = NewFinding(
            **place,  # type: ignore[arg-type]
            kind=CONTRADICTION,
            message="the lamp is out",
            paragraph=3,
            passage="",
            other_chapter=1,
            other_paragraph=1,
            other_revision_id=first.revision.id,
        )
        work.findings.add([odd, contradicts])


def _is_open(visit: Visit) -> bool:
    return isinstance(visit.pilot.app.screen, CheckListDialog) and "To check" in visit.screen


def _list(visit: Visit) -> OptionList:
    return visit.pilot.app.screen.query_one("#to-check", OptionList)


def _prose(visit: Visit) -> ProsePage:
    return visit.pilot.app.screen.query_one("#prose", ProsePage)
