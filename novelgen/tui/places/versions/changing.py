"""Goes back and forth in the versions; each returns what was done, in a sentence.

Functions for the desk's threads. They raise `NovelgenError`.
"""

from novelgen.bootstrap import Workbench
from novelgen.generation.branching import branch_after, switch_branch
from novelgen.generation.editing import (
    Undone,
    chapter_text,
    redo_change,
    restore_revision,
    undo_change,
)
from storage.records import RevisionRecord


def restore(workbench: Workbench, novel_id: str, revision: RevisionRecord) -> str:
    """Make a revision the text of its chapter in the active branch."""
    novel = workbench.find(novel_id).novel
    number = revision.chapter_number
    before = chapter_text(workbench.store, novel.id, novel.active_branch_id, number)
    edited = restore_revision(workbench.store, before, revision)
    told = f"Chapter {number} is back to revision {revision.number}. u takes it back."
    return told + _to_check(edited.to_check)


def undo(workbench: Workbench, novel_id: str) -> str:
    """Take the last change back."""
    return _told("Taken back", undo_change(workbench.store, workbench.find(novel_id).novel))


def redo(workbench: Workbench, novel_id: str) -> str:
    """Make the change that was taken back last once more."""
    return _told("Made once more", redo_change(workbench.store, workbench.find(novel_id).novel))


def make_branch(workbench: Workbench, novel_id: str, chapter: int, name: str) -> str:
    """A branch that leaves the active one after a chapter; returns its name."""
    novel = workbench.find(novel_id).novel
    return branch_after(workbench.store, novel, chapter, name).name


def go_to_branch(workbench: Workbench, novel_id: str, name: str) -> str:
    """Make another branch the active one."""
    novel = workbench.find(novel_id).novel
    with workbench.runs.claimed(novel):
        switch_branch(workbench.store, novel, name)
    return f"{name} is the branch at hand now."


def _told(what: str, undone: Undone) -> str:
    return f"{what}: {undone.change.label}.{_to_check(undone.to_check)}"


def _to_check(passages: int) -> str:
    return f" {passages} later passages to check." if passages else ""
