"""What the plan shows, read in one go; and how a changed plan is saved."""

from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.generation.plan_editing import Replanned, SeenPlan, see_plan, store_document
from novelgen.planning.document import PlanDocument, require_sound
from novelgen.planning.plan_differences import PlanDifference, plan_differences
from storage.records import PlanRecord


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of the plan, in a line."""

    version: int
    made: str
    at: str
    """When it was made, in UTC."""
    chapters: int
    target_words: int


def read_plan(workbench: Workbench, novel_id: str) -> SeenPlan | None:
    """The current plan; None where there is none yet."""
    novel = workbench.find(novel_id).novel
    with workbench.store.reading() as work:
        if work.plans.current(novel.active_branch_id) is None:
            return None
    return see_plan(workbench.store, novel)


def save_plan(
    workbench: Workbench, seen: SeenPlan, document: PlanDocument, target_words: int | None = None
) -> Replanned:
    """Make the document the plan, as a new version. Raises as `store_document`."""
    return store_document(workbench.store, seen, require_sound(document), target_words)


def read_versions(workbench: Workbench, novel_id: str) -> tuple[PlanVersion, ...]:
    """All versions, the newest first."""
    novel = workbench.find(novel_id).novel
    with workbench.store.reading() as work:
        return tuple(_version(each) for each in work.plans.versions(novel.active_branch_id))


def read_differences(workbench: Workbench, novel_id: str, version: int) -> list[PlanDifference]:
    """How the current plan differs from an older version."""
    novel = workbench.find(novel_id).novel
    older = see_plan(workbench.store, novel, version)
    return plan_differences(older.document, see_plan(workbench.store, novel).document)


def told(done: Replanned) -> str:
    """What became of a change, in a line."""
    if not done.is_changed:
        return f"The plan is as it was: version {done.version}."
    return f"The plan is version {done.version} now. v brings an earlier one back."


def _version(record: PlanRecord) -> PlanVersion:
    structure = record.structure
    return PlanVersion(
        record.version,
        str(structure.get("made", "planned")),
        f"{record.created_at:%Y-%m-%d %H:%M}",
        len(structure.get("chapters", ())),
        int(structure.get("target_words") or 0),
    )
