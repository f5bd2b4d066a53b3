"""Changes: made, undone and redone by moving pointers, never by touching a text."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.change_records import ChangeRecord, NewChange, Pointers
from storage.errors import HeadMoved, RecordNotFound, StorageFailure
from storage.records import CONTINUES
from storage.repositories.base import Repository
from storage.repositories.plans import copy_plan
from storage.repositories.versions import move_versions
from storage.story_tables import EntryRow, FactRow, ThreadRow
from storage.tables import (
    BranchRow,
    ChangeRow,
    ChapterRow,
    NovelRow,
    PlanRow,
    RevisionRow,
    utc_now,
)

_LOOK_AGAIN = "Look at the novel as it is now; nothing was changed."


class ChangeRepository(Repository):
    """The changes of the branches, in the order in which they were made."""

    def make(self, change: NewChange) -> ChangeRecord:
        """Move the pointers from `before` to `after`, and remember it.

        Changes that were undone before are then no more to be redone. Raises `HeadMoved`, and
        moves nothing, when things do not stand as `before` says; `RecordNotFound`; and
        `StorageFailure` for a change that could not be undone.
        """
        _require_two_sides(change)
        self._move(change.novel_id, change.branch_id, change.before, change.after)
        row = ChangeRow(
            novel_id=change.novel_id,
            branch_id=change.branch_id,
            kind=change.kind,
            label=change.label,
            before=_as_json(change.before),
            after=_as_json(change.after),
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def of_branch(self, branch_id: str) -> list[ChangeRecord]:
        """The changes of a branch, the newest first."""
        statement = select(ChangeRow).where(ChangeRow.branch_id == branch_id)
        rows = self._session.scalars(statement.order_by(ChangeRow.id.desc()))
        return [_record(row) for row in rows]

    def undo(self, branch_id: str) -> ChangeRecord:
        """Take the newest change that stands back.

        Raises `RecordNotFound` when there is none, `HeadMoved` when something has moved since.
        """
        statement = select(ChangeRow).where(
            ChangeRow.branch_id == branch_id, ChangeRow.undone_at.is_(None)
        )
        row = self._session.scalar(statement.order_by(ChangeRow.id.desc()).limit(1))
        if row is None:
            raise RecordNotFound("There is no change to undo.")
        record = _record(row)
        # A run may have written on what the change left; then that is what a redo brings back.
        after = replace(record.after, chapters=self._written_on(branch_id, record.after.chapters))
        self._move(row.novel_id, branch_id, after, record.before)
        row.after = _as_json(after)
        row.undone_at = self._next_undone_at(branch_id)
        self._session.flush()
        return _record(row)

    def redo(self, branch_id: str) -> ChangeRecord:
        """Make the change that was undone last once more.

        Raises `RecordNotFound` when there is none, or a newer change stands; `HeadMoved`.
        """
        standing = select(ChangeRow.id).where(
            ChangeRow.branch_id == branch_id, ChangeRow.undone_at.is_(None)
        )
        newest = self._session.scalar(standing.order_by(ChangeRow.id.desc()).limit(1)) or 0
        statement = select(ChangeRow).where(
            ChangeRow.branch_id == branch_id,
            ChangeRow.id > newest,
            ChangeRow.undone_at.is_not(None),
        )
        # Not by id: a newer change may have been made, and undone, in place of undone ones.
        row = self._session.scalar(statement.order_by(ChangeRow.undone_at.desc()).limit(1))
        if row is None:
            raise RecordNotFound("There is no change to redo.")
        record = _record(row)
        self._move(row.novel_id, branch_id, record.before, record.after)
        row.undone_at = None
        self._session.flush()
        return _record(row)

    def _written_on(self, branch_id: str, chapters: Mapping[int, str]) -> dict[int, str]:
        """For each chapter the revision named, or the one in which a run went on from it."""
        return {
            number: self._continuation(branch_id, number, revision_id) or revision_id
            for number, revision_id in chapters.items()
        }

    def _continuation(self, branch_id: str, number: int, revision_id: str) -> str | None:
        chapter = self._session.get(ChapterRow, (branch_id, number))
        revision = None if chapter is None else self._session.get(RevisionRow, chapter.revision_id)
        while revision is not None and revision.id != revision_id:
            earlier = revision.provenance.get(CONTINUES)
            revision = None if earlier is None else self._session.get(RevisionRow, earlier)
        return None if revision is None or chapter is None else chapter.revision_id

    def _next_undone_at(self, branch_id: str) -> datetime:
        """Now, but after every earlier one, for their order says what was undone last."""
        last = self._session.scalar(
            select(func.max(ChangeRow.undone_at)).where(ChangeRow.branch_id == branch_id)
        )
        now = utc_now()
        return now if last is None else max(now, last + timedelta(microseconds=1))

    def _move(self, novel_id: str, branch_id: str, before: Pointers, after: Pointers) -> None:
        """Check everything, then move everything. See `make` for what is raised."""
        novel = self._session.get(NovelRow, novel_id, with_for_update=True)
        if novel is None:
            raise RecordNotFound(f"There is no novel with the id {novel_id!r}.")
        if self._row(BranchRow, branch_id, "branch").novel_id != novel_id:
            raise RecordNotFound(f"Novel {novel_id} has no branch with the id {branch_id!r}.")
        self._require_chapters(branch_id, before, after)
        self._require_revisions(novel_id, after)
        for name in ("title", "premise"):
            if getattr(after, name) is not None and getattr(novel, name) != getattr(before, name):
                raise HeadMoved(f"The {name} was changed in the meantime.", _LOOK_AGAIN)
        if before.plan_id is not None and after.plan_id is not None:
            self._move_plan(branch_id, before.plan_id, after.plan_id)
        for number, revision_id in after.chapters.items():
            self._point(branch_id, number, revision_id)
        move_versions(self._session, EntryRow, branch_id, before.entries, after.entries)
        move_versions(self._session, FactRow, branch_id, before.facts, after.facts)
        move_versions(self._session, ThreadRow, branch_id, before.threads, after.threads)
        for name in ("title", "premise"):
            if getattr(after, name) is not None:
                setattr(novel, name, getattr(after, name))
        novel.touch()
        self._session.flush()

    def _require_chapters(self, branch_id: str, before: Pointers, after: Pointers) -> None:
        chapters = select(ChapterRow).where(ChapterRow.branch_id == branch_id)
        standing = {row.number: row.revision_id for row in self._session.scalars(chapters)}
        for number, revision_id in before.chapters.items():
            if standing.get(number, "") != revision_id:
                raise HeadMoved(f"Chapter {number} was changed in the meantime.", _LOOK_AGAIN)
        left = {number for number in standing if after.chapters.get(number) != ""}
        for number, revision_id in after.chapters.items():
            if revision_id == "" and any(later > number for later in left):
                raise HeadMoved(
                    f"Chapter {number} cannot go: chapter {max(left)} follows it.", _LOOK_AGAIN
                )

    def _require_revisions(self, novel_id: str, after: Pointers) -> None:
        for number, revision_id in after.chapters.items():
            if revision_id == "":
                continue
            revision = self._row(RevisionRow, revision_id, "revision")
            if (revision.novel_id, revision.chapter_number) != (novel_id, number):
                raise RecordNotFound(
                    f"Chapter {number} has no revision with the id {revision_id!r}."
                )

    def _point(self, branch_id: str, number: int, revision_id: str) -> None:
        if revision_id:
            row = ChapterRow(branch_id=branch_id, number=number, revision_id=revision_id)
            self._session.merge(row)
            return
        there = self._session.get(ChapterRow, (branch_id, number))
        if there is not None:
            self._session.delete(there)

    def _move_plan(self, branch_id: str, before: str, after: str) -> None:
        """The newest version of a plan is the current one, so an old plan comes back as a copy."""
        versions = (
            select(PlanRow).where(PlanRow.branch_id == branch_id).order_by(PlanRow.version.desc())
        )
        wanted = _identity(self._row(PlanRow, after, "plan"))
        current = self._session.scalar(versions.limit(1))
        if current is not None and _identity(current) == wanted:
            return
        left = _identity(self._row(PlanRow, before, "plan"))
        if current is None or _identity(current) != left:
            raise HeadMoved("The plan was changed in the meantime.", _LOOK_AGAIN)
        # The last copy of it in this branch: chapters may have been planned in it since.
        newest = self._session.scalar(
            versions.where((PlanRow.id == wanted) | (PlanRow.origin_id == wanted)).limit(1)
        )
        plan_id = after if newest is None else newest.id
        copy_plan(self._session, plan_id, branch_id, filled_from=current.id)


def _require_two_sides(change: NewChange) -> None:
    """Both sides must name the same things, or the way back would be another one."""
    before, after = change.before, change.after
    same = before.chapters.keys() == after.chapters.keys() and all(
        (getattr(before, name) is None) == (getattr(after, name) is None)
        for name in ("title", "premise")
    )
    if not same:
        raise StorageFailure(f"The change {change.label!r} does not say how things stood before.")


def _identity(plan: PlanRow) -> str:
    return plan.origin_id or plan.id


def _as_json(pointers: Pointers) -> dict[str, object]:
    return {
        "chapters": {str(number): id_ for number, id_ in pointers.chapters.items()},
        "plan_id": pointers.plan_id,
        "title": pointers.title,
        "premise": pointers.premise,
        "entries": list(pointers.entries),
        "facts": list(pointers.facts),
        "threads": list(pointers.threads),
    }


def _record(row: ChangeRow) -> ChangeRecord:
    return ChangeRecord(
        id=row.id,
        novel_id=row.novel_id,
        branch_id=row.branch_id,
        kind=row.kind,
        label=row.label,
        before=_pointers(row.before),
        after=_pointers(row.after),
        created_at=row.created_at,
        undone_at=row.undone_at,
    )


def _pointers(document: dict[str, object]) -> Pointers:
    chapters = document["chapters"]
    assert isinstance(chapters, dict)
    return Pointers(
        {int(number): str(id_) for number, id_ in chapters.items()},
        plan_id=_text(document["plan_id"]),
        title=_text(document["title"]),
        premise=_text(document["premise"]),
        # Changes made before schema 0003 name no versions.
        entries=_ids(document.get("entries", [])),
        facts=_ids(document.get("facts", [])),
        threads=_ids(document.get("threads", [])),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _ids(value: object) -> tuple[int, ...]:
    assert isinstance(value, list)
    return tuple(int(each) for each in value)
