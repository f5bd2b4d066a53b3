"""Workers killed in the middle of what they do: others go on, and the words are the same."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.engine import make_url

from novelgen.fleet.queue import add_novel, add_redraft
from novelgen.fleet.terms import WriteTerms
from novelgen.generation.regeneration import Redraft
from storage.fleet_records import TaskKind, TaskRecord, TaskState, WorkerState
from storage.run_records import RunPurpose, RunStatus
from tests.conftest import CommandLine
from tests.fleet.conftest import Fleet, revisions_of
from tests.generation.conftest import Desk, Desks
from tests.postgresql import on_server
from tests.storage.raw import contents

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

WORDS = 2_000
SLOW = "400"
"""Tokens a second: a segment takes some seconds, so that a kill comes in the middle of one."""
STUCK = "0.01"
"""So slow that no segment is ever written."""

Process = subprocess.Popen[bytes]
StartWorker = Callable[..., Process]


@pytest.fixture
def start(environment: dict[str, str], fleet: Fleet) -> Iterator[StartWorker]:
    """Start `novelgen fleet work` at a pace, as a process of its own."""
    started: list[Process] = []

    def begin(pace: str, *arguments: str) -> Process:
        command = [sys.executable, "-m", "novelgen", "fleet", "work", "--db", fleet.url]
        process = subprocess.Popen(
            [*command, *arguments],
            env=environment | {"NOVELGEN_SCRIPTED_TOKENS_PER_SECOND": pace},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def until(process: Process, holds: Callable[[], bool]) -> None:
    """Wait for what a process does; the time limit of the test ends it."""
    while not holds():
        assert process.poll() is None, "the worker ended by itself"
        time.sleep(0.02)


def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def segments(fleet: Fleet) -> set[str]:
    """Every segment there is, with its row id and all that is stored with it."""
    return {repr(row) for row in contents(fleet.url)["segments"]}


def num_segments(fleet: Fleet) -> int:
    (count,) = on_server(make_url(fleet.url), "SELECT count(*) FROM segments")[0]
    return int(str(count))


def in_hand(fleet: Fleet, kind: TaskKind) -> list[TaskRecord]:
    return [task for task in fleet.tasks() if task.kind is kind and task.state is TaskState.TAKEN]


def states_of_workers(fleet: Fleet) -> dict[str, WorkerState]:
    with fleet.store.reading() as work:
        ids = {task.worker_id for task in fleet.tasks() if task.worker_id}
        return {each.name: each.state for each in work.fleet_workers.by_id(ids).values()}


def test_another_worker_goes_on_and_loses_the_segment_in_flight_alone(
    fleet: Fleet, desks: Desks, start: StartWorker
) -> None:
    desk, alone = fleet.novel(WORDS), desks.desk(WORDS)
    alone.write()
    add_novel(fleet.store, desk.novel, WriteTerms())
    first = start(SLOW, "--name", "first")
    until(first, lambda: num_segments(fleet) >= 2)
    second = start("0", "--name", "second")
    kill(first)
    before = segments(fleet)
    assert second.wait() == 0
    assert before <= segments(fleet)
    assert desk.chapters() == alone.chapters()
    assert desk.keys() == alone.keys()
    (task,) = fleet.tasks()
    assert task.state is TaskState.DONE
    with fleet.store.reading() as work:
        runs = sorted(work.runs.of_novel(desk.novel.id), key=lambda run: run.epoch)
    written = json.dumps(sorted(before))
    assert [run.id in written for run in runs] == [True, False]
    assert runs[-1].status is RunStatus.FINISHED


def test_a_draft_goes_on_with_another_worker(
    fleet: Fleet, desks: Desks, start: StartWorker
) -> None:
    wish = Redraft(2, drafts=2)
    desk, alone = fleet.novel(WORDS), desks.desk(WORDS)
    for each in (desk, alone):
        each.write()
    alone.redraft(wish, purpose=RunPurpose.REGENERATE)
    written = num_segments(fleet)
    add_redraft(fleet.store, desk.fresh(), wish)
    first = start(SLOW)
    until(first, lambda: num_segments(fleet) > written)
    kill(first)
    before = segments(fleet)
    assert [task.part for task in in_hand(fleet, TaskKind.DRAFT)] == [1]
    fleet.work()
    assert before <= segments(fleet)
    assert revisions_of(desk, 2) == revisions_of(alone, 2)
    assert desk.chapters() == alone.chapters()
    assert set(fleet.states()) == {TaskState.DONE}


def test_a_task_on_which_three_die_has_failed_and_can_be_tried_again(
    fleet: Fleet, desks: Desks, start: StartWorker, novelgen: CommandLine
) -> None:
    desk, alone = fleet.novel(WORDS), desks.desk(WORDS)
    alone.write()
    add_novel(fleet.store, desk.novel, WriteTerms())
    other = fleet.novel(WORDS, seed=12)
    for number in (1, 2, 3):
        victim = start(STUCK, "--name", f"victim {number}")
        until(victim, lambda number=number: _has(fleet, f"victim {number}"))  # type: ignore[misc]
        kill(victim)
    add_novel(fleet.store, other.novel, WriteTerms())
    fleet.work()
    failed, done = fleet.tasks()
    assert (failed.state, done.state) == (TaskState.FAILED, TaskState.DONE)
    assert failed.note == "3 workers in a row died on it."
    assert desk.keys() == []
    assert states_of_workers(fleet)["victim 3"] is WorkerState.LOST
    told = novelgen("fleet", "retry", "--db", fleet.url)
    assert "1 in the queue again" in told.stderr
    fleet.work()
    assert fleet.states() == [TaskState.DONE] * 2
    assert desk.chapters() == alone.chapters()


def _has(fleet: Fleet, name: str) -> bool:
    """Whether the worker of that name has a task, and lives."""
    with fleet.store.reading() as work:
        ids = [task.worker_id for task in work.fleet_tasks.taken() if task.worker_id]
        return any(each.name == name for each in work.fleet_workers.by_id(ids).values())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_leaves_at_a_signal_and_gives_back_what_it_has(
    fleet: Fleet, start: StartWorker, number: signal.Signals
) -> None:
    """A terminate signal drops the segment in hand, Ctrl-C ends it first."""
    desk: Desk = fleet.novel(20_000)
    add_novel(fleet.store, desk.novel, WriteTerms())
    worker = start(SLOW, "--name", "leaver")
    until(worker, lambda: num_segments(fleet) >= 1)
    worker.send_signal(number)
    assert worker.wait() == 0
    (task,) = fleet.tasks()
    assert (task.state, task.deaths) == (TaskState.WAITING, 0)
    assert states_of_workers(fleet) == {"leaver": WorkerState.LEFT}
    with fleet.store.reading() as work:
        (run,) = work.runs.of_novel(desk.novel.id)
    assert run.status is RunStatus.STOPPED
    assert not fleet.store.is_novel_locked(desk.novel.id)
