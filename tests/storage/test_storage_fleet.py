"""The queue of a fleet: in which order who takes what, and who may settle it."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from storage import HeadMoved, NovelRecord, RecordNotFound
from storage.fleet_records import (
    JobKind,
    NewJob,
    TaskKind,
    TaskRecord,
    TaskState,
    WorkerState,
)
from storage.store import Store, open_store
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import Scribe
from tests.storage.fleet_queue import bury, drafts_of, queued, settle, stored, take, taken, worker
from tests.storage.raw import on_postgresql

AddNovel = Callable[..., NovelRecord]


def test_a_job_is_kept_with_its_terms_and_its_first_task(store: Store, novel: NovelRecord) -> None:
    job = queued(store, novel)
    with store.reading() as work:
        assert work.fleet_tasks.job(job.id) == job
        assert work.fleet_tasks.jobs([job.id, "no such job"]) == {job.id: job}
        (task,) = work.fleet_tasks.of_job(job.id)
        assert work.fleet_tasks.of_novel(novel.id) == [task]
        assert work.fleet_tasks.queued(novel.id, TaskKind.WRITE) is not None
        assert work.fleet_tasks.queued(novel.id, TaskKind.PREPARE) is None
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


def test_a_job_names_the_run_that_its_workers_share(store: Store, scribe: Scribe) -> None:
    job = queued(store, scribe.novel, JobKind.REDRAFT)
    with store.writing() as work:
        work.fleet_tasks.share_run(job.id, scribe.run.id)
        assert work.fleet_tasks.job(job.id).run_id == scribe.run.id
