"""Which chapters make a part: as they are planned, else by twenty."""

from dataclasses import dataclass

from storage.unit_of_work import UnitOfWork

_CHAPTERS_A_PART = 20


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a branch's plan."""

    planned: dict[int, int]
    """The part of each planned chapter."""

    @classmethod
    def of_branch(cls, work: UnitOfWork, branch_id: str) -> "Parts":
        plan = work.plans.current(branch_id)
        if plan is None:
            return cls({})
        return cls({chapter.number: chapter.part for chapter in work.plans.chapters(plan.id)})

    def part_of(self, chapter: int) -> int:
        """The part of a chapter; of one behind the plan the last part's, or by twenty."""
        if chapter in self.planned:
            return self.planned[chapter]
        if self.planned:
            return max(self.planned.values())
        return (chapter - 1) // _CHAPTERS_A_PART + 1

    def last_of_part(self, chapter: int) -> int | None:
        """The last planned chapter of a chapter's part; None when it is that one itself, or none
        is planned."""
        part = self.part_of(chapter)
        last = max((number for number, of in self.planned.items() if of == part), default=chapter)
        return last if last > chapter else None
