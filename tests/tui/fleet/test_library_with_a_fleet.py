"""The library where a fleet works on its novels."""

from typing import Any

from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.generation.regeneration import Redraft
from novelgen.tui.actions import actions_of
from novelgen.tui.fleet.screen import FleetScreen
from novelgen.tui.library.fleet_line import FleetLine
from novelgen.tui.library.screen import LibraryScreen
from storage.fleet_records import TaskKind, TaskState
from storage.records import NovelStatus
from storage.run_records import PauseRequest
from tests.tui.conftest import Opened, shown, until
from tests.tui.fleet.conftest import Begun, Novel

WIDE = (140, 45)


async def test_a_row_tells_who_writes_the_novel(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    novel("The Keeper", 3000)
    novel("The Glassworks")
    novel("Salt")
    async with opened(size=WIDE) as pilot:
        await until(pilot, lambda: "3 waiting" in shown(pilot) and "no worker" in shown(pilot))
        assert "fleet  next in the queue" in shown(pilot)
        assert "waiting in the queue, 1 before it" in shown(pilot)
        assert "waiting in the queue, 2 before it" in shown(pilot)
        worker("worker-1", is_fast=True)
        await until(pilot, lambda: "written by worker-1 on" in shown(pilot))
        await until(pilot, lambda: "1 worker on 1 machine" in shown(pilot))
        await until(pilot, lambda: bench.find("Salt").novel.status is NovelStatus.FINISHED)
        await until(pilot, lambda: shown(pilot).count("fleet  ") == 1)
        await until(pilot, lambda: "3 done" in shown(pilot))


async def test_drafts_of_a_chapter_are_counted(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    found = novel("The Keeper")
    process = worker("worker-1", is_fast=True)
    async with opened(size=WIDE) as pilot:
        await until(pilot, lambda: bench.fleet.standing().is_done)
        process.kill()
        process.wait()
        bench.fleet.redraft(bench.find(found.id).novel, Redraft(1, drafts=64))
        await until(pilot, lambda: "chapter 1 is to be drafted 64 times" in shown(pilot))
        worker("worker-2", is_fast=True)
        await until(pilot, lambda: "drafting chapter 1: " in shown(pilot))
        await until(pilot, lambda: drafts_done(bench) >= 2)
        bench.fleet.pause_novel(found, PauseRequest.AFTER_SEGMENT)
        await until(pilot, lambda: "; held" in shown(pilot))
        told = f"drafting chapter 1: {drafts_done(bench)} of 64 drafts; held"
        await until(pilot, lambda: told in shown(pilot))


async def test_a_novel_is_given_to_the_fleet(
    bench: Workbench, novel: Novel, opened: Opened
) -> None:
    novel("The Keeper", is_queued=False)
    async with opened(size=WIDE) as pilot:
        await until(pilot, lambda: "The Keeper" in shown(pilot))
        assert not fleet_is_shown(pilot)
        await pilot.press("F")
        await until(pilot, lambda: "next in the queue" in shown(pilot))
        await until(pilot, lambda: fleet_is_shown(pilot) and "1 waiting" in shown(pilot))
        await pilot.press("F")
        await until(pilot, lambda: "is in the queue already" in shown(pilot))
        await pilot.press("escape", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, FleetScreen))
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        assert {"fleet", "let_fleet_write"} <= {each.name for each in actions_of(pilot.app.screen)}


def fleet_is_shown(pilot: "Pilot[Any]") -> bool:
    return pilot.app.screen.query_one(FleetLine).region.height > 0


def drafts_done(bench: Workbench) -> int:
    tasks = bench.fleet.standing(with_done=True).tasks
    return sum(
        each.task.kind is TaskKind.DRAFT and each.task.state is TaskState.DONE for each in tasks
    )
