"""The fleet on its screen: what it shows while a worker writes, and what it can be told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.tui.fleet.screen import FleetScreen
from novelgen.tui.novel.screen import NovelScreen
from storage.fleet_records import NewWorker, TaskRecord, TaskState, WorkerState
from storage.records import NovelStatus
from storage.run_records import PauseRequest
from tests.tui.conftest import Opened, shown, until
from tests.tui.fleet.conftest import Begun, Novel

WIDE = (140, 45)


async def to_the_fleet(pilot: "Pilot[Any]") -> None:
    await until(pilot, lambda: "novel" in shown(pilot) and "words" in shown(pilot))
    await pilot.press("f")
    await until(pilot, lambda: isinstance(pilot.app.screen, FleetScreen))
    await until(pilot, lambda: "state" in shown(pilot))


def states(bench: Workbench) -> dict[str, str]:
    """How the task of each novel stands, by its title."""
    return {each.title: each.task.state.value for each in bench.fleet.standing().tasks}


async def test_it_shows_who_writes_what_and_how_fast(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    first, _ = novel("The Keeper", 4000), novel("The Glassworks")
    worker("worker-1")
    async with opened(size=WIDE) as pilot:
        await to_the_fleet(pilot)
        host = socket.gethostname()
        await until(pilot, lambda: f"worker-1 on {host}" in shown(pilot))
        await until(pilot, lambda: "in hand" in shown(pilot) and "waiting" in shown(pilot))
        await until(pilot, lambda: "tokens/s" in row_of(pilot, "● The Keeper"))
        await until(pilot, lambda: bench.find(first.id).totals.words > 0)
        await until(pilot, lambda: "words/s" in shown(pilot).splitlines()[1])
        assert "1 worker on 1 machine" in shown(pilot)


async def test_the_whole_fleet_stands_still_and_goes_on(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    found = novel("The Keeper", 4000)
    worker("worker-1")
    async with opened(size=WIDE) as pilot:
        await to_the_fleet(pilot)
        await until(pilot, lambda: bench.find(found.id).totals.words > 0)
        await pilot.press("p")
        await until(pilot, lambda: "‖ paused" in shown(pilot))
        await until(pilot, lambda: "‖ worker-1" in shown(pilot))
        assert "p lets it go on" in shown(pilot)
        assert bench.fleet.standing().pause is PauseRequest.AFTER_SEGMENT
        words = bench.find(found.id).totals.words
        await pilot.press("p")
        await until(pilot, lambda: "The fleet goes on." in shown(pilot))
        await until(pilot, lambda: bench.find(found.id).totals.words > words)
        await pilot.press("P")
        await until(pilot, lambda: bench.fleet.standing().pause is PauseRequest.NOW)


async def test_one_novel_is_held_and_let_go(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    novel("The Keeper", 4000)
    novel("The Glassworks", 4000)
    worker("worker-1")
    async with opened(size=WIDE) as pilot:
        await to_the_fleet(pilot)
        await until(pilot, lambda: states(bench)["The Keeper"] == "taken")
        await pilot.press("h")
        await until(pilot, lambda: "is held" in shown(pilot))
        await until(pilot, lambda: states(bench)["The Keeper"] == "held")
        await until(pilot, lambda: states(bench)["The Glassworks"] == "taken")
        await until(pilot, lambda: "‖ held" in row_of(pilot, "The Keeper  "))
        await pilot.press("h")
        await until(pilot, lambda: states(bench)["The Keeper"] == "waiting")
        await until(pilot, lambda: "“The Keeper” goes on." in shown(pilot))


async def test_a_novel_is_taken_out_but_not_out_of_a_workers_hand(
    bench: Workbench, novel: Novel, opened: Opened
) -> None:
    novel("The Keeper")
    novel("The Glassworks")
    with a_worker_that_lives(bench) as worker_id:
        take_first(bench, worker_id)
        async with opened(size=WIDE) as pilot:
            await to_the_fleet(pilot)
            await until(pilot, lambda: "● in hand" in row_of(pilot, "The Keeper  "))
            await pilot.press("x")
            await until(pilot, lambda: "Hold it with h first" in shown(pilot))
            await pilot.press("enter", "down", "x")
            await until(pilot, lambda: "Take “The Glassworks” out of the queue?" in shown(pilot))
            await pilot.press("n")
            await until(pilot, lambda: isinstance(pilot.app.screen, FleetScreen))
            assert "The Glassworks" in states(bench)
            await pilot.press("x")
            await until(pilot, lambda: "Take “The Glassworks” out of the queue?" in shown(pilot))
            await pilot.press("y")
            await until(pilot, lambda: states(bench) == {"The Keeper": "taken"})
            await until(pilot, lambda: "is out of the queue" in shown(pilot))
    assert bench.find("The Glassworks").novel.target_words == 1500


async def test_what_has_failed_is_tried_again(
    bench: Workbench, novel: Novel, opened: Opened
) -> None:
    for title in ("The Keeper", "Salt", "Rope"):
        fail(bench, novel(title).id, f"{title} did not fit the memory.")
    async with opened(size=WIDE) as pilot:
        await to_the_fleet(pilot)
        await until(pilot, lambda: "The Keeper did not fit the memory." in shown(pilot))
        await pilot.press("down")
        await until(pilot, lambda: "Salt did not fit the memory." in shown(pilot))
        await pilot.press("t")
        await until(pilot, lambda: states(bench)["Salt"] == "waiting")
        assert states(bench)["Rope"] == "failed"
        await pilot.press("T")
        await until(pilot, lambda: set(states(bench).values()) == {"waiting"})
        await until(pilot, lambda: "2 in the queue again." in shown(pilot))


async def test_a_novel_is_put_in_the_queue_and_written(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    novel("The Keeper", is_queued=False)
    novel("Salt", is_queued=False)
    async with opened(size=WIDE) as pilot:
        await to_the_fleet(pilot)
        await until(pilot, lambda: "n puts a novel in" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "Which novel is the fleet to write?" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: states(bench) == {"The Keeper": "waiting"})
        await until(pilot, lambda: "There is no worker." in shown(pilot))
        assert "novelgen fleet start" in shown(pilot) and "novelgen fleet work" in shown(pilot)
        worker("worker-1", is_fast=True)
        await until(pilot, lambda: bench.find("The Keeper").novel.status is NovelStatus.FINISHED)
        await until(pilot, lambda: "Everything is done." in shown(pilot))
        assert "✓ done" not in shown(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "✓ done" in shown(pilot))


async def test_enter_opens_the_novel_that_is_being_written(
    bench: Workbench, novel: Novel, worker: Begun, opened: Opened
) -> None:
    found = novel("The Keeper", 4000)
    worker("worker-1")
    async with opened(size=WIDE) as pilot:
        await to_the_fleet(pilot)
        await until(pilot, lambda: bench.find(found.id).totals.words > 0)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, NovelScreen))
        await until(pilot, lambda: "● writing" in shown(pilot))
        words = bench.find(found.id).totals.words
        await until(pilot, lambda: bench.find(found.id).totals.words > words)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, FleetScreen))


async def test_a_worker_that_has_died_is_told(
    bench: Workbench, novel: Novel, opened: Opened
) -> None:
    novel("The Keeper")
    async with opened(size=WIDE) as pilot:
        with a_worker_that_lives(bench) as worker_id:
            take_first(bench, worker_id)
            await to_the_fleet(pilot)
            await until(pilot, lambda: "● in hand" in shown(pilot))
            await until(pilot, lambda: "● worker-9 on node-9" in shown(pilot))
        await until(pilot, lambda: "! worker lost" in shown(pilot))
        await until(pilot, lambda: "That worker has died" in shown(pilot))
        await until(pilot, lambda: "0 workers, 1 lost" in shown(pilot))


async def test_a_novel_that_is_to_be_held_is_told_until_its_worker_stops(
    bench: Workbench, novel: Novel, opened: Opened
) -> None:
    novel("The Keeper")
    async with opened(size=WIDE) as pilot:
        with a_worker_that_lives(bench) as worker_id:
            task = take_first(bench, worker_id)
            await to_the_fleet(pilot)
            await until(pilot, lambda: "● in hand" in shown(pilot))
            await pilot.press("h")
            await until(pilot, lambda: "● stopping" in shown(pilot))
            await pilot.press("h")
            await until(pilot, lambda: "● in hand" in shown(pilot))
            await pilot.press("h")
            await until(pilot, lambda: "● stopping" in shown(pilot))
            with bench.store.writing() as work:
                work.fleet_tasks.settle(task.id, worker_id, TaskState.WAITING)
            await until(pilot, lambda: "‖ held" in shown(pilot))


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_a_row_keeps_what_says_most(
    bench: Workbench, novel: Novel, opened: Opened, size: tuple[int, int]
) -> None:
    novel("The Keeper")
    async with opened(size=size) as pilot:
        await to_the_fleet(pilot)
        await until(pilot, lambda: "○ waiting" in shown(pilot))
        assert "The Keeper" in row_of(pilot, "○ waiting") and "0 %" in row_of(pilot, "○ waiting")
        assert ("target" in shown(pilot)) == (size[0] > 100)
        await pilot.resize_terminal(140, 45)
        await until(pilot, lambda: "target" in shown(pilot) and "tokens/s" in shown(pilot))


def row_of(pilot: "Pilot[Any]", wanted: str) -> str:
    """The first line of the screen that has these words; empty where none has."""
    return next((line for line in shown(pilot).splitlines() if wanted in line), "")


@contextmanager
def a_worker_that_lives(bench: Workbench) -> Iterator[str]:
    """A worker's row and its lock, without a process of its own: it is dead when the block ends."""
    card = NewWorker("worker-9", "node-9", 4711)
    lock = bench.store.try_lock_worker(card.id)
    assert lock is not None
    with lock:
        with bench.store.writing() as work:
            work.fleet_workers.enter(card)
            work.fleet_workers.set_state(card.id, WorkerState.WORKING)
        yield card.id


def take_first(bench: Workbench, worker_id: str) -> TaskRecord:
    with bench.store.writing() as work:
        task = work.fleet_tasks.take(worker_id)
    assert task is not None
    return task


def fail(bench: Workbench, novel_id: str, note: str) -> None:
    """A worker takes the first task, which is the novel's, and fails."""
    with a_worker_that_lives(bench) as worker_id:
        task = take_first(bench, worker_id)
        assert task.novel_id == novel_id
        with bench.store.writing() as work:
            work.fleet_tasks.settle(task.id, worker_id, TaskState.FAILED, note)
            work.fleet_workers.set_state(worker_id, WorkerState.LEFT)
