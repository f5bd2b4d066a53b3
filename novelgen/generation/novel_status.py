"""Where a novel stands while no run works on it: told from its chapters, not remembered."""

from novelgen.planning.structure import Structure
from storage.records import NovelStatus, RevisionState
from storage.unit_of_work import UnitOfWork

AT_WORK = (NovelStatus.WRITING, NovelStatus.PLANNING)
"""Statuses that a run sets while it works."""


def status_at_rest(work: UnitOfWork, branch_id: str) -> NovelStatus:
    """Finished when every planned chapter of the branch is complete, else paused."""
    plan = work.plans.current(branch_id)
    if plan is None:
        return NovelStatus.PAUSED
    complete = {
        chapter.number
        for chapter in work.chapters.of_branch(branch_id)
        if chapter.revision.state is RevisionState.COMPLETE
    }
    planned = {slot.number for slot in Structure.from_json(plan.structure).chapters}
    return NovelStatus.FINISHED if planned <= complete else NovelStatus.PAUSED


def settle_status(work: UnitOfWork, novel_id: str) -> None:
    """Bring a novel's status up to its text after a person's change; a run sets its own."""
    novel = work.novels.get(novel_id)
    if novel.status not in AT_WORK:
        work.novels.set_status(novel_id, status_at_rest(work, novel.active_branch_id))
