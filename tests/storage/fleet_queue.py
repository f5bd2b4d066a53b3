"""Steps of a fleet's work: a job is queued, taken, settled, or its worker has died."""

from storage import NovelRecord
from storage.fleet_records import (
    JobKind,
    JobRecord,
    NewJob,
    NewWorker,
    TaskKind,
    TaskRecord,
    TaskState,
)
from storage.store import Store


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
