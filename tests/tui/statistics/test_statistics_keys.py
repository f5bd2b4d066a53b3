"""The statistics by key and by mouse, on a real novel."""

from pathlib import Path
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.text.manuscript_text import read_handed_in
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.statistics.bands import BandsSection
from novelgen.tui.places.statistics.passages import PassageList
from novelgen.tui.places.statistics.place import StatisticsPlace
from novelgen.tui.widgets.prose_page import ProsePage
from tests.tui.conftest import TITLE, Opened, press_text, shown, until

REPEATED = (
    "The keeper went down the long stair to the sea and counted every step of it as his father had "
    "done before him in the years when the lamp was still fed with oil and the boats came home."
)
TALL = (140, 100)


def edit(bench: Workbench, number: int, text: str) -> None:
    novel = bench.find(TITLE).novel
    before = chapter_text(bench.store, novel.id, novel.active_branch_id, number)
    edit_chapter(bench.store, before, read_handed_in(text))


def text_of(bench: Workbench, number: int) -> str:
    novel = bench.find(TITLE).novel
    return chapter_text(bench.store, novel.id, novel.active_branch_id, number).text


async def on_statistics(pilot: "Pilot[Any]") -> None:
    """Go there, and wait until the prose is measured."""
    await pilot.press("8")
    await until(pilot, lambda: pilot.app.screen.query_one(BandsSection).measured is not None)
    await until(pilot, lambda: "Whose words" in all_text(pilot))


def all_text(pilot: "Pilot[Any]") -> str:
    """The text of all sections, in sight or not."""
    place = pilot.app.screen.query_one(StatisticsPlace)
    return "\n".join(str(each.render()) for each in place.query("Section"))


async def test_every_section_tells_what_is_in_the_database(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    figures = bench.statistics(TITLE)
    words = figures.overview.summary.totals.words
    async with opened(TITLE, TALL) as pilot:
        await on_statistics(pilot)
        told = shown(pilot)
        assert "1 day worked" in told and f"most {words:,} on" in told
        assert f"{words:>11,}" in told and "100.0 %" in told
        assert "Les Misérables" in told and "545,000" in told and "4,300,000" in told
        assert f"{figures.drawing.tokens_kept:,} kept" in told
        assert "nothing was spent at any" in told
        report = measured(pilot)
        assert f"{report.words:,} words in windows of 1,000" in told
        assert "words a sentence" in told and "human band" in told


def measured(pilot: "Pilot[Any]") -> Any:
    found = pilot.app.screen.query_one(BandsSection).measured
    assert found is not None
    return found.report


async def test_figures_are_those_of_the_command_line(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    from novelgen.text.prose_metrics.quality import choose_norms, judge

    sections = bench.sections(TITLE)
    norms = choose_norms(sections, None, None)
    async with opened(TITLE) as pilot:
        await on_statistics(pilot)
        assert measured(pilot) == judge(sections(), norms, with_coherence=False)


async def test_d_shows_days_weeks_and_months(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_statistics(pilot)
        for period in ("day", "week", "month", "day"):
            await until(pilot, lambda period=period: f"a bar is a {period}" in shown(pilot))
            await pilot.press("d")


async def test_o_shows_whose_words(written_home: Path, opened: Opened, bench: Workbench) -> None:
    edit(bench, 1, f"{text_of(bench, 1)}\n\nSix words that a person wrote.")
    async with opened(TITLE) as pilot:
        await on_statistics(pilot)
        assert "all words" in shown(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "words of a person" in shown(pilot))
        assert "most 6 on" in shown(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "the machine’s words" in shown(pilot))


async def test_enter_on_a_passage_goes_to_it_on_the_desk(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    edit(bench, 2, f"{text_of(bench, 2)}\n\n{REPEATED}\n\nA line between.\n\n{REPEATED}")
    async with opened(TITLE) as pilot:
        await on_statistics(pilot)
        await pilot.press("n")
        passages = pilot.app.screen.query_one(PassageList)
        await until(pilot, lambda: pilot.app.focused is passages)
        await until(pilot, lambda: "! " in shown(pilot) and "again ¶" in shown(pilot))
        for _ in range(passages.option_count):
            line = str(passages.get_option_at_index(passages.highlighted or 0).prompt)
            if "The keeper went down the long stair" in line:
                break
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: marked(pilot).startswith("The keeper went down the long stair"))
        screen = pilot.app.screen
        assert isinstance(screen, NovelScreen) and screen.novel.chapter == 2


def marked(pilot: "Pilot[Any]") -> str:
    page = pilot.app.screen.query_one("#prose", ProsePage)
    return "" if page.cursor is None else page.paragraphs[page.cursor].text


async def test_a_click_on_a_passage_goes_there_too(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    edit(bench, 2, f"{text_of(bench, 2)}\n\n{REPEATED}\n\nA line between.\n\n{REPEATED}")
    async with opened(TITLE, TALL) as pilot:
        await on_statistics(pilot)
        await until(pilot, lambda: pilot.app.screen.query_one(PassageList).size.height > 1)
        await pilot.click(PassageList, offset=(20, 0))
        await until(pilot, lambda: marked(pilot))


async def test_the_text_is_measured_again_when_it_has_changed(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await on_statistics(pilot)
        before = measured(pilot)
        await pilot.press("1", "e")
        await until(pilot, lambda: pilot.app.focused and pilot.app.focused.id == "writing-page")
        await press_text(pilot, "So ")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Saved as revision" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen.query_one("#prose").has_focus)
        await pilot.press("8")
        await until(pilot, lambda: measured(pilot).words == before.words + 1)


async def test_r_measures_once_more(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await on_statistics(pilot)
        section = pilot.app.screen.query_one(BandsSection)
        first = section.measured
        await pilot.press("r")
        await until(pilot, lambda: section.measured is not first)
        assert section.measured is not None and first is not None
        assert section.measured.report == first.report
        assert section.note == ""


async def test_a_novel_without_text_says_so(planned_home: Path, opened: Opened) -> None:
    async with opened(TITLE, TALL) as pilot:
        await on_statistics(pilot)
        told = shown(pilot)
        assert "Nothing is written yet." in told
        assert "There are none yet." in told
        assert "There are no words to measure yet." in told
        assert "No model has drawn anything that stands." in told
        await pilot.press("n")
        await until(pilot, lambda: "No window lies outside" in shown(pilot))


@pytest.mark.parametrize("size", [(80, 24), (300, 100), (40, 15)])
async def test_it_scrolls_and_is_of_use_at_every_size(
    written_home: Path, opened: Opened, size: tuple[int, int]
) -> None:
    async with opened(TITLE, size) as pilot:
        await on_statistics(pilot)
        assert "Words that stand" in shown(pilot)
        await pilot.press("end")
        scroll = pilot.app.screen.query_one("#statistics-scroll", VerticalScroll)
        await until(pilot, lambda: scroll.scroll_y == scroll.max_scroll_y)
        await until(
            pilot, lambda: "chapters 1–" in shown(pilot) or "paragraphs with" in shown(pilot)
        )
