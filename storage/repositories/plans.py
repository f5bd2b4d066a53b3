"""Plans and their chapters. Both are only ever added."""

from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.errors import HeadMoved, RecordNotFound
from storage.records import (
    Beat,
    JsonObject,
    NewPlannedChapter,
    PlannedBeats,
    PlannedChapterRecord,
    PlanRecord,
    new_id,
)
from storage.repositories.base import Repository, copy_row, record_of
from storage.tables import BranchRow, PlannedBeatsRow, PlannedChapterRow, PlanRow, utc_now


class PlanRepository(Repository):
    """The plans of the branches."""

    def add(
        self, branch_id: str, structure: JsonObject, *, expected_version: int | None = None
    ) -> PlanRecord:
        """Add the next version of a branch's plan, which becomes its current one.

        It begins without chapters. `expected_version` is the version that the caller has seen, 0
        for none. Raises `HeadMoved` when another one is current, and `RecordNotFound`.
        """
        self._row(BranchRow, branch_id, "branch")
        highest = self._session.scalar(
            select(func.max(PlanRow.version)).where(PlanRow.branch_id == branch_id)
        )
        if expected_version is not None and (highest or 0) != expected_version:
            raise HeadMoved(
                f"The plan was changed in the meantime: it is version {highest or 0} now, not "
                f"{expected_version}.",
                "Look at it with `novelgen plan NOVEL`, and make the change once more.",
            )
        row = PlanRow(
            id=new_id(),
            branch_id=branch_id,
            version=(highest or 0) + 1,
            structure=dict(structure),
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return record_of(PlanRecord, row)

    def current(self, branch_id: str) -> PlanRecord | None:
        """The highest version of a branch's plan; None before the first one."""
        row = self._session.scalar(
            select(PlanRow)
            .where(PlanRow.branch_id == branch_id)
            .order_by(PlanRow.version.desc())
            .limit(1)
        )
        return None if row is None else record_of(PlanRecord, row)

    def versions(self, branch_id: str) -> list[PlanRecord]:
        """All versions of a branch's plan, the newest first."""
        statement = select(PlanRow).where(PlanRow.branch_id == branch_id)
        rows = self._session.scalars(statement.order_by(PlanRow.version.desc()))
        return [record_of(PlanRecord, row) for row in rows]

    def add_chapter(self, plan_id: str, chapter: NewPlannedChapter) -> PlannedChapterRecord:
        """Add a chapter to a plan.

        Raises `HeadMoved` when the plan has that chapter already, and `RecordNotFound`.
        """
        self._row(PlanRow, plan_id, "plan")
        if self._session.get(PlannedChapterRow, (plan_id, chapter.number)) is not None:
            raise HeadMoved(
                f"Chapter {chapter.number} is planned already.",
                "Look at the plan as it is now; a change needs a new version of it.",
            )
        row = PlannedChapterRow(
            plan_id=plan_id,
            number=chapter.number,
            part=chapter.part,
            title=chapter.title,
            brief=chapter.brief,
            role=chapter.role,
            target_words=chapter.target_words,
            origin=chapter.origin,
            provenance=dict(chapter.provenance),
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return _planned_chapter(row)

    def chapters(
        self, plan_id: str, first: int = 1, last: int | None = None
    ) -> list[PlannedChapterRecord]:
        """The chapters planned so far, by number; only those from `first` through `last`."""
        statement = (
            select(PlannedChapterRow)
            .where(PlannedChapterRow.plan_id == plan_id, PlannedChapterRow.number >= first)
            .order_by(PlannedChapterRow.number)
        )
        if last is not None:
            statement = statement.where(PlannedChapterRow.number <= last)
        return [_planned_chapter(row) for row in self._session.scalars(statement)]

    def chapter(self, plan_id: str, number: int) -> PlannedChapterRecord | None:
        """One planned chapter; None while it is not planned."""
        row = self._session.get(PlannedChapterRow, (plan_id, number))
        return None if row is None else _planned_chapter(row)

    def add_beats(self, plan_id: str, number: int, planned: PlannedBeats) -> None:
        """Add the beats of a planned chapter.

        Raises `HeadMoved` when the chapter has beats already, `RecordNotFound` when it is not
        planned.
        """
        if self._session.get(PlannedChapterRow, (plan_id, number)) is None:
            raise RecordNotFound(f"Chapter {number} is not planned yet.")
        if self._session.get(PlannedBeatsRow, (plan_id, number)) is not None:
            raise HeadMoved(
                f"The beats of chapter {number} are planned already.",
                "Look at the plan as it is now; a change needs a new version of it.",
            )
        row = PlannedBeatsRow(
            plan_id=plan_id,
            chapter_number=number,
            beats=[asdict(beat) for beat in planned.beats],
            origin=planned.origin,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()

    def beats(self, plan_id: str, number: int) -> PlannedBeats | None:
        """The beats of a chapter; None while they are not planned."""
        row = self._session.get(PlannedBeatsRow, (plan_id, number))
        if row is None:
            return None
        return _planned_beats(row)

    def all_beats(self, plan_id: str) -> dict[int, PlannedBeats]:
        """The beats planned so far, by chapter."""
        statement = select(PlannedBeatsRow).where(PlannedBeatsRow.plan_id == plan_id)
        rows = self._session.scalars(statement.order_by(PlannedBeatsRow.chapter_number))
        return {row.chapter_number: _planned_beats(row) for row in rows}

    def beat_briefs(self, plan_id: str, but_of: int) -> set[str]:
        """What all beats of a plan say, but for those of one chapter."""
        statement = select(PlannedBeatsRow.beats).where(
            PlannedBeatsRow.plan_id == plan_id, PlannedBeatsRow.chapter_number != but_of
        )
        return {beat["brief"] for beats in self._session.scalars(statement) for beat in beats}


def copy_plan(
    session: Session, plan_id: str, branch_id: str, *, filled_from: str | None = None
) -> None:
    """Make a plan the current one of a branch: its copy is the branch's next version.

    What it lacks, chapters and beats, is taken over from the plan `filled_from`, in which planning
    may have gone on. Raises `RecordNotFound`.
    """
    plan = session.get(PlanRow, plan_id)
    if plan is None:
        raise RecordNotFound(f"There is no plan with the id {plan_id!r}.")
    versions = select(func.max(PlanRow.version)).where(PlanRow.branch_id == branch_id)
    copy = copy_row(
        plan,
        id=new_id(),
        branch_id=branch_id,
        version=(session.scalar(versions) or 0) + 1,
        origin_id=plan.origin_id or plan.id,
    )
    session.add(copy)
    session.flush()
    sources = [plan.id] if filled_from is None else [filled_from, plan.id]
    chapters: dict[int, PlannedChapterRow] = {}
    beats: dict[int, PlannedBeatsRow] = {}
    for source in sources:  # the later one wins
        planned = select(PlannedChapterRow).where(PlannedChapterRow.plan_id == source)
        chapters |= {row.number: row for row in session.scalars(planned)}
        told = select(PlannedBeatsRow).where(PlannedBeatsRow.plan_id == source)
        beats |= {row.chapter_number: row for row in session.scalars(told)}
    session.add_all(copy_row(row, plan_id=copy.id) for row in chapters.values())
    session.flush()
    session.add_all(copy_row(row, plan_id=copy.id) for row in beats.values())
    session.flush()


def _planned_beats(row: PlannedBeatsRow) -> PlannedBeats:
    return PlannedBeats(tuple(Beat.from_json(beat) for beat in row.beats), row.origin)


def _planned_chapter(row: PlannedChapterRow) -> PlannedChapterRecord:
    return PlannedChapterRecord(
        plan_id=row.plan_id,
        number=row.number,
        part=row.part,
        title=row.title,
        brief=row.brief,
        role=row.role,
        target_words=row.target_words,
        origin=row.origin,
        provenance=row.provenance,
        created_at=row.created_at,
    )
