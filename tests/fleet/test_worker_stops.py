"""A fleet that stands still, a novel that is paused, a worker that leaves."""

from novelgen.fleet.queue import let_go_on, pause_novel, remove_novel
from novelgen.generation.events import RunStopped
from novelgen.generation.novel_context import RunLimits
from storage.fleet_records import NewWorker, TaskState, WorkerState
from storage.records import NovelStatus
from storage.run_records import PauseRequest
from tests.fleet.conftest import Fleet, PlainHands
from tests.fleet.steps import Held, queue, state_of_worker, undisturbed, until
from tests.generation.conftest import Desks

_ENDLESS = 60_000
"""Words that nobody waits for."""


def test_the_whole_fleet_stands_still_and_goes_on(fleet: Fleet, desks: Desks) -> None:
    desk, engine = fleet.novel(), Held()
    queue(fleet, desk)
    ended = fleet.begin(engine)
    engine.waits.wait()
    with fleet.store.writing() as work:
        work.fleet_workers.set_pause(PauseRequest.NOW)
    until(lambda: state_of_worker(fleet) == [WorkerState.PAUSED])
    assert fleet.states() == [TaskState.WAITING]
    assert not fleet.store.is_novel_locked(desk.novel.id)
    assert desk.fresh().status is NovelStatus.PAUSED
    engine.may_write.set()
    with fleet.store.writing() as work:
        work.fleet_workers.set_pause(PauseRequest.NONE)
    heard = ended()
    assert [outcome.state for outcome in heard.outcomes] == [TaskState.WAITING, TaskState.DONE]
    assert desk.chapters() == undisturbed(desks)


def test_a_pause_waits_for_the_segments_in_hand(fleet: Fleet, desks: Desks) -> None:
    desk = fleet.novel(_ENDLESS)
    queue(fleet, desk)
    ended = fleet.begin()
    until(lambda: bool(desk.keys()))
    with fleet.store.writing() as work:
        work.fleet_workers.set_pause(PauseRequest.AFTER_SEGMENT)
    until(lambda: state_of_worker(fleet) == [WorkerState.PAUSED])
    fleet.leave.ask()
    heard = ended()
    stopped = heard.events[-1]
    assert isinstance(stopped, RunStopped)
    assert fleet.states() == [TaskState.WAITING]
    alone = desks.desk(_ENDLESS)
    alone.write(limits=RunLimits(until_words=stopped.words))
    keys = desk.keys()
    assert alone.keys()[: len(keys)] == keys


def test_a_fleet_that_stands_still_takes_nothing(fleet: Fleet) -> None:
    queue(fleet, fleet.novel())
    with fleet.store.writing() as work:
        work.fleet_workers.set_pause(PauseRequest.AFTER_SEGMENT)
    ended = fleet.begin()
    until(lambda: state_of_worker(fleet) == [WorkerState.PAUSED])
    with fleet.store.writing() as work:
        work.fleet_workers.ask_to_leave(PauseRequest.AFTER_SEGMENT)
    assert ended().tasks == []
    assert fleet.states() == [TaskState.WAITING]


def test_a_novel_that_a_person_pauses_waits_for_them(fleet: Fleet, desks: Desks) -> None:
    desk, engine = fleet.novel(), Held()
    queue(fleet, desk)
    ended = fleet.begin(engine)
    engine.waits.wait()
    assert pause_novel(fleet.store, desk.novel.id, PauseRequest.NOW) == 1
    ended()
    (task,) = fleet.tasks()
    assert (task.state, task.note) == (TaskState.HELD, "paused")
    assert fleet.work().tasks == []
    assert let_go_on(fleet.store, desk.novel.id, (TaskState.HELD,)) == 1
    fleet.work()
    assert fleet.states() == [TaskState.DONE]
    assert desk.chapters() == undisturbed(desks)


def test_a_novel_can_be_paused_before_its_run_has_begun(fleet: Fleet) -> None:
    """Its model is loaded meanwhile, which takes minutes for a big one."""
    desk = fleet.novel()
    queue(fleet, desk)
    hands = PlainHands(
        Held(), loading=lambda: pause_novel(fleet.store, desk.novel.id, PauseRequest.NOW)
    )
    fleet.work(hands)
    (task,) = fleet.tasks()
    assert (task.state, task.note) == (TaskState.HELD, "paused")
    assert desk.fresh().status is NovelStatus.PAUSED


def test_a_worker_that_is_asked_leaves_after_the_segment(fleet: Fleet, desks: Desks) -> None:
    desk, engine = fleet.novel(), Held()
    queue(fleet, desk)
    ended = fleet.begin(engine)
    engine.waits.wait()
    fleet.leave.ask()
    fleet.leave.ask()
    heard = ended()
    assert [outcome.state for outcome in heard.outcomes] == [TaskState.WAITING]
    assert isinstance(heard.events[-1], RunStopped)
    assert fleet.states() == [TaskState.WAITING]
    assert state_of_worker(fleet) == []


def test_what_a_lost_worker_had_can_be_paused_and_taken_out(fleet: Fleet) -> None:
    """Also while there is no worker that would notice."""
    desk = fleet.novel()
    queue(fleet, desk)
    with fleet.store.writing() as work:
        lost = work.fleet_workers.enter(NewWorker("lost", "desk", 1))
        assert work.fleet_tasks.take(lost.id) is not None
    assert pause_novel(fleet.store, desk.novel.id, PauseRequest.AFTER_SEGMENT) == 1
    assert fleet.states() == [TaskState.HELD]
    assert remove_novel(fleet.store, desk.novel.id) == 1
    assert fleet.tasks() == []
