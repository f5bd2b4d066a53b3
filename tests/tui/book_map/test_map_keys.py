"""The map by key and by mouse, on a real novel."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from novelgen.bootstrap import Workbench
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.generation.passage_locks import lock_passage
from novelgen.text.manuscript_text import read_handed_in
from novelgen.text.words import iter_words
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.book_map.grid import MapGrid
from novelgen.tui.widgets.prose_page import ProsePage
from tests.tui.conftest import TITLE, Opened, press_text, shown, until

PAGE = "She had never told anyone about the winter, and now she would have to begin somewhere."


def text_of(bench: Workbench, number: int) -> str:
    novel = bench.find(TITLE).novel
    return chapter_text(bench.store, novel.id, novel.active_branch_id, number).text


def edit(bench: Workbench, number: int, text: str) -> None:
    novel = bench.find(TITLE).novel
    before = chapter_text(bench.store, novel.id, novel.active_branch_id, number)
    edit_chapter(bench.store, before, read_handed_in(text))


def grid(pilot: "Pilot[Any]") -> MapGrid:
    return pilot.app.screen.query_one(MapGrid)


async def on_the_map(pilot: "Pilot[Any]") -> None:
    """Go there, and wait until all of it is read."""
    await pilot.press("4")
    await until(pilot, lambda: grid(pilot).at_cursor is not None)
    await until(pilot, lambda: "paragraph" in shown(pilot) or "to be written" in cell_line(pilot))
    await until(pilot, lambda: "░" not in shown(pilot))


def cell_line(pilot: "Pilot[Any]") -> str:
    """What is told of the cell under the cursor."""
    lines = shown(pilot).splitlines()
    at = next(
        index
        for index, line in enumerate(lines)
        if line.strip().startswith("Chapter ") and "words" in line
    )
    return "\n".join(lines[at : at + 3])


async def test_the_map_shows_every_chapter_with_its_words(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        told = shown(pilot)
        assert told.count("□") >= 6 and "a cell is 250 words" in told
        for chapter in bench.overview(TITLE).chapters:
            assert chapter.title[:10] in told
        assert "the machine’s 100 %" in told
        assert f"words 1 to 250 of {bench.overview(TITLE).chapters[0].words}" in cell_line(pilot)


async def test_arrows_move_over_cells_and_on_to_the_next_chapter(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    second = list(iter_words(text_of(bench, 1)))[250:254]
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        await pilot.press("right")
        await until(pilot, lambda: "Chapter 1" in cell_line(pilot))
        await until(pilot, lambda: " ".join(second) in cell_line(pilot))
        await pilot.press("end", "right")
        await until(
            pilot, lambda: "Chapter 2" in cell_line(pilot) and "words 1 to" in cell_line(pilot)
        )
        await pilot.press("left")
        await until(pilot, lambda: "Chapter 1" in cell_line(pilot))
        await pilot.press("home")
        await until(pilot, lambda: "words 1 to" in cell_line(pilot))
        await pilot.press("down", "down", "up")
        await until(pilot, lambda: "Chapter 2" in cell_line(pilot))
        await pilot.press("pagedown")
        await until(pilot, lambda: "Chapter 3" in cell_line(pilot))
        await pilot.press("pageup")
        await until(pilot, lambda: "Chapter 1" in cell_line(pilot))
        await pilot.press("ctrl+end")
        await until(pilot, lambda: "Chapter 3" in cell_line(pilot))
        await pilot.press("ctrl+home")
        await until(pilot, lambda: "Chapter 1" in cell_line(pilot))


async def test_enter_goes_to_the_passage_on_the_desk(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    words = list(iter_words(text_of(bench, 1)))
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: marked(pilot) and " ".join(words[250:252]) in marked(pilot))
        await pilot.press("4", "down", "home", "enter")
        first = " ".join(list(iter_words(text_of(bench, 2)))[:4])
        await until(pilot, lambda: first in marked(pilot))
        assert screen(pilot).novel.chapter == 2


def marked(pilot: "Pilot[Any]") -> str:
    page = pilot.app.screen.query_one("#prose", ProsePage)
    return "" if page.cursor is None else page.paragraphs[page.cursor].text


def screen(pilot: "Pilot[Any]") -> NovelScreen:
    found = pilot.app.screen
    assert isinstance(found, NovelScreen)
    return found


async def test_a_click_moves_the_cursor_and_a_double_click_goes_there(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        layout = grid(pilot)._layout
        await pilot.click(MapGrid, offset=(layout.x_of(1), 1))
        await until(pilot, lambda: "Chapter 2" in cell_line(pilot) and "251 to" in cell_line(pilot))
        await pilot.click(MapGrid, offset=(2, 2))
        await until(pilot, lambda: "Chapter 3" in cell_line(pilot) and " 1 to" in cell_line(pilot))
        await pilot.click(MapGrid, offset=(layout.x_of(0), 1), times=2)
        await until(pilot, lambda: marked(pilot) and screen(pilot).novel.chapter == 2)


async def test_glyphs_tell_whose_what_is_locked_and_to_check(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    pages = "\n\n".join([PAGE] * 20)
    edit(bench, 2, f"The lights of Skerrivar were out.\n\n{text_of(bench, 2)}")
    edit(bench, 1, f"{pages}\n\nSkerrivar was dark. {text_of(bench, 1)}")
    edit(bench, 1, text_of(bench, 1).replace("Skerrivar", "Ardmore"))
    lock_passage(bench.store, bench.find(TITLE).novel, 3, 1, 1)
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        rows = [
            line for line in shown(pilot).splitlines() if line.strip()[:2] in ("1 ", "2 ", "3 ")
        ]
        assert "■" in rows[-3] and "◧" in rows[-3]
        assert "◧!" in rows[-2]
        assert "□◆" in rows[-1]
        assert "locked 1" in shown(pilot) and "to check 1" in shown(pilot)
        assert "all the author’s" in cell_line(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "to check: Skerrivar" in cell_line(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "locked" in cell_line(pilot))
        await pilot.press("N")
        await until(pilot, lambda: "to check: Skerrivar" in cell_line(pilot))
        await pilot.press("n", "n")
        await until(pilot, lambda: "to check: Skerrivar" in cell_line(pilot))


async def test_z_makes_cells_coarser_and_fine_again(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        await pilot.press("right", "z")
        await until(pilot, lambda: "a cell is 500 words" in shown(pilot))
        assert "words 1 to" in cell_line(pilot), "it stands where it stood"
        await pilot.press("z")
        await until(pilot, lambda: "a cell is 250 words" in shown(pilot))


async def test_an_edit_elsewhere_is_seen_when_the_person_comes_back(
    written_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        await pilot.press("1", "e")
        await until(
            pilot,
            lambda: pilot.app.focused is not None and pilot.app.focused.id == "writing-page",
        )
        await press_text(pilot, "So ")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Saved as revision" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen.query_one(ProsePage).has_focus)
        await pilot.press("4")
        await until(pilot, lambda: "1 the author’s" in cell_line(pilot))


async def test_a_planned_novel_is_to_be_written_and_the_live_cell_is_seen(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        assert "□" not in shown(pilot).replace("□ the machine’s", "")
        assert "·" in shown(pilot) and "to be written" in cell_line(pilot)
        await pilot.press("f")
        await until(pilot, lambda: "Nothing is being written." in shown(pilot))
        seen: list[str] = []
        original = MapGrid.show_live

        def watched(self: MapGrid, chapter: int, words: int) -> None:
            original(self, chapter, words)
            if self.is_live:
                seen.append("".join(segment.text for segment in self.render_line(chapter - 1)))

        MapGrid.show_live = watched  # type: ignore[method-assign]
        try:
            await pilot.press("c")
            await until(pilot, lambda: "The chapter is written" in shown(pilot))
        finally:
            MapGrid.show_live = original  # type: ignore[method-assign]
        assert any("●" in line for line in seen)
        await until(pilot, lambda: "the machine’s 100 %" in shown(pilot))
        assert "being written" not in shown(pilot)
        assert bench.overview(TITLE).chapters[0].words > 0


async def test_the_card_is_written_where_the_person_says(
    written_home: Path, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        await pilot.press("C")
        await until(pilot, lambda: pilot.app.screen.query_one(Input).value)
        assert pilot.app.screen.query_one(Input).value == str(tmp_path / "the-keeper.svg")
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "the-keeper.svg").exists())
        ElementTree.parse(tmp_path / "the-keeper.svg")
        await until(pilot, lambda: "Card:" in shown(pilot))


async def test_a_card_that_is_there_is_replaced_only_when_the_person_says_so(
    written_home: Path, opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / "the-keeper.svg"
    path.write_text("mine")
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        for answer in ("n", "y"):
            await pilot.press("C")
            await until(pilot, lambda: pilot.app.screen.query_one(Input).value)
            pilot.app.screen.query_one(Input).value = str(tmp_path)  # a folder
            await pilot.press("enter")
            await until(pilot, lambda: "exists. Replace it?" in shown(pilot).replace("\n", " "))
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))
            if answer == "n":
                assert path.read_text() == "mine"
        await until(pilot, lambda: path.read_text().startswith("<svg"))


async def test_a_place_that_cannot_be_written_is_told(
    written_home: Path, opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    async with opened(TITLE) as pilot:
        await on_the_map(pilot)
        await pilot.press("C")
        await until(pilot, lambda: pilot.app.screen.query_one(Input).value)
        pilot.app.screen.query_one(Input).value = str(tmp_path / "file" / "card.svg")
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be written" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))


@pytest.mark.parametrize("size", [(80, 24), (300, 100), (40, 15)])
async def test_it_is_of_use_at_every_size(
    written_home: Path, opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(TITLE, size) as pilot:
        await on_the_map(pilot)
        assert "□" in shown(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "Chapter 2" in cell_line(pilot))
