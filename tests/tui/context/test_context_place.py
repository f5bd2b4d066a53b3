"""The inspector shows what the model saw, and what it would see next, by keystroke."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.counting import next_seen
from novelgen.errors import ExitCode
from novelgen.generation.next_context import NextContext
from novelgen.manuscript.passages_seen import SeenPassage, passages_seen
from tests.tui.conftest import TITLE, Opened, shown, until

KEY = "9"


def write_on(home: Path, words: int) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOVELGEN_")}
    command = [sys.executable, "-m", "novelgen", "--home", str(home), "--quiet"]
    command += ["resume", TITLE, "--until-words", str(words)]
    done = subprocess.run(command, check=False, capture_output=True, env=kept)
    assert done.returncode == ExitCode.LIMIT, done.stderr


def seen_of(bench: Workbench, chapter: int) -> list[SeenPassage]:
    with bench.store.reading() as work:
        return passages_seen(work, work.novels.find(TITLE).active_branch_id, chapter)


async def see(pilot: "Pilot[Any]", text: str) -> None:
    await until(pilot, lambda: text in shown(pilot))


async def test_left_and_right_step_through_the_passages(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    passages = seen_of(bench, 1)
    count = len(passages)
    async with opened(TITLE) as pilot:
        await pilot.press(KEY)
        await see(pilot, f"Passage {count} of {count}")
        await see(pilot, "The book is written to its end")
        await pilot.press("left")
        await see(pilot, f"Passage {count - 1} of {count}")
        for part in passages[-2].seen["parts"]:
            assert f"{part['tokens']:,} " in shown(pilot)
        assert f"snapshot {passages[-2].memory_key[:12]}" in shown(pilot)
        await pilot.press("right")
        await see(pilot, f"Passage {count} of {count}")
        await pilot.press("right")
        assert f"Passage {count} of {count}" in shown(pilot)


async def test_another_chapter_shows_its_own_passages(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    count = len(seen_of(bench, 2))
    async with opened(TITLE) as pilot:
        await pilot.press(KEY)
        await see(pilot, "chapter 1, segment")
        await pilot.press("right_square_bracket")
        await see(pilot, "chapter 2, segment")
        assert f"Passage {count} of {count}" in shown(pilot)


async def test_the_next_passage_is_shown_part_by_part_or_as_it_is_read(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    write_on(planned_home, 200)
    coming = next_seen(bench, TITLE).found
    assert isinstance(coming, NextContext)
    async with opened(TITLE, size=(140, 60)) as pilot:
        await pilot.press(KEY)
        await see(pilot, "The next passage")
        assert f"beat {coming.beat} of {coming.total_beats}" in shown(pilot)
        assert "Premise" in shown(pilot)
        assert "Left out for lack of room" in shown(pilot)
        await pilot.press("b")
        await see(pilot, "The brief, as the model reads it")
        await pilot.press("b")
        await see(pilot, "Premise")
        await pilot.press("left")
        await see(pilot, "What came of it")
        await pilot.press("b")
        await see(pilot, "this one was stored whole")
        await pilot.press("n")
        await see(pilot, "The next passage")


async def test_it_says_why_nothing_is_shown(planned_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await pilot.press(KEY)
        await see(pilot, "Chapter 1 has no text yet.")
        await see(pilot, "are planned when the chapter is begun")
        await pilot.press("n")
        await see(pilot, "are planned when the chapter is begun")


async def test_a_narrow_screen_scrolls_through_all_of_it(
    planned_home: Path, opened: Opened
) -> None:
    write_on(planned_home, 200)
    async with opened(TITLE, size=(80, 24)) as pilot:
        await pilot.press(KEY)
        await see(pilot, "The next passage")
        await pilot.press("pagedown")
        await pilot.press("pagedown")
        await see(pilot, "Scene  ")
        await pilot.press("end")
        await see(pilot, "New text")
        await pilot.press("home")
        await see(pilot, "Memory")
