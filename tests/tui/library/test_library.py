"""The library: what it tells of the novels, and what can be done with one from there."""

from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.generation.novel_settings import NovelSettings
from novelgen.tui.actions import actions_of
from novelgen.tui.novel.screen import NovelScreen
from storage.records import NovelStatus
from tests.tui.conftest import TITLE, Opened, press_text, shown, until, written


async def test_rows_tell_state_and_figures(written_home: Path, opened: Opened) -> None:
    async with opened(size=(80, 24)) as pilot:
        await until(pilot, lambda: "1 novel, " in shown(pilot))
        row = next(line for line in shown(pilot).splitlines() if TITLE in line)
        assert row.rstrip().endswith("finished") and "✓" in row
        assert "of 1,500 words" in shown(pilot) and "100 %" in shown(pilot)
        assert "lighthouse keeper" in shown(pilot)


async def test_the_novel_at_hand_is_told_of_where_there_is_room(
    written_home: Path, opened: Opened
) -> None:
    written(written_home, "--plan-only", "--chapters", "2", title="Second", words=4000)
    async with opened(size=(140, 45)) as pilot:
        await until(pilot, lambda: "The plan is made" in shown(pilot))
        await until(pilot, lambda: "0 of 2" in shown(pilot))
        assert "2 novels, " in shown(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "Written to its end." in shown(pilot))
        await until(pilot, lambda: "3 of 3" in shown(pilot))
        assert "scripted" in shown(pilot)


async def test_a_novel_is_found_by_its_words(written_home: Path, opened: Opened) -> None:
    written(written_home, "--plan-only", title="Second")
    async with opened() as pilot:
        await until(pilot, lambda: "Second" in shown(pilot))
        await pilot.press("slash")
        await press_text(pilot, "second")
        await until(pilot, lambda: TITLE not in shown(pilot))
        await press_text(pilot, "xyz")
        await until(pilot, lambda: "No novel has these words" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: TITLE in shown(pilot) and "Second" in shown(pilot))
        await pilot.press("slash")
        await press_text(pilot, "keeper")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))


async def test_a_crashed_novel_goes_on_with_one_key(
    crashed_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(size=(140, 45)) as pilot:
        await until(pilot, lambda: "crashed" in shown(pilot))
        await until(pilot, lambda: "The last run crashed." in shown(pilot))
        await pilot.press("r")
        await until(pilot, lambda: bench.find(TITLE).novel.status is NovelStatus.FINISHED)
        assert bench.find(TITLE).totals.words > 1000


async def test_a_finished_novel_is_only_opened(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    runs = len(bench.runs.newest(None, every=True))
    async with opened() as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "1. The Letter" in shown(pilot))
        assert len(bench.runs.newest(None, every=True)) == runs


async def test_a_novel_is_changed(planned_home: Path, opened: Opened, bench: Workbench) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        await pilot.press("e")
        await until(pilot, lambda: "Change the novel" in shown(pilot))
        await press_text(pilot, "The Lamp")
        await pilot.press("tab")
        await press_text(pilot, "Ada Renn")
        await pilot.press("tab")
        await press_text(pilot, "3k")
        await pilot.press("tab", "right", "ctrl+s")
        await until(pilot, lambda: "of 3,000 words" in shown(pilot))
    novel = bench.find("The Lamp").novel
    assert novel.author == "Ada Renn" and novel.target_words == 3000
    assert NovelSettings.from_json(novel.settings).candidates == 4


async def test_a_change_that_cannot_be_is_refused(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        await pilot.press("e")
        await until(pilot, lambda: "Change the novel" in shown(pilot))
        await pilot.press("tab", "tab")
        await press_text(pilot, "many")
        await pilot.press("f2")
        await until(pilot, lambda: "is no number of words" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Change the novel" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Change the novel" not in shown(pilot))
    assert bench.find(TITLE).novel.target_words == 1500


async def test_a_click_opens_a_novel(written_home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        await pilot.click("#shelf", offset=(8, 1))
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))


async def test_it_fits_another_size(written_home: Path, opened: Opened) -> None:
    async with opened(size=(140, 45)) as pilot:
        await until(pilot, lambda: "Written to its end." in shown(pilot))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Written to its end." not in shown(pilot))
        assert "finished" in shown(pilot) and "lighthouse keeper" in shown(pilot)


@pytest.mark.parametrize("width", [80, 100, 140, 300])
async def test_no_row_is_wrapped(written_home: Path, opened: Opened, width: int) -> None:
    async with opened(size=(width, 40)) as pilot:
        await until(pilot, lambda: "finished" in shown(pilot))
        lines = shown(pilot).splitlines()
        at = next(index for index, line in enumerate(lines) if TITLE in line)
        assert lines[at].split("▏")[0].count(TITLE) == 1
        assert "of 1,500 words" in lines[at + 1]


async def test_of_a_fleet_nothing_is_seen_with_a_file(written_home: Path, opened: Opened) -> None:
    async with opened(size=(140, 45)) as pilot:
        await until(pilot, lambda: "Written to its end." in shown(pilot))
        names = {each.name for each in actions_of(pilot.app.screen)}
        assert "inbox" in names and not names & {"fleet", "let_fleet_write"}
        assert "fleet" not in shown(pilot).casefold()
        await pilot.press("f", "F", "question_mark")
        await until(pilot, lambda: "Begin a novel" in shown(pilot))
        assert "fleet" not in shown(pilot).casefold()
