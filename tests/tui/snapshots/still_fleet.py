"""A fleet at one moment, for pictures: its records are made by hand, no server is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.fleet import FleetDesk
from novelgen.fleet.standing import FleetStanding, TaskStanding
from novelgen.fleet.terms import RedraftTerms, WriteTerms
from novelgen.generation.regeneration import Redraft
from storage.fleet_records import (
    JobKind,
    JobRecord,
    TaskKind,
    TaskRecord,
    TaskState,
    WorkerRecord,
    WorkerState,
)
from storage.run_records import PauseRequest
from tests.tui.conftest import TITLE

_BEGUN = datetime(2026, 3, 14, 17, 12, tzinfo=UTC)
_NOTE = (
    "Chapter 2 has changed since its drafts were begun. `novelgen fleet remove` takes the job out."
)


class _StillFleet(FleetDesk):
    """Always stands the same."""

    def __init__(self, workbench: Workbench, fleet: FleetStanding) -> None:
        super().__init__(workbench)
        self._fleet = fleet

    @property
    def is_possible(self) -> bool:
        return True

    def standing(self, *, with_done: bool = False) -> FleetStanding:
        return self._fleet


@contextmanager
def a_fleet(bench: Workbench) -> Iterator[None]:
    """One novel is written, one chapter drafted eight times; something failed, a worker is lost."""
    bench.fleet = _StillFleet(bench, _fleet(bench))
    lock = bench.store.try_lock_novel(bench.find("The Glassworks").novel.id)
    assert lock is not None
    with lock:
        yield


def _fleet(bench: Workbench) -> FleetStanding:
    keeper, glassworks, salt = (
        bench.find(title).novel.id for title in (TITLE, "The Glassworks", "Salt")
    )
    first, lost, third, fourth = (
        _worker(number, node) for number, node in ((1, 1), (2, 2), (3, 2), (4, 3))
    )
    drafts = _redraft("a", keeper, 4, 8)
    tasks = (
        _task(1, drafts, TITLE, TaskKind.DRAFT, worker=first, part=4, words=512, tokens=41.2),
        _task(2, drafts, TITLE, TaskKind.DRAFT, worker=lost, part=5, words=96, is_lost=True),
        _task(3, drafts, TITLE, TaskKind.DRAFT, worker=fourth, part=6, words=380, tokens=38.7),
        _task(4, drafts, TITLE, TaskKind.DRAFT, TaskState.WAITING, part=7),
        _task(5, drafts, TITLE, TaskKind.DRAFT, TaskState.WAITING, part=8),
        _task(6, _write("b", glassworks), "The Glassworks", TaskKind.WRITE, worker=third,
              target=80_000, chapter=0),
        _task(7, _write("c", keeper), TITLE, TaskKind.WRITE, TaskState.HELD, words=3794,
              target=6000, chapter=5),
        _task(8, _redraft("d", salt, 2, 4), "Salt", TaskKind.PREPARE, TaskState.FAILED, note=_NOTE,
              target=0, chapter=2),
    )  # fmt: skip
    return FleetStanding(
        pause=PauseRequest.NONE,
        tasks=tasks,
        counts={
            TaskState.TAKEN: 4,
            TaskState.WAITING: 2,
            TaskState.HELD: 1,
            TaskState.FAILED: 1,
            TaskState.DONE: 4,
        },
        workers=(first, third, fourth),
        num_lost=1,
    )


def _worker(number: int, node: int) -> WorkerRecord:
    is_leaving = number == 4
    return WorkerRecord(
        id=f"{number:012x}",
        name=f"worker-{number}",
        host=f"gpu-node-{node}",
        pid=4700 + number,
        versions={},
        metrics_address=f"127.0.0.1:{9400 + number}",
        state=WorkerState.WORKING,
        leave_request=PauseRequest.AFTER_SEGMENT if is_leaving else PauseRequest.NONE,
        started_at=_BEGUN + timedelta(minutes=40 * number),
        changed_at=_BEGUN,
    )


def _write(job_id: str, novel_id: str) -> JobRecord:
    return JobRecord(job_id, novel_id, JobKind.WRITE, WriteTerms().as_json(), None, _BEGUN)


def _redraft(job_id: str, novel_id: str, chapter: int, drafts: int) -> JobRecord:
    terms = RedraftTerms(Redraft(chapter, drafts=drafts)).as_json()
    return JobRecord(job_id, novel_id, JobKind.REDRAFT, terms, None, _BEGUN)


def _task(
    number: int,
    job: JobRecord,
    title: str,
    kind: TaskKind,
    state: TaskState = TaskState.TAKEN,
    worker: WorkerRecord | None = None,
    *,
    part: int | None = None,
    note: str = "",
    words: int = 0,
    target: int = 750,
    chapter: int = 4,
    tokens: float = 0.0,
    is_lost: bool = False,
) -> TaskStanding:
    record = TaskRecord(
        id=number,
        job_id=job.id,
        novel_id=job.novel_id,
        kind=kind,
        state=state,
        part=part,
        revision_id=None,
        worker_id=None if worker is None else worker.id,
        deaths=0,
        progress=0,
        note=note,
        created_at=_BEGUN,
        taken_at=None if worker is None else _BEGUN,
        ended_at=None,
    )
    return TaskStanding(
        task=record,
        job=job,
        title=title,
        words=words,
        target_words=target,
        chapter=chapter,
        worker=worker,
        is_lost=is_lost,
        tokens_per_second=tokens,
        words_per_second=tokens * 0.7,
    )
