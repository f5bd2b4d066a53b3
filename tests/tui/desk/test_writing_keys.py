"""Writing by keystroke: a beat, a chapter, the book; pausing; leaving while it goes on."""

import os
import signal
from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.generation.events import RunStopped, StopReason, event_from_json
from novelgen.runs.standing import Stands
from storage.records import NovelStatus, RevisionState
from storage.run_records import RunStatus
from tests.tui.conftest import TITLE, Opened, shown, until, written


def last_stop(bench: Workbench) -> StopReason | None:
    """Why the last run of the novel stopped; None while it goes on."""
    run = bench.runs.latest_run(bench.find(TITLE).novel.id)
    if run is None or run.status is RunStatus.RUNNING:
        return None
    with bench.store.reading() as work:
        told = work.runs.latest_events(run.id, 1)
    event = event_from_json(told[-1].kind, told[-1].data)
    return event.reason if isinstance(event, RunStopped) else None


async def test_one_beat_only(planned_home: Path, opened: Opened, bench: Workbench) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "The beat is written" in shown(pilot))
        assert last_stop(bench) is StopReason.BEAT_LIMIT
        with bench.store.reading() as work:
            branch_id = work.novels.find(TITLE).active_branch_id
            (chapter,) = work.chapters.of_branch(branch_id)
            plan = work.plans.current(branch_id)
            assert plan is not None
            beats = work.plans.beats(plan.id, 1)
        assert beats is not None
        assert chapter.revision.state is RevisionState.OPEN
        assert beats.beats[0].words * 0.7 < chapter.revision.words < 500


async def test_a_chapter_and_then_the_book(
    planned_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "The chapter is written" in shown(pilot))
        assert last_stop(bench) is StopReason.CHAPTER_LIMIT
        assert bench.find(TITLE).totals.chapters == 1
        await pilot.press("w")
        await until(pilot, lambda: "The book is finished" in shown(pilot))
        assert bench.find(TITLE).novel.status is NovelStatus.FINISHED
        assert bench.inbox.count_waiting() == {}  # somebody looked on
        await until(pilot, lambda: "✓ finished" in shown(pilot))
        await pilot.press("w")
        await until(pilot, lambda: "written to its end" in shown(pilot))


async def test_pause_and_go_on(home: Path, opened: Opened, bench: Workbench) -> None:
    written(home, "--plan-only", "--chapters", "40", words=100_000)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("p")
        await until(pilot, lambda: "Nothing is being written" in shown(pilot))
        await pilot.press("w")
        await until(pilot, lambda: bench.find(TITLE).totals.words > 300)
        await until(pilot, lambda: "● writing" in shown(pilot))
        await pilot.press("w")  # twice is refused, kindly
        await until(pilot, lambda: "Something is being written" in shown(pilot))
        await pilot.press("escape", "p")
        await until(pilot, lambda: "Stopped, as you asked" in shown(pilot))
        assert last_stop(bench) is StopReason.ASKED
        words = bench.find(TITLE).totals.words
        assert 300 < words < 100_000
        await pilot.press("w")
        await until(pilot, lambda: bench.find(TITLE).totals.words > words)
        await pilot.press("P")
        await until(pilot, lambda: last_stop(bench) is StopReason.ASKED)


async def test_a_run_goes_on_when_nobody_looks_and_its_chapters_wait(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    written(home, "--plan-only", "--chapters", "40", words=100_000)
    novel_id = bench.find(TITLE).novel.id
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("w")
        await until(pilot, lambda: bench.find(TITLE).totals.words > 300)
        await pilot.press("escape")
        await until(pilot, lambda: "novel" in shown(pilot) and TITLE in shown(pilot))
    assert bench.runs.standing(novel_id).stands is Stands.RUNNING
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: bench.inbox.count_waiting().get(novel_id, 0) > 0)
        await until(pilot, lambda: "● writing" in shown(pilot))
        run = bench.runs.latest_run(novel_id)
        assert run is not None
        await until(pilot, lambda: not _is_unattended(bench, run.id))
        await pilot.press("f")
        await pilot.press("P")
        await until(pilot, lambda: last_stop(bench) is StopReason.ASKED)


def _is_unattended(bench: Workbench, run_id: str) -> bool:
    with bench.store.reading() as work:
        return work.runs.get(run_id).is_unattended


async def test_a_crashed_run_is_told_and_can_go_on(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    written(home, "--plan-only", "--chapters", "40", words=100_000)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("w")
        await until(pilot, lambda: bench.find(TITLE).totals.words > 300)
        run = bench.runs.latest_run(bench.find(TITLE).novel.id)
        assert run is not None
        os.kill(run.pid, signal.SIGKILL)
        await until(pilot, lambda: "The run crashed" in shown(pilot))
        assert "✗ crashed" in shown(pilot)
        words = bench.find(TITLE).totals.words
        await pilot.press("t")
        await until(pilot, lambda: bench.find(TITLE).totals.words > words)
        await until(pilot, lambda: last_stop(bench) is StopReason.BEAT_LIMIT)
