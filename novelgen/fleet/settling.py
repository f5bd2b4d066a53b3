"""Stores what became of a task, and with it, in one transaction, what becomes of a shared run.

A run that workers share goes on while one of them has a task of its job. With the last of them it
has ended: finished when a draft was chosen, otherwise stopped or failed. The caller holds the
novel's lock still, so that nobody takes a run that ends here for one that has died.
"""

from novelgen.fleet.outcome import DONE, Outcome
from novelgen.fleet.terms import RedraftTerms
from novelgen.generation.events import RunStopped, StopReason
from novelgen.generation.shared_run import end_run
from storage.errors import RecordNotFound
from storage.fleet_records import JobKind, TaskKind, TaskRecord, TaskState
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def settle(store: Store, task: TaskRecord, outcome: Outcome) -> bool:
    """Store what became of a task; False when it is another worker's by now, or is gone.

    Raises `StorageFailure`.
    """
    with store.writing() as work:
        if not work.fleet_tasks.is_taken_by(task.id, task.worker_id or ""):
            return False
        settle_in(work, task, outcome)
    return True


def settle_in(work: UnitOfWork, task: TaskRecord, outcome: Outcome = DONE) -> None:
    """The same in a transaction of the caller's. Raises `HeadMoved` when it is another worker's."""
    work.fleet_tasks.settle(task.id, task.worker_id or "", outcome.state, outcome.note)
    if outcome.holds_novel:
        work.fleet_tasks.hold(task.novel_id)
    _end_run_with_the_last(work, task, outcome)


def _end_run_with_the_last(work: UnitOfWork, task: TaskRecord, outcome: Outcome) -> None:
    job = work.fleet_tasks.job(task.job_id)
    if job.kind is not JobKind.REDRAFT or job.run_id is None:
        return
    if work.fleet_tasks.has_taken(job.id):
        return
    try:
        run = work.runs.get(job.run_id)
    except RecordNotFound:  # it was never begun
        return
    if task.kind is TaskKind.CHOOSE and outcome.state is TaskState.DONE:
        end_run(work, run)
    elif outcome.state is TaskState.FAILED:
        end_run(work, run, failed=outcome.note)
    else:
        number = RedraftTerms.of(job).redraft.chapter
        words = work.chapters.totals(run.branch_id or "").words
        why = f"Chapter {number} is as it was; what was drafted is kept."
        is_told = outcome.state is not TaskState.DONE  # else it goes on with the next task
        end_run(work, run, RunStopped(StopReason.ASKED, words, why), is_told=is_told)
