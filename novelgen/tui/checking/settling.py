"""Takes things off the list of what is to be checked."""

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import settle_mark, unsettle_mark
from novelgen.generation.to_check import CheckKind, ToCheck, everything_to_check
from novelgen.story.open_matters import intend_finding, intend_promise

MARKS = (CheckKind.NOTE, CheckKind.MARK, CheckKind.COMMENT)
"""What the author left; everything else was found."""


def read_to_check(workbench: Workbench, novel_id: str) -> list[ToCheck]:
    """All there is to check in the active branch."""
    with workbench.store.reading() as work:
        return everything_to_check(work, work.novels.get(novel_id).active_branch_id)


def settle_entry(workbench: Workbench, novel_id: str, entry: ToCheck) -> list[ToCheck]:
    """Be done with an entry: a mark is settled, what was found is meant so. What is left.

    Raises `RecordNotFound`.
    """
    novel = workbench.find(novel_id).novel
    if entry.kind in MARKS:
        settle_mark(workbench.store, novel, entry.source_id)
        return read_to_check(workbench, novel_id)
    with workbench.store.writing() as work:
        branch_id = novel.active_branch_id
        if entry.kind is CheckKind.CHANGED:
            work.checks.intend(branch_id, entry.source_id)
        elif entry.kind is CheckKind.OVERDUE_PROMISE:
            intend_promise(work, branch_id, entry.source_id)
        else:
            intend_finding(work, branch_id, entry.source_id)
    return read_to_check(workbench, novel_id)


def unsettle_entry(workbench: Workbench, novel_id: str, entry: ToCheck) -> list[ToCheck]:
    """Have a mark stand again. What there is to check then. Raises `RecordNotFound`."""
    unsettle_mark(workbench.store, workbench.find(novel_id).novel, entry.source_id)
    return read_to_check(workbench, novel_id)
