"""How a fleet stands, as values: what there is to do, who does it, and how fast.

Looks at the database alone, from any machine, and changes nothing. A worker that has died is told
from a living one by its lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from novelgen.fleet.terms import RedraftTerms, WriteTerms
from storage.fleet_records import JobKind, JobRecord, TaskRecord, TaskState, WorkerRecord
from storage.records import BranchTotals, NovelSummary
from storage.run_records import PauseRequest, RunRecord, RunStatus
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_SECONDS_BEFORE_A_PACE = 5.0
"""A run's first segment may have been drawn by the run before, and was then there at once."""


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """One task, and how far it has got."""

    task: TaskRecord
    job: JobRecord
    title: str
    words: int
    """Of the novel, or of the draft."""
    target_words: int
    """Words at which the task is done, as far as that is known; 0 where it is not."""
    chapter: int
    """The chapter that is written or drafted; 0 before the first."""
    worker: WorkerRecord | None
    """Who has it; None where nobody does."""
    is_lost: bool
    """Whether that worker has died, and the task waits for another to find it."""
    tokens_per_second: float
    """Of the run that goes on; 0 without one."""
    words_per_second: float


@dataclass(frozen=True, slots=True)
class FleetStanding:
    """The whole fleet."""

    pause: PauseRequest
    tasks: tuple[TaskStanding, ...]
    """In the order of the queue; those that are done only where they were asked for."""
    counts: dict[TaskState, int]
    """Of all tasks, also of those that are not listed."""
    workers: tuple[WorkerRecord, ...]
    """Those who live."""
    num_lost: int
    """Workers that have died and nobody has noticed yet."""

    @property
    def words(self) -> int:
        """Written of what the unfinished novels of the fleet are to have."""
        return sum(each.words for each in self._unfinished())

    @property
    def target_words(self) -> int:
        return sum(max(each.words, each.target_words) for each in self._unfinished())

    @property
    def words_per_second(self) -> float:
        """Of all that is being written now."""
        return sum(each.words_per_second for each in self.tasks)

    @property
    def seconds_left(self) -> float | None:
        """At the pace of now; None while nothing is written, or nothing is left."""
        left = self.target_words - self.words
        return left / self.words_per_second if left and self.words_per_second else None

    @property
    def is_done(self) -> bool:
        """Whether nothing waits or is worked on. What is held or has failed waits for a person."""
        return not (self.counts.get(TaskState.WAITING) or self.counts.get(TaskState.TAKEN))

    def _unfinished(self) -> Iterable[TaskStanding]:
        states = (TaskState.WAITING, TaskState.TAKEN, TaskState.HELD)
        return (each for each in self.tasks if each.task.state in states)


def fleet_standing(store: Store, *, with_done: bool = False) -> FleetStanding:
    """Look at the fleet as it stands now. Raises `StorageFailure`."""
    with store.reading() as work:
        tasks = work.fleet_tasks.all(with_done=with_done)
        jobs = work.fleet_tasks.jobs({task.job_id for task in tasks})
        holders = work.fleet_workers.by_id({task.worker_id for task in tasks if task.worker_id})
        present = work.fleet_workers.present()
        standing = _Reading(work, tasks, jobs)
        counts = work.fleet_tasks.count()
        pause = work.fleet_workers.pause_request()
    known = {worker.id for worker in present} | {
        task.worker_id for task in tasks if task.state is TaskState.TAKEN and task.worker_id
    }
    living = store.living_workers(known)
    return FleetStanding(
        pause=pause,
        tasks=tuple(standing.of(task, holders, living) for task in tasks),
        counts=counts,
        workers=tuple(worker for worker in present if worker.id in living),
        num_lost=sum(worker.id not in living for worker in present),
    )


class _Reading:
    """What is read of the novels of some tasks, at one moment."""

    def __init__(
        self, work: UnitOfWork, tasks: list[TaskRecord], jobs: dict[str, JobRecord]
    ) -> None:
        self._jobs = jobs
        novel_ids = {task.novel_id for task in tasks}
        summaries = work.novels.summaries() if novel_ids else []  # a library has many
        runs = work.runs.latest_of_each() if novel_ids else []
        self._novels = {each.novel.id: each for each in summaries if each.novel.id in novel_ids}
        self._runs = {
            run.novel_id: run
            for run in runs
            if run.novel_id in novel_ids and run.status is RunStatus.RUNNING
        }
        drafts = {task.revision_id for task in tasks if task.revision_id is not None}
        stand = {
            RedraftTerms.of(job).stands_revision_id
            for job in jobs.values()
            if job.kind is JobKind.REDRAFT
        }
        self._revisions = {id: work.chapters.revision(id) for id in drafts | stand if id}

    def of(
        self, task: TaskRecord, holders: dict[str, WorkerRecord], living: set[str]
    ) -> TaskStanding:
        job, summary = self._jobs[task.job_id], self._novels[task.novel_id]
        is_taken = task.state is TaskState.TAKEN
        worker = holders.get(task.worker_id or "") if is_taken else None
        is_lost = is_taken and task.worker_id not in living
        run = self._runs.get(task.novel_id) if is_taken and not is_lost else None
        words, target, chapter = self._progress(task, job, summary)
        return TaskStanding(
            task=task,
            job=job,
            title=summary.novel.title,
            words=words,
            target_words=target,
            chapter=chapter,
            worker=worker,
            is_lost=is_lost,
            tokens_per_second=_pace(run, run.tokens) if run else 0.0,
            words_per_second=_pace(run, run.words) if run else 0.0,
        )

    def _progress(
        self, task: TaskRecord, job: JobRecord, summary: NovelSummary
    ) -> tuple[int, int, int]:
        totals: BranchTotals = summary.totals
        if job.kind is JobKind.WRITE:
            whole = summary.novel.target_words
            target = min(WriteTerms.of(job).until_words or whole, whole)
            return totals.words, target, totals.chapters
        terms = RedraftTerms.of(job)
        draft = self._revisions.get(task.revision_id or "")
        stands = self._revisions.get(terms.stands_revision_id or "")
        if draft is None or stands is None:
            return 0, 0, terms.redraft.chapter
        return draft.words, terms.redraft.words or stands.words, terms.redraft.chapter


def _pace(run: RunRecord, amount: int) -> float:
    """A second, of one worker.

    The seconds of a run are those of its segments, whoever wrote them, so that several workers
    that share a run count one by one.
    """
    if run.elapsed_seconds < _SECONDS_BEFORE_A_PACE:
        return 0.0
    return amount / run.elapsed_seconds
