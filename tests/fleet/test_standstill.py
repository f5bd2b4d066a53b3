"""A worker that hangs: it ends by itself, and another one goes on."""

import math
import threading

import pytest

from novelgen.fleet import standstill
from novelgen.fleet.standstill import PatientHands, StandstillWatch
from storage.fleet_records import TaskState, WorkerState
from tests.conftest import CommandLine
from tests.fleet.conftest import Fleet, PlainHands
from tests.fleet.steps import WORDS, queue, undisturbed
from tests.generation.conftest import Desks

HANGS = {"NOVELGEN_SCRIPTED_TOKENS_PER_SECOND": "0.01", "NOVELGEN_STANDSTILL_MINUTES": "0.02"}


class Clock:
    """Stands in for the module `time` where it is asked for."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(standstill, "time", clock)
    return clock


def test_whoever_is_heard_of_in_time_goes_on(clock: Clock) -> None:
    hangs = threading.Event()
    with StandstillWatch(0.05, hangs.set) as watch:
        for _ in range(4):
            clock.now += 0.04
            watch.hear()
            assert not hangs.wait(0.1)
        clock.now += 0.06
        assert hangs.wait(30)


def test_an_engine_may_take_its_time_to_load(clock: Clock, desks: Desks) -> None:
    hangs = threading.Event()

    def load() -> None:
        clock.now += 1_000
        assert not hangs.wait(0.2)

    novel = desks.desk().novel
    with StandstillWatch(0.05, hangs.set) as watch:
        hands = PatientHands(PlainHands(loading=load), watch)
        hands.engine(novel)
        assert hands.planner(novel) is None
        assert not hangs.wait(0.1)
        clock.now += 0.06
        assert hangs.wait(30)


def test_without_a_limit_nobody_hangs(clock: Clock) -> None:
    hangs = threading.Event()
    with StandstillWatch(math.inf, hangs.set):
        clock.now = 1e9
        assert not hangs.wait(0.1)


def test_a_worker_that_hangs_ends_and_another_one_goes_on(
    novelgen: CommandLine, fleet: Fleet, desks: Desks
) -> None:
    desk = fleet.novel(WORDS)
    queue(fleet, desk)
    ended = novelgen("fleet", "work", "--db", fleet.url, expect=1, **HANGS)
    assert "hangs. Nothing was heard of it for 0.02 minutes. This worker ends." in ended.stderr
    (task,) = fleet.tasks()
    assert (task.state, task.deaths) == (TaskState.WAITING, 1)
    assert task.note == "Nothing was heard of it for 0.02 minutes."
    assert not fleet.store.is_novel_locked(desk.novel.id)
    novelgen("fleet", "work", "--db", fleet.url)
    assert fleet.states() == [TaskState.DONE]
    assert desk.chapters() == undisturbed(desks)
    with fleet.store.reading() as work:
        assert task.worker_id is not None
        assert work.fleet_workers.get(task.worker_id).state is WorkerState.LOST


def test_a_limit_below_nothing_is_refused(novelgen: CommandLine, fleet: Fleet) -> None:
    refused = novelgen(
        "fleet", "work", "--db", fleet.url, expect=2, NOVELGEN_STANDSTILL_MINUTES="-1"
    )
    assert "standstill_minutes" in refused.stderr
