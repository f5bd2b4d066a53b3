"""The queue of a fleet and its workers: who takes what, who may settle it, and who is told what."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from storage import HeadMoved, NovelRecord, RecordNotFound
from storage.fleet_records import (
    FleetOrders,
    JobKind,
    JobRecord,
    NewJob,
    NewWorker,
    TaskKind,
    TaskRecord,
    TaskState,
    WorkerState,
)
from storage.run_records import PauseRequest
from storage.store import Store, open_store
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import Scribe
from tests.storage.raw import on_postgresql

AddNovel = Callable[..., NovelRecord]


def queued(store: Store, novel: NovelRecord, kind: JobKind = JobKind.WRITE) -> JobRecord:
    first = TaskKind.WRITE if kind is JobKind.WRITE else TaskKind.PREPARE
    with store.writing() as work:
        return work.fleet_tasks.add_job(NewJob(novel.id, kind, {"drafts": 3}), first)


def drafts_of(store: Store, job: JobRecord, count: int = 3) -> list[TaskRecord]:
    with store.writing() as work:
        return [
            work.fleet_tasks.add_task(job.id, TaskKind.DRAFT, number)
            for number in range(1, count + 1)
        ]


def worker(store: Store, name: str = "one") -> str:
    with store.writing() as work:
        return work.fleet_workers.enter(NewWorker(name, "desk", 1)).id


def take(store: Store, worker_id: str, passed_over: tuple[int, ...] = ()) -> TaskRecord | None:
    with store.writing() as work:
        return work.fleet_tasks.take(worker_id, passed_over)


def taken(store: Store, worker_id: str) -> TaskRecord:
    task = take(store, worker_id)
    assert task is not None
    return task


def settle(store: Store, task: TaskRecord, state: TaskState, note: str = "") -> TaskRecord:
    """The task after whoever has it said how it stands."""
    with store.writing() as work:
        work.fleet_tasks.settle(task.id, task.worker_id or "", state, note)
    return stored(store, task)


def stored(store: Store, task: TaskRecord) -> TaskRecord:
    with store.reading() as work:
        return next(each for each in work.fleet_tasks.all() if each.id == task.id)


def bury(store: Store, task: TaskRecord, most_deaths: int = 3) -> TaskRecord:
    with store.writing() as work:
        return work.fleet_tasks.take_from_the_dead(task.id, task.worker_id or "", most_deaths)


def test_a_job_is_kept_with_its_terms_and_its_first_task(store: Store, novel: NovelRecord) -> None:
    job = queued(store, novel)
    with store.reading() as work:
        assert work.fleet_tasks.job(job.id) == job
        assert work.fleet_tasks.jobs([job.id, "no such job"]) == {job.id: job}
        (task,) = work.fleet_tasks.of_job(job.id)
        assert work.fleet_tasks.of_novel(novel.id) == [task]
        assert work.fleet_tasks.is_queued(novel.id, TaskKind.WRITE)
        assert not work.fleet_tasks.is_queued(novel.id, TaskKind.PREPARE)
        assert work.fleet_tasks.are_unfinished()
        assert work.fleet_tasks.count() == {TaskState.WAITING: 1}
    assert (job.novel_id, job.kind, job.terms, job.run_id) == (
        novel.id, JobKind.WRITE, {"drafts": 3}, None,
    )  # fmt: skip
    assert (task.kind, task.state, task.worker_id, task.deaths) == (
        TaskKind.WRITE, TaskState.WAITING, None, 0,
    )  # fmt: skip
    with store.writing() as work:
        work.fleet_tasks.set_terms(job.id, {"drafts": 4})
        assert work.fleet_tasks.job(job.id) == replace(job, terms={"drafts": 4})


def test_nothing_is_queued_for_what_is_not_there(store: Store, novel: NovelRecord) -> None:
    refusals: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda work: work.fleet_tasks.add_job(NewJob("aa", JobKind.WRITE), TaskKind.WRITE),
        lambda work: work.fleet_tasks.add_task("aa", TaskKind.DRAFT, 1),
        lambda work: work.fleet_tasks.remove_job("aa"),
        lambda work: work.fleet_tasks.share_run("aa", "bb"),
        lambda work: work.fleet_tasks.settle(1, "aa", TaskState.DONE),
        lambda work: work.fleet_workers.set_state("aa", WorkerState.LEFT),
        lambda work: work.fleet_workers.orders("aa"),
    )
    for refused in refusals:
        with pytest.raises(RecordNotFound), store.writing() as work:
            refused(work)
    with store.reading() as work:
        assert work.fleet_tasks.all() == []


def test_the_first_come_are_taken_first(store: Store, add_novel: AddNovel) -> None:
    jobs = [queued(store, add_novel(f"Novel {number}")) for number in range(4)]
    one = worker(store)
    order = [taken(store, one) for _ in jobs]
    assert [task.job_id for task in order] == [job.id for job in jobs]
    assert all(task.state is TaskState.TAKEN and task.worker_id == one for task in order)
    assert all(task.taken_at is not None for task in order)
    assert take(store, one) is None
    settle(store, order[2], TaskState.WAITING, "later")
    settle(store, order[1], TaskState.WAITING, "sooner")
    again = taken(store, one)
    assert (again.id, again.note) == (order[1].id, "")
    with store.reading() as work:
        assert [task.id for task in work.fleet_tasks.taken()] == [
            order[0].id, order[1].id, order[3].id,
        ]  # fmt: skip


def test_what_is_begun_comes_before_what_is_not(store: Store, add_novel: AddNovel) -> None:
    redraft = queued(store, add_novel("Redraft"), JobKind.REDRAFT)
    writing = queued(store, add_novel("Writing"))
    settle(store, taken(store, worker(store)), TaskState.DONE)
    drafts_of(store, redraft, 2)
    order = [taken(store, worker(store)) for _ in range(3)]
    assert [(task.job_id, task.part) for task in order] == [
        (redraft.id, 1), (redraft.id, 2), (writing.id, None),
    ]  # fmt: skip


def test_what_is_passed_over_is_left_to_others(store: Store, add_novel: AddNovel) -> None:
    first, second = (queued(store, add_novel(title)) for title in ("First", "Second"))
    one = worker(store)
    passed = taken(store, one)
    settle(store, passed, TaskState.WAITING)
    found = take(store, one, (passed.id,))
    assert found is not None
    assert (passed.job_id, found.job_id) == (first.id, second.id)
    assert take(store, one, (passed.id,)) is None
    assert taken(store, worker(store, "two")).id == passed.id


def test_two_jobs_of_one_novel_are_never_worked_on_at_once(
    store: Store, add_novel: AddNovel
) -> None:
    novel, other = add_novel("One"), add_novel("Other")
    writing, redraft = queued(store, novel), queued(store, novel, JobKind.REDRAFT)
    elsewhere = queued(store, other)
    one = worker(store)
    first = taken(store, one)
    assert first.job_id == writing.id
    assert taken(store, one).job_id == elsewhere.id
    assert take(store, one) is None
    settle(store, first, TaskState.DONE)
    assert taken(store, one).job_id == redraft.id


def test_several_drafts_of_one_job_are_worked_on_at_once(store: Store, novel: NovelRecord) -> None:
    redraft, writing = queued(store, novel, JobKind.REDRAFT), queued(store, novel)
    workers = [worker(store, name) for name in ("one", "two", "three")]
    prepared = taken(store, workers[0])
    assert take(store, workers[1]) is None
    drafts = drafts_of(store, redraft)
    settle(store, prepared, TaskState.HELD)
    with store.writing() as work:
        (waits,) = (task for task in work.fleet_tasks.of_job(writing.id))
    assert [take(store, each, (waits.id,)) is not None for each in workers] == [True] * 3
    with store.reading() as work:
        assert [task.id for task in work.fleet_tasks.taken()] == [draft.id for draft in drafts]
    assert take(store, workers[0]) is None


@on_postgresql
def test_no_two_of_many_threads_get_the_same(store: Store, add_novel: AddNovel) -> None:
    for number in range(24):
        queued(store, add_novel(f"Novel {number}"))
    got: list[int] = []
    start = threading.Barrier(4)

    def work() -> None:
        me = worker(store)
        start.wait()
        while (task := take(store, me)) is not None:
            got.append(task.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 24


def _take_all(url: str, name: str, start: object, results: object) -> None:
    """What another process takes until nothing is left."""
    with open_store(url) as store:
        me = worker(store, name)
        start.wait()  # type: ignore[attr-defined]
        got = []
        while (task := take(store, me)) is not None:
            got.append((task.id, task.novel_id))
    results.put(got)  # type: ignore[attr-defined]


@on_postgresql
def test_no_two_processes_get_the_same_or_two_jobs_of_a_novel(
    store: Store, url: str, add_novel: AddNovel
) -> None:
    novels = [add_novel(f"Novel {number}") for number in range(12)]
    for novel in novels * 2:
        queued(store, novel)
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=_take_all, args=(url, name, start, results))
        for name in ("one", "two")
    ]
    for process in processes:
        process.start()
    got = [pair for _ in processes for pair in results.get()]
    for process in processes:
        process.join()
    assert len({task_id for task_id, _ in got}) == len(got) == 12
    assert Counter(novel_id for _, novel_id in got) == {novel.id: 1 for novel in novels}


def test_only_who_has_a_task_settles_it(store: Store, novel: NovelRecord) -> None:
    queued(store, novel)
    one, two = worker(store), worker(store, "two")
    task = taken(store, one)
    stranger = replace(task, worker_id=two)
    refusals: list[Callable[[], object]] = [
        lambda: settle(store, stranger, TaskState.DONE),
        lambda: bury(store, stranger),
        lambda: _require(store, stranger),
    ]
    for refused in refusals:
        with pytest.raises(HeadMoved, match="another worker's by now"):
            refused()
    with store.writing() as work:
        assert work.fleet_tasks.is_taken_by(task.id, one)
        assert not work.fleet_tasks.is_taken_by(task.id, two)
        assert not work.fleet_tasks.is_taken_by(task.id + 1, one)
    assert stored(store, task) == task
    assert _require(store, task) == task
    done = settle(store, task, TaskState.DONE, "as agreed")
    assert (done.state, done.note) == (TaskState.DONE, "as agreed")
    assert done.ended_at is not None
    refusals = [lambda: settle(store, task, TaskState.WAITING), lambda: bury(store, task)]
    for refused in refusals:
        with pytest.raises(HeadMoved):
            refused()
    with store.reading() as work:
        assert work.fleet_tasks.all(with_done=False) == []
        assert not work.fleet_tasks.are_unfinished()


def _require(store: Store, task: TaskRecord) -> TaskRecord:
    with store.writing() as work:
        return work.fleet_tasks.require_taken(task.id, task.worker_id or "")


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
    assert taken(store, worker(store)).id == in_hand.id


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
    settle(store, task, TaskState.DONE)
    assert {draft.state for draft in drafts_of(store, job)} == {TaskState.HELD}
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


def test_a_job_names_the_run_that_its_workers_share(store: Store, scribe: Scribe) -> None:
    job = queued(store, scribe.novel, JobKind.REDRAFT)
    with store.writing() as work:
        work.fleet_tasks.share_run(job.id, scribe.run.id)
        assert work.fleet_tasks.job(job.id).run_id == scribe.run.id


def test_the_whole_fleet_stands_still_and_goes_on(store: Store) -> None:
    one = worker(store)
    orders = []
    for request in (PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NONE):
        with store.writing() as work:
            work.fleet_workers.set_pause(request)
        with store.reading() as work:
            orders.append(work.fleet_workers.orders(one))
            assert work.fleet_workers.pause_request() is request
    assert [each.strictest for each in orders] == [each.pause for each in orders] == [
        PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NONE,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pause", "leave", "strictest"),
    [
        (PauseRequest.NONE, PauseRequest.AFTER_SEGMENT, PauseRequest.AFTER_SEGMENT),
        (PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NOW),
        (PauseRequest.NOW, PauseRequest.AFTER_SEGMENT, PauseRequest.NOW),
        (PauseRequest.NONE, PauseRequest.NONE, PauseRequest.NONE),
    ],
)
def test_of_two_orders_the_stricter_one_holds(
    pause: PauseRequest, leave: PauseRequest, strictest: PauseRequest
) -> None:
    assert FleetOrders(pause, leave).strictest is strictest


def test_workers_are_asked_to_leave_by_name_or_all(store: Store) -> None:
    ids = {name: worker(store, name) for name in ("one", "two", "three", "gone")}
    with store.writing() as work:
        work.fleet_workers.set_state(ids["gone"], WorkerState.LEFT)
        assert work.fleet_workers.ask_to_leave(PauseRequest.AFTER_SEGMENT, ["two", "gone"]) == 1
    with store.reading() as work:
        leave = {name: work.fleet_workers.orders(ids[name]).leave for name in ids}
    assert [name for name in ids if leave[name] is not PauseRequest.NONE] == ["two"]
    with store.writing() as work:
        assert work.fleet_workers.ask_to_leave(PauseRequest.NOW, []) == 0
        assert work.fleet_workers.ask_to_leave(PauseRequest.NOW) == 3
        assert work.fleet_workers.orders(ids["two"]).leave is PauseRequest.NOW


def test_present_are_those_who_neither_left_nor_are_lost(store: Store) -> None:
    ids = [worker(store, name) for name in ("one", "two", "three", "four")]
    states = (WorkerState.WORKING, WorkerState.LEFT, WorkerState.LOST, WorkerState.PAUSED)
    with store.writing() as work:
        for worker_id, state in zip(ids, states, strict=True):
            work.fleet_workers.set_state(worker_id, state, "because")
    with store.reading() as work:
        assert [each.name for each in work.fleet_workers.present()] == ["one", "four"]
        assert {each.state for each in work.fleet_workers.by_id(ids).values()} == set(states)
        lost = work.fleet_workers.get(ids[2])
    assert (lost.name, lost.host, lost.pid, lost.note) == ("three", "desk", 1, "because")
    assert lost.changed_at >= lost.started_at
