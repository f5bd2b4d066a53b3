"""What a person puts into the queue of a fleet, holds back, lets go on, and takes out again."""

from collections.abc import Sequence

from novelgen.errors import NotFoundError, UsageError
from novelgen.fleet.taking import take_from_the_dead
from novelgen.fleet.terms import RedraftTerms, WriteTerms
from novelgen.generation.regeneration import Redraft, require_chapter
from storage.errors import HeadMoved
from storage.fleet_records import JobKind, JobRecord, NewJob, TaskKind, TaskState
from storage.records import NovelRecord, NovelStatus
from storage.run_records import PauseRequest
from storage.store import Store


def add_novel(store: Store, novel: NovelRecord, terms: WriteTerms) -> JobRecord:
    """Let the fleet write a novel on. Raises `UsageError` where there is nothing to write."""
    if novel.status is NovelStatus.FINISHED:
        raise UsageError(
            f"“{novel.title}” ({novel.id}) is finished.",
            f"`novelgen set {novel.id} --target-words N` makes it longer.",
        )
    with store.writing() as work:
        queued = work.fleet_tasks.queued(novel.id, TaskKind.WRITE)
        if queued is not None:
            has_failed = queued.state is TaskState.FAILED
            raise UsageError(
                f"“{novel.title}” ({novel.id}) is in the queue already"
                + (f", and has failed: {queued.note}" if has_failed else "."),
                f"`novelgen fleet retry {novel.id}` tries again."
                if has_failed
                else "`novelgen fleet status` shows how it stands.",
            )
        return work.fleet_tasks.add_job(
            NewJob(novel.id, JobKind.WRITE, terms.as_json()), TaskKind.WRITE
        )


def add_redraft(store: Store, novel: NovelRecord, redraft: Redraft) -> JobRecord:
    """Let the fleet draft a chapter anew, all drafts side by side, and choose among them.

    Raises what `require_chapter` raises.
    """
    require_chapter(store, novel, redraft)
    with store.writing() as work:
        job = NewJob(novel.id, JobKind.REDRAFT, RedraftTerms(redraft).as_json())
        return work.fleet_tasks.add_job(job, TaskKind.PREPARE)


def pause_novel(store: Store, novel_id: str, request: PauseRequest) -> int:
    """Hold a novel's tasks, and let the workers that have some stop; how many there were.

    Raises `NotFoundError` when the fleet has none.
    """
    take_from_the_dead(store)
    with store.writing() as work:
        count = work.fleet_tasks.hold(novel_id, request)
    if not count:
        raise NotFoundError(
            f"The fleet has no work on novel {novel_id} that could be paused.",
            "`novelgen fleet status` shows what there is.",
        )
    return count


def let_go_on(store: Store, novel_id: str | None, states: Sequence[TaskState]) -> int:
    """Put tasks in these states back into the queue; how many there were.

    With `HELD` among them, what is about to be held is not.
    """
    with store.writing() as work:
        return work.fleet_tasks.release(novel_id, states)


def remove_novel(store: Store, novel_id: str) -> int:
    """Take a novel's unfinished jobs out of the queue; how many there were.

    What was written stays. Raises `UsageError` while a worker has one in hand, `NotFoundError`
    when there is none.
    """
    take_from_the_dead(store)
    with store.writing() as work:
        jobs = {task.job_id for task in work.fleet_tasks.of_novel(novel_id)}
        for job_id in jobs:
            try:
                work.fleet_tasks.remove_job(job_id)
            except HeadMoved as moved:
                raise UsageError(
                    f"A worker has novel {novel_id} in hand.",
                    f"`novelgen fleet pause {novel_id}` first; it ends with the segment in hand.",
                ) from moved
    if not jobs:
        raise NotFoundError(
            f"The fleet has nothing to do for novel {novel_id}.",
            "`novelgen fleet status` shows what there is.",
        )
    return len(jobs)
