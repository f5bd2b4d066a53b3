"""Searching a novel and replacing what is found, by keystroke."""

from pathlib import Path

from textual.widgets import OptionList

from novelgen.bootstrap import Workbench
from novelgen.tui.searching.dialog import SearchDialog
from novelgen.tui.widgets.prose_page import ProsePage
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


def _texts(bench: Workbench) -> dict[int, str]:
    with bench.store.reading() as work:
        return dict(work.texts.of_branch(work.novels.find(TITLE).active_branch_id))


async def test_what_is_found_is_replaced_but_where_it_is_left_out(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = _texts(bench)
    there = sum(text.count(" the ") for text in before.values())
    in_titles = 2  # "The Letter", which is left out, and "The Music Box"
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "finished" in shown(pilot))
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchDialog))
        await press_text(pilot, "the")
        await pilot.press("alt+w", "alt+s")
        hits = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: "in the chapters, whole words" in shown(pilot))
        await until(pilot, lambda: hits.option_count >= there)
        count = hits.option_count
        await pilot.press("tab")
        await press_text(pilot, "that very")
        await pilot.press("enter", "space")
        await until(pilot, lambda: "1 left out" in shown(pilot))
        await pilot.press("f2")
        await until(pilot, lambda: f"{count - 1:,} places" in shown(pilot))
        changed = _texts(bench)
        assert sum(text.lower().count("that very") for text in changed.values()) == (
            count - in_titles
        )
        await pilot.press("1", "u")
        await until(pilot, lambda: _texts(bench) == before)


async def test_a_hit_is_gone_to(written_home: Path, opened: Opened, bench: Workbench) -> None:
    text = _texts(bench)[2]
    words = " ".join(text.split("\n\n")[2].split()[:4])
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "finished" in shown(pilot))
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchDialog))
        await press_text(pilot, words)
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "chapter 2, paragraph 3" in shown(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one("#prose", ProsePage).cursor == 3)


async def test_a_bad_pattern_is_explained(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "finished" in shown(pilot))
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchDialog))
        await pilot.press("alt+r")
        await press_text(pilot, "(the")
        await until(pilot, lambda: "no regular expression" in shown(pilot))
        await pilot.press("f2")
        await until(pilot, lambda: "nothing to replace" in shown(pilot))
