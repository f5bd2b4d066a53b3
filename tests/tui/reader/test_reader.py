"""The reader, by keystroke: turning pages over chapters, marks and comments, writing from there."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import StandingMark, marks_of
from novelgen.tui.reader.book_page import BookPage
from novelgen.tui.reader.screen import ReaderScreen
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.desk import WritingDesk
from novelgen.tui.writing.moving import paragraph_number
from storage.mark_records import MarkKind
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


@dataclass(frozen=True)
class Reader:
    """The person, and what is in the database."""

    pilot: "Pilot[Any]"
    bench: Workbench

    @property
    def page(self) -> BookPage:
        return next(
            each for each in self.pilot.app.screen_stack if isinstance(each, ReaderScreen)
        ).page

    @property
    def desk_page(self) -> ProsePage:
        return self.pilot.app.screen.query_one("#prose", ProsePage)

    @property
    def foot(self) -> str:
        return str(self.page.screen.query_one("#reader-foot", Static).content)

    @property
    def marks(self) -> list[StandingMark]:
        with self.bench.store.reading() as work:
            return marks_of(work, work.novels.find(TITLE).active_branch_id)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, is_so: Callable[[], object]) -> None:
        await until(self.pilot, is_so)

    async def until_chapter(self, number: int) -> None:
        await self.until(lambda: self.foot.startswith(f"Chapter {number} "))

    async def until_noted(self, count: int) -> None:
        """Wait until so many marks stand, on the page as well."""
        await self.until(lambda: len(self.marks) == count)
        await self.until(lambda: sum(bool(each.mark) for each in self.page.paragraphs) == count)

    async def comment(self, body: str) -> None:
        await self.press("c")
        await self.until(lambda: isinstance(self.pilot.app.focused, Input))
        await press_text(self.pilot, body)
        await self.press("enter")


Reading = Callable[..., AbstractAsyncContextManager[Reader]]


@pytest.fixture
def reading(written_home: Path, opened: Opened, bench: Workbench) -> Reading:
    """Read chapter 1: `async with reading() as reader`; `keys` are pressed on the desk before."""

    @asynccontextmanager
    async def read(size: tuple[int, int] = (80, 24), keys: str = "") -> AsyncIterator[Reader]:
        async with opened(TITLE, size=size) as pilot:
            reader = Reader(pilot, bench)
            await until(pilot, lambda: len(reader.desk_page.paragraphs) > 3)
            await pilot.press(*keys, "v")
            await reader.until_chapter(1)
            yield reader

    return read


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_one_reads_from_page_to_page_and_from_chapter_to_chapter(
    reading: Reading, size: tuple[int, int]
) -> None:
    async with reading(size) as reader:
        _, pages = reader.page.pages
        assert pages > 1
        assert "1. " in shown(reader.pilot)
        for number, key in zip(
            range(2, pages + 1), ["right", "space", "pagedown"] * 9, strict=False
        ):
            await reader.press(key)
            assert reader.page.pages == (number, pages)
        await reader.press("right")
        await reader.until_chapter(2)
        assert reader.page.pages[0] == 1
        await reader.press("left")
        await reader.until_chapter(1)
        assert reader.page.pages == (pages, pages), "back at the end of the chapter before"
        await reader.press(*["left"] * pages)
        await reader.until(lambda: reader.foot == "The beginning.")


async def test_pages_that_are_turned_quickly_are_all_turned(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("right", "right", "right")
        assert reader.page.pages[0] == 4


async def test_no_line_is_passed_over_when_a_page_is_turned(reading: Reading) -> None:
    async with reading() as reader:
        lines: list[str] = []
        while True:
            page = shown(reader.pilot).split("\n")
            region = reader.page.region
            seen = [line.strip() for line in page[region.y : region.bottom] if line.strip()]
            lines += [line for line in seen if line not in lines]
            at, pages = reader.page.pages
            if at == pages:
                break
            await reader.press("right")
        words = " ".join(lines).split()
        text = " ".join(each.text for each in reader.page.paragraphs).split()
        assert words == text


async def test_chapters_are_stepped_through_to_the_end(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("]")
        await reader.until_chapter(2)
        await reader.press("]")
        await reader.until_chapter(3)
        await reader.press("]")
        await reader.until(lambda: reader.foot == "The end.")
        await reader.press("[")
        await reader.until_chapter(2)
        assert reader.page.scroll_offset.y == 0


async def test_it_begins_where_the_desk_was_and_leaves_where_one_read(reading: Reading) -> None:
    async with reading(keys="jjjj") as reader:
        assert reader.page.at_hand == 4
        await reader.press("escape")
        await reader.until(lambda: reader.desk_page.has_focus and reader.desk_page.cursor == 4)
        await reader.press("v")
        await reader.until_chapter(1)
        assert reader.page.at_hand == 4, "nothing slips while one comes and goes"
        await reader.press("right", "right")
        at_hand = reader.page.at_hand
        assert at_hand > 4
        await reader.press("q")
        await reader.until(lambda: reader.desk_page.cursor == at_hand)


async def test_leaving_shows_the_chapter_that_was_read(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("]")
        await reader.until_chapter(2)
        await reader.press("escape")
        await reader.until(lambda: reader.desk_page.paragraphs[0].text.startswith("2. "))


async def test_a_paragraph_is_marked_and_the_mark_taken_away(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("j", "j", "m")
        await reader.until_noted(1)
        assert reader.marks[0].paragraph == 2
        assert reader.marks[0].record.kind is MarkKind.MARK
        assert reader.page.paragraphs[2].mark == "⚑"
        await reader.press("m")
        await reader.until_noted(0)
        await reader.press("u")
        await reader.until_noted(1)


async def test_a_page_that_was_turned_is_marked_where_one_reads(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("j", "right", "right", "m")
        await reader.until_noted(1)
        assert reader.marks[0].paragraph > 2
        row = reader.page._placed[reader.marks[0].paragraph].top - reader.page.scroll_offset.y
        assert 0 <= row < reader.page.size.height


async def test_a_comment_is_typed_with_every_key_and_stands_under_its_paragraph(
    reading: Reading,
) -> None:
    async with reading() as reader:
        await reader.press("j", "c")
        await reader.until(lambda: isinstance(reader.pilot.app.focused, Input))
        await press_text(reader.pilot, "Why  now, bm")
        await reader.press("left", "left", "x", "right", "q", "enter")
        await reader.until_noted(1)
        assert reader.marks[0].record.body == "Why  now, xbqm"
        assert "— Why now, xbqm" in shown(reader.pilot)
        assert reader.page.paragraphs[1].mark == "✎"
        assert reader.page.pages[0] == 1, "no key of the dialog turned a page"
        await reader.press("j", "c", "escape")
        assert len(reader.marks) == 1


async def test_a_comment_is_reworded_and_settled(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("j")
        await reader.comment("Why?")
        await reader.until_noted(1)
        await reader.press("enter")
        await reader.until(lambda: "In other words" in shown(reader.pilot))
        await reader.press("end")
        await press_text(reader.pilot, " Oh!")
        await reader.press("enter")
        await reader.until(lambda: "— Why? Oh!" in shown(reader.pilot))
        await reader.press("x")
        await reader.until_noted(0)
        assert "Why?" not in shown(reader.pilot)
        await reader.press("x")
        assert reader.foot == "There is nothing to settle at this paragraph."


async def test_of_several_one_is_asked_for(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("j", "m")
        await reader.until_noted(1)
        await reader.comment("Why?")
        await reader.until(lambda: len(reader.marks) == 2)
        await reader.until(lambda: "— Why?" in shown(reader.pilot))
        await reader.press("x")
        await reader.until(lambda: "Which one is settled?" in shown(reader.pilot))
        await reader.press("down", "enter")
        await reader.until_noted(1)
        assert reader.marks[0].record.kind is MarkKind.MARK


async def test_one_goes_from_mark_to_mark_through_the_book(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("j", "j", "m")
        await reader.until_noted(1)
        await reader.press("]")
        await reader.until_chapter(2)
        await reader.press("j", "j", "j")
        await reader.comment("Why?")
        await reader.until(lambda: "— Why?" in shown(reader.pilot))
        await reader.press("n")
        assert reader.foot == "There is nothing marked from here on."
        await reader.press("N")
        await reader.until_chapter(1)
        assert reader.page.cursor == 2
        await reader.press("n")
        await reader.until_chapter(2)
        assert reader.page.cursor == 3
        assert "— Why?" in shown(reader.pilot)


@pytest.mark.parametrize("paragraph", [3, 7])
async def test_one_writes_where_one_reads(reading: Reading, paragraph: int) -> None:
    async with reading() as reader:
        await reader.press(*["j"] * paragraph, "e")
        desk = reader.pilot.app.screen.query_one
        await reader.until(lambda: desk(WritingDesk).sitting and desk(WritingDesk).page.has_focus)
        page = desk(WritingDesk).page
        assert paragraph_number(page.text, page.cursor) == paragraph


async def test_a_terminal_that_is_resized_keeps_the_place(reading: Reading) -> None:
    async with reading() as reader:
        await reader.press("right", "right")
        at_hand = reader.page.at_hand
        await reader.pilot.resize_terminal(60, 20)
        await reader.until(lambda: reader.page.size.width == 60)
        await reader.pilot.pause()
        assert reader.page.at_hand == at_hand
        assert reader.page.scroll_offset.y > 0


async def test_a_chapter_that_is_not_written_can_be_looked_at(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        reader = Reader(pilot, bench)
        await until(pilot, lambda: len(reader.desk_page.paragraphs) > 0)
        await pilot.press("v")
        await until(pilot, lambda: "not written yet" in shown(pilot))
        await pilot.press("j", "right", "left", "n", "N", "x", "u", "enter", "]", "m")
        await until(pilot, lambda: reader.foot == "There is no paragraph to mark.")
        await pilot.press("c")
        assert isinstance(pilot.app.screen, ReaderScreen)
        await pilot.press("e")
        await until(pilot, lambda: pilot.app.screen.query_one(WritingDesk).sitting)
        await until(pilot, lambda: pilot.app.screen.query_one(WritingDesk).page.has_focus)
        await press_text(pilot, "Snow.")
        await pilot.press("escape")
        await until(pilot, lambda: reader.desk_page.has_focus)
        await until(pilot, lambda: "Snow." in shown(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "page 1 of 1" in reader.foot)
        await pilot.press("m")
        await reader.until_noted(1)
        await pilot.press("right")
        await until(pilot, lambda: reader.foot == "The end.")
        await pilot.press("left")
        await until(pilot, lambda: reader.foot == "The beginning.")
