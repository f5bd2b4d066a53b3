"""The list to check by keystroke: both passages, and the three answers."""

from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.tui.places.bible.checks_view import MatterList
from novelgen.tui.places.bible.reading import MatterKind, read_matters
from storage.run_records import RunPurpose
from tests.tui.bible.conftest import novel_of
from tests.tui.bible.test_bible_keys import at_hand, choose, go_to_bible, revision
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


def kinds(bench: Workbench) -> list[MatterKind]:
    return [matter.kind for matter in read_matters(bench, novel_of(bench).id)]


def text_of(bench: Workbench, number: int) -> str:
    with bench.store.reading() as work:
        return work.texts.of_revision(revision(bench, number).id)


async def test_both_passages_are_shown_and_gone_to(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    assert kinds(bench)[:2] == [MatterKind.CHECK, MatterKind.CONTRADICTION]
    async with opened(TITLE) as pilot:
        matters = await go_to_bible(pilot, MatterList)
        await choose(pilot, matters, "Harrow")
        await until(pilot, lambda: "May no longer fit a change" in shown(pilot))
        assert "Tom went back to Harrow Street." in shown(pilot)
        assert "Chapter 1 says now" in shown(pilot)
        assert "It said" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: at_hand(pilot) == (3, 3))
        await pilot.press("3")
        await until(pilot, lambda: matters.has_focus)
        await pilot.press("o")
        await until(pilot, lambda: at_hand(pilot) == (1, 1))


async def test_what_is_meant_so_leaves_the_list(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        matters = await go_to_bible(pilot, MatterList)
        count = matters.option_count
        await choose(pilot, matters, "Harrow")
        await pilot.press("i")
        await until(pilot, lambda: MatterKind.CHECK not in kinds(bench))
        await until(pilot, lambda: matters.option_count == count - 1)
        await choose(pilot, matters, "eyes")
        await until(pilot, lambda: "Cannot both be true" in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: MatterKind.CONTRADICTION not in kinds(bench))


async def test_a_passage_is_repaired_in_its_place(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = text_of(bench, 3).split("\n\n")
    async with opened(TITLE) as pilot:
        matters = await go_to_bible(pilot, MatterList)
        await choose(pilot, matters, "Harrow")
        await pilot.press("r")
        await until(pilot, lambda: "Repair paragraph 3 of chapter 3" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: revision(bench, 3).number == 2)
        after = text_of(bench, 3).split("\n\n")
        assert after[:2] == before[:2]
        assert "Harrow" not in after[2]
        run = bench.runs.latest_run(novel_of(bench).id)
        assert run is not None
        assert run.purpose is RunPurpose.INFILL
        await until(pilot, lambda: "Harrow" not in shown(pilot))


async def test_a_chapter_is_drafted_anew(read_home: Path, opened: Opened, bench: Workbench) -> None:
    async with opened(TITLE) as pilot:
        matters = await go_to_bible(pilot, MatterList)
        await choose(pilot, matters, "eyes")
        await pilot.press("R")
        await until(pilot, lambda: "Draft chapter 3 anew" in shown(pilot))
        await press_text(pilot, "Mend the eyes.")
        await pilot.press("enter")
        await until(pilot, lambda: revision(bench, 3).number == 2)
        run = bench.runs.latest_run(novel_of(bench).id)
        assert run is not None
        assert run.purpose is RunPurpose.REGENERATE
