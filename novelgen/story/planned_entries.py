"""Characters, places and things of a plan enter the bible, before the text names them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from novelgen.text.known_names import folded
from storage.story_records import EntryKind, NewEntry, StoryOrigin
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """Somebody or something that a plan names."""

    name: str
    kind: EntryKind = EntryKind.CHARACTER
    description: str = ""


def keep_planned_entries(work: UnitOfWork, branch_id: str, planned: Iterable[PlannedEntry]) -> int:
    """Add those that the bible does not have yet; how many were added.

    One that it has gets the plan's description where it has none. What a person hid stays hidden.
    """
    known = {
        folded(name): entry
        for entry in work.entries.of_branch(branch_id, with_hidden=True)
        for name in (*entry.aliases, entry.name)
    }
    count = 0
    for each in planned:
        entry = known.get(folded(each.name))
        if entry is None:
            known[folded(each.name)] = work.entries.add(
                NewEntry(
                    branch_id, each.name, each.kind, StoryOrigin.PLAN, description=each.description
                )
            )
            count += 1
        elif each.description and not entry.description and not entry.is_hidden:
            described = replace(entry, description=each.description)
            known[folded(each.name)] = work.entries.revise(entry.id, described)
    return count
