"""What becomes of tasks whose workers die, and of those that a person holds or takes out."""

from collections.abc import Callable

import pytest

from storage import HeadMoved, NovelRecord, RecordNotFound
from storage.fleet_records import (
    JobKind,
    TaskKind,
    TaskState,
)
from storage.run_records import PauseRequest
from storage.store import Store
from tests.storage.conftest import Scribe
from tests.storage.fleet_queue import bury, drafts_of, queued, settle, stored, take, taken, worker

AddNovel = Callable[..., NovelRecord]


def test_a_task_on_which_three_in_a_row_died_has_failed(store: Store, novel: NovelRecord) -> None:
    queued(store, novel)
    seen = [bury(store, taken(store, worker(store))) for _ in range(3)]
    assert [(task.state, task.deaths) for task in seen] == [
        (TaskState.WAITING, 1), (TaskState.WAITING, 2), (TaskState.FAILED, 3),
    ]  # fmt: skip
    assert seen[-1].note == "3 workers in a row died on it."
    assert take(store, worker(store)) is None
    with store.writing() as work:
        assert work.fleet_tasks.release(novel.id, [TaskState.FAILED]) == 1
    again = taken(store, worker(store))
    assert (again.id, again.deaths) == (seen[0].id, 0)


def test_who_gets_on_before_it_dies_does_not_count(store: Store, scribe: Scribe) -> None:
    queued(store, scribe.novel)
    chapter = scribe.begin(1)
    for _ in range(2):
        bury(store, taken(store, worker(store)))
    for position in range(3):
        task = taken(store, worker(store))
        scribe.write(scribe.commit_of(chapter, position, f"Part {position}. "))
        dead = bury(store, task)
        assert (dead.state, dead.deaths) == (TaskState.WAITING, 1)
    assert taken(store, worker(store)).progress == 3


def test_what_is_given_back_keeps_its_deaths_unless_it_got_on(store: Store, scribe: Scribe) -> None:
    queued(store, scribe.novel)
    bury(store, taken(store, worker(store)))
    assert settle(store, taken(store, worker(store)), TaskState.WAITING).deaths == 1
    task = taken(store, worker(store))
    scribe.write(scribe.commit_of(scribe.begin(1), 0, "Light."))
    assert settle(store, task, TaskState.WAITING).deaths == 0


def test_a_draft_gets_on_by_its_own_segments_alone(store: Store, scribe: Scribe) -> None:
    job = queued(store, scribe.novel, JobKind.REDRAFT)
    written, empty = scribe.begin(1), scribe.begin(2)
    settle(store, taken(store, worker(store)), TaskState.DONE)
    with store.writing() as work:
        draft = work.fleet_tasks.add_task(job.id, TaskKind.DRAFT, 1, empty.id)
    task = taken(store, worker(store))
    assert (task.id, task.revision_id) == (draft.id, empty.id)
    scribe.write(scribe.commit_of(written, 0, "Elsewhere."))
    assert bury(store, task).deaths == 1
    task = taken(store, worker(store))
    scribe.write(scribe.commit_of(empty, 0, "Here."))
    assert bury(store, task).deaths == 1
    assert taken(store, worker(store)).progress == 1


def test_held_tasks_wait_for_a_person(store: Store, add_novel: AddNovel) -> None:
    novel, other = add_novel("One"), add_novel("Other")
    job = queued(store, novel, JobKind.REDRAFT)
    queued(store, other)
    in_hand = taken(store, worker(store))
    drafts_of(store, job)
    with store.writing() as work:
        assert work.fleet_tasks.hold(novel.id, PauseRequest.NOW) == 4
        assert work.fleet_tasks.hold_request(in_hand.id) is PauseRequest.NOW
    assert stored(store, in_hand).state is TaskState.TAKEN
    held = settle(store, in_hand, TaskState.WAITING)
    assert (held.state, held.note) == (TaskState.HELD, "paused")
    assert taken(store, worker(store)).novel_id == other.id
    assert take(store, worker(store)) is None
    with store.writing() as work:
        assert work.fleet_tasks.count() == {TaskState.HELD: 4, TaskState.TAKEN: 1}
        assert work.fleet_tasks.release(other.id, [TaskState.HELD]) == 0
        assert work.fleet_tasks.release(None, [TaskState.FAILED]) == 0
        assert work.fleet_tasks.release(novel.id, [TaskState.HELD]) == 4
    assert taken(store, worker(store)).job_id == job.id


def test_who_goes_on_before_it_has_stopped_is_not_held(store: Store, novel: NovelRecord) -> None:
    queued(store, novel)
    task = taken(store, worker(store))
    with store.writing() as work:
        assert work.fleet_tasks.hold(novel.id) == 1
        assert work.fleet_tasks.release(novel.id, [TaskState.FAILED]) == 0
        assert work.fleet_tasks.hold_request(task.id) is PauseRequest.AFTER_SEGMENT
        assert work.fleet_tasks.release(novel.id, [TaskState.HELD]) == 1
        assert work.fleet_tasks.hold_request(task.id) is PauseRequest.NONE
    assert settle(store, task, TaskState.WAITING).state is TaskState.WAITING


def test_what_follows_from_a_held_task_is_held(store: Store, novel: NovelRecord) -> None:
    job = queued(store, novel, JobKind.REDRAFT)
    task = taken(store, worker(store))
    with store.writing() as work:
        work.fleet_tasks.hold(novel.id)
    assert {draft.state for draft in drafts_of(store, job)} == {TaskState.HELD}
    settle(store, task, TaskState.DONE)
    assert take(store, worker(store)) is None
    with store.writing() as work:
        assert work.fleet_tasks.release(novel.id, [TaskState.HELD]) == 3
    assert drafts_of(store, job, 1)[0].state is TaskState.WAITING


def test_a_task_that_is_to_be_held_is_so_when_its_worker_dies(
    store: Store, novel: NovelRecord
) -> None:
    queued(store, novel)
    task = taken(store, worker(store))
    with store.writing() as work:
        work.fleet_tasks.hold(novel.id)
    assert bury(store, task).state is TaskState.HELD
    assert take(store, worker(store)) is None


def test_only_held_and_waiting_jobs_are_taken_out(store: Store, add_novel: AddNovel) -> None:
    novel, other = add_novel("One"), add_novel("Other")
    job, stays = queued(store, novel), queued(store, other)
    task = taken(store, worker(store))
    with pytest.raises(HeadMoved, match="in hand") as refused, store.writing() as work:
        work.fleet_tasks.remove_job(job.id)
    assert "fleet pause" in refused.value.remedy
    settle(store, task, TaskState.WAITING)
    with store.writing() as work:
        work.fleet_tasks.remove_job(job.id)
        assert [each.job_id for each in work.fleet_tasks.all()] == [stays.id]
        assert work.novels.get(novel.id) == novel
        with pytest.raises(RecordNotFound):
            work.fleet_tasks.job(job.id)
    with pytest.raises(RecordNotFound):
        settle(store, task, TaskState.DONE)
