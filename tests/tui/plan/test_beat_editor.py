"""The beat editor over the prose: saves through the plan, shares words, and refuses in words."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.generation.plan_editing import Replanned
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.plan.beat_editor import BeatEditor
from tests.tui.conftest import TITLE, Opened, shown, until
from tests.tui.plan.test_plan_keys import chapters, form_is_open, plan_of, retype


async def open_editor(pilot: "Pilot[Any]", chapter: int, beat: int) -> list["Replanned | None"]:
    await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))
    screen = pilot.app.screen
    assert isinstance(screen, NovelScreen)
    await until(pilot, lambda: screen.novel.overview is not None)
    answers: list[Replanned | None] = []
    pilot.app.push_screen(BeatEditor(screen.novel, chapter, beat), answers.append)
    return answers


async def test_a_beat_is_changed_without_leaving_the_prose(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        answers = await open_editor(pilot, 1, 1)
        await form_is_open(pilot)
        await retype(pilot, "brief", "Nobody opens.")
        await retype(pilot, "words", "222")
        await until(pilot, lambda: "[222]" in shown(pilot) and "= 500 words" in shown(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: answers)
        assert answers[0] is not None
        assert (answers[0].version, plan_of(bench).version) == (3, 3)
        changed = chapters(bench)[0].beats[1]
        assert (changed.brief, changed.words) == ("Nobody opens.", 222)


async def test_what_cannot_be_is_told_and_leaving_asks(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        answers = await open_editor(pilot, 1, 0)
        await form_is_open(pilot)
        await retype(pilot, "words", "499")
        await until(pilot, lambda: "✗ 1 of 500 words" in shown(pilot))
        await pilot.press("f2", "escape")
        await until(pilot, lambda: "Throw it away?" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: answers == [None])
        assert plan_of(bench).version == 2


async def test_a_beat_that_is_not_there_is_added(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        before = len(chapters(bench)[1].beats)
        answers = await open_editor(pilot, 2, before)
        await form_is_open(pilot)
        await until(pilot, lambda: "a new beat" in shown(pilot))
        await retype(pilot, "brief", "They part.")
        await pilot.press("f2")
        await until(pilot, lambda: answers)
        assert chapters(bench)[1].beats[-1].brief == "They part."


async def test_a_chapter_that_is_not_planned_is_said_to_be_missing(
    plotted_home: Path, opened: Opened
) -> None:
    async with opened(TITLE) as pilot:
        answers = await open_editor(pilot, 9, 0)
        await until(pilot, lambda: "There is no such beat" in shown(pilot))
        assert answers == [None]
