"""What is open in a story: contradictions, oddities that the guard found, promises not yet kept."""

from dataclasses import dataclass, replace

from novelgen.story.contradiction_search import KINDS
from storage.story_records import FindingRecord, FindingState, ThreadRecord, ThreadState
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """What of a branch waits for an answer."""

    contradictions: tuple[FindingRecord, ...]
    oddities: tuple[FindingRecord, ...]
    """What is odd in finished chapters, whoever wrote them."""
    promises: tuple[ThreadRecord, ...]
    """Those that are due first come first, then those that are due in no chapter."""
    last_chapter: int
    """The last one that was begun; what was due before it is overdue."""

    def is_overdue(self, promise: ThreadRecord) -> bool:
        return promise.due_chapter is not None and promise.due_chapter < self.last_chapter


def open_matters(work: UnitOfWork, branch_id: str) -> OpenMatters:
    """What is open in a branch as it stands."""
    last = work.chapters.last(branch_id)
    found = work.findings.standing(branch_id)
    promises = work.threads.of_branch(branch_id, state=ThreadState.OPEN)
    promises.sort(key=lambda one: (one.due_chapter is None, one.due_chapter or 0, one.id))
    return OpenMatters(
        tuple(finding for finding in found if finding.kind in KINDS),
        tuple(finding for finding in found if finding.kind not in KINDS),
        tuple(promises),
        0 if last is None else last.number,
    )


def intend_finding(work: UnitOfWork, branch_id: str, finding_id: int) -> None:
    """Note that the passages are as the person means them. Raises `RecordNotFound`."""
    work.findings.answer(branch_id, finding_id, FindingState.INTENDED)


def intend_promise(work: UnitOfWork, branch_id: str, thread_id: int) -> None:
    """Note that a promise stays open on purpose. Raises `RecordNotFound` and `HeadMoved`."""
    thread = work.threads.get(branch_id, thread_id)
    work.threads.revise(thread_id, replace(thread, state=ThreadState.INTENDED))
