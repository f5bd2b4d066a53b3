"""A worker that writes novels: what it takes, what it leaves, and that the words are the same."""

import pytest

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import Candidate, DecodeRequest, DecodeResult, FinishReason
from novelgen.errors import DeviceFailed, UsageError
from novelgen.fleet.queue import let_go_on
from novelgen.fleet.terms import WriteTerms
from novelgen.fleet.visit import WorkerEnding
from novelgen.generation.events import Event, NovelFinished
from novelgen.generation.verification import verify_branch
from storage.fleet_records import TaskRecord, TaskState, WorkerState
from storage.records import NovelChanges, NovelStatus
from storage.run_records import RunStatus
from tests.fleet.conftest import Fleet, PlainHands
from tests.fleet.steps import WORDS, once_at_segment, queue, state_of_worker, undisturbed
from tests.generation.conftest import Desks
from tests.postgresql import on_server, server_url


class Mute(ScriptedEngine):
    """Says nothing in novels of one premise."""

    def __init__(self, premise: str) -> None:
        super().__init__()
        self._premise = premise

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        if self._premise not in request.brief:
            return super().decode(request, observer)
        rows = tuple(Candidate("", 0, 0.0, FinishReason.STOP_TOKEN) for _ in request.stream_keys)
        return DecodeResult(rows, 1, 0.0)


def test_all_there_is_is_written_as_one_run_alone_would(fleet: Fleet, desks: Desks) -> None:
    novels = [fleet.novel(WORDS, seed) for seed in (11, 12, 13)]
    for desk in novels:
        queue(fleet, desk)
    heard = fleet.work()
    assert fleet.states() == [TaskState.DONE] * 3
    assert [task.novel_id for task in heard.tasks] == [desk.novel.id for desk in novels]
    assert heard.states == [WorkerState.WORKING, WorkerState.IDLE]
    assert sum(isinstance(event, NovelFinished) for event in heard.events) == 3
    for desk, seed in zip(novels, (11, 12, 13), strict=True):
        assert desk.chapters() == undisturbed(desks, seed=seed)
        assert desk.fresh().status is NovelStatus.FINISHED
        with fleet.store.reading() as work:
            assert verify_branch(work, desk.fresh()).is_sound
            (run,) = work.runs.of_novel(desk.novel.id)
        assert run.status is RunStatus.FINISHED
        assert not fleet.store.is_novel_locked(desk.novel.id)
    assert state_of_worker(fleet) == []


def test_a_novel_is_queued_once_and_not_when_it_is_finished(fleet: Fleet) -> None:
    desk = fleet.novel()
    queue(fleet, desk)
    with pytest.raises(UsageError, match="in the queue already"):
        queue(fleet, desk)
    fleet.work()
    with pytest.raises(UsageError, match="is finished"):
        queue(fleet, desk)
    assert fleet.states() == [TaskState.DONE]


def test_two_workers_share_the_novels_out(fleet: Fleet, desks: Desks) -> None:
    novels = [fleet.novel(WORDS, seed) for seed in range(11, 15)]
    for desk in novels:
        queue(fleet, desk)
    heard = [ended() for ended in [fleet.begin(), fleet.begin()]]
    assert fleet.states() == [TaskState.DONE] * 4
    assert sorted(task.id for each in heard for task in each.tasks) == [
        task.id for task in fleet.tasks()
    ]
    assert [desk.chapters() for desk in novels] == [
        undisturbed(desks, seed=seed) for seed in range(11, 15)
    ]


def test_a_task_that_fails_leaves_the_others(fleet: Fleet) -> None:
    dumb, fine = fleet.novel(seed=1), fleet.novel(seed=2)
    with fleet.store.writing() as work:
        work.novels.update(dumb.novel.id, NovelChanges(premise="Silence falls on Ys."))
    for desk in (dumb, fine):
        queue(fleet, desk)
    fleet.work(Mute("Silence falls on Ys"))
    failed, done = fleet.tasks()
    assert (failed.state, done.state) == (TaskState.FAILED, TaskState.DONE)
    assert "nothing usable" in failed.note
    assert "Try another model" in failed.note
    assert dumb.fresh().status is NovelStatus.FAILED
    assert fine.fresh().status is NovelStatus.FINISHED
    assert let_go_on(fleet.store, None, (TaskState.FAILED,)) == 1
    fleet.work()
    assert fleet.states() == [TaskState.DONE] * 2
    assert dumb.fresh().status is NovelStatus.FINISHED


def test_a_mishap_nobody_foresaw_ends_one_task_and_no_worker(fleet: Fleet) -> None:
    queue(fleet, fleet.novel(seed=1))
    queue(fleet, fleet.novel(seed=2))
    mishap = ZeroDivisionError("by nothing")

    def raise_it() -> None:
        raise mishap

    heard = fleet.work(then=once_at_segment(2, raise_it))
    assert fleet.states() == [TaskState.FAILED, TaskState.DONE]
    assert heard.outcomes[0].note == "ZeroDivisionError: by nothing"


def test_what_is_agreed_is_written_and_no_more(fleet: Fleet, desks: Desks) -> None:
    desk = fleet.novel(3_000)
    queue(fleet, desk, WriteTerms(until_words=900))
    fleet.work()
    (task,) = fleet.tasks()
    assert task.state is TaskState.DONE
    assert "as agreed" in task.note
    assert desk.fresh().status is NovelStatus.PAUSED
    queue(fleet, desk, WriteTerms(until_chapter=2))
    fleet.work()
    assert desk.complete_chapters() == 2
    queue(fleet, desk)
    fleet.work()
    assert fleet.states() == [TaskState.DONE] * 3
    assert desk.chapters() == undisturbed(desks, 3_000)


def test_a_text_changed_by_hand_stands_and_the_novel_waits(fleet: Fleet) -> None:
    desk = fleet.novel()
    queue(fleet, desk)
    fleet.work(then=once_at_segment(1, lambda: desk.edit(1, "I wrote it myself.")))
    (task,) = fleet.tasks()
    assert task.state is TaskState.HELD
    assert "hapter 1" in task.note
    assert desk.text(1) == "I wrote it myself."


def test_a_novel_that_another_process_writes_is_left_to_it(fleet: Fleet) -> None:
    desk, other = fleet.novel(seed=1), fleet.novel(seed=2)
    queue(fleet, desk)
    queue(fleet, other)
    lock = fleet.store.try_lock_novel(desk.novel.id)
    assert lock is not None

    def leave(_task: TaskRecord, event: Event) -> None:
        if isinstance(event, NovelFinished):
            fleet.leave.ask()

    heard = fleet.work(then=leave)
    lock.release()
    assert [outcome.note for outcome in heard.outcomes] == ["being written by another process", ""]
    assert fleet.states() == [TaskState.WAITING, TaskState.DONE]
    assert fleet.tasks()[0].deaths == 0


def test_a_worker_whose_lock_is_cut_comes_back_as_another(
    fleet: Fleet, desks: Desks, postgresql_url: str
) -> None:
    desk = fleet.novel()
    queue(fleet, desk)
    heard = fleet.work(then=once_at_segment(2, lambda: cut_locks(postgresql_url)))
    assert heard.troubles == ["The database took this worker for dead; it comes back."]
    assert fleet.states() == [TaskState.DONE]
    assert desk.chapters() == undisturbed(desks)


def test_a_worker_comes_back_when_the_database_does(
    fleet: Fleet, desks: Desks, postgresql_url: str
) -> None:
    """And has not died of what it had in hand."""
    desk = fleet.novel()
    queue(fleet, desk)
    heard = fleet.work(
        then=once_at_segment(2, lambda: shut(postgresql_url)),
        on_trouble=lambda: allow_connections(postgresql_url, "true"),
    )
    assert len(heard.troubles) == 1
    assert "Trying again" in heard.troubles[0]
    first, second = heard.tasks
    assert (first.id, second.deaths) == (second.id, 0)
    assert first.worker_id != second.worker_id
    assert fleet.states() == [TaskState.DONE]
    assert desk.chapters() == undisturbed(desks)


def shut(url: str) -> None:
    """The database is away: nobody is connected, and nobody can be."""
    allow_connections(url, "false")
    _cut(url, "")


def allow_connections(url: str, are_allowed: str) -> None:
    name = url.rpartition("/")[2]
    on_server(server_url(), f"ALTER DATABASE {name} ALLOW_CONNECTIONS {are_allowed}")


def cut_locks(url: str) -> None:
    """End the connections that hold locks of workers and novels."""
    _cut(url, "AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')")


def _cut(url: str, condition: str) -> None:
    on_server(
        server_url(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{url.rpartition('/')[2]}' {condition}",
    )


class Broken(ScriptedEngine):
    """On a device that stops computing."""

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        raise DeviceFailed("The device has stopped computing.", "Start anew.")


def test_a_task_on_which_devices_fail_ends_no_more_than_three_workers(fleet: Fleet) -> None:
    queue(fleet, fleet.novel(seed=1))
    queue(fleet, fleet.novel(seed=2))
    hands = PlainHands(Broken())
    notes = []
    for _ in range(3):
        fleet.work(hands, ending=WorkerEnding.DEVICE_FAILED)
        notes.append(fleet.tasks()[0].note)
    assert notes == [
        "The device has stopped computing.",
        "The device has stopped computing.",
        "3 workers in a row died on it. The device has stopped computing.",
    ]
    assert fleet.states() == [TaskState.FAILED, TaskState.WAITING]
    fleet.work()
    assert fleet.states() == [TaskState.FAILED, TaskState.DONE]
