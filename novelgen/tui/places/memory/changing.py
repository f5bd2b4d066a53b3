"""Branches off at a snapshot; a function for the desk's threads."""

from novelgen.bootstrap import Workbench
from novelgen.generation.branching import branch_from_snapshot


def branch_off(workbench: Workbench, novel_id: str, key: str) -> str:
    """Have the story end with a segment, in a new branch; returns what was done, in a sentence.

    Raises `NovelgenError`.
    """
    before = workbench.find(novel_id).novel
    with workbench.runs.claimed(before):
        novel = branch_from_snapshot(workbench.store, before, key)
    if novel.active_branch_id == before.active_branch_id:
        return "It is the last segment that is written; no branch is needed."
    with workbench.store.reading() as work:
        name = work.branches.get(novel.active_branch_id).name
    return f"The story ends there now, in the branch {name}. w writes on."
