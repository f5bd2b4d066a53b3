"""Changes: made, undone and redone by moving pointers, never by touching a text."""

from sqlalchemy import select

from storage.change_records import ChangeRecord, NewChange, Pointers
from storage.errors import HeadMoved, RecordNotFound
from storage.repositories.base import Repository
from storage.repositories.plans import copy_plan
from storage.tables import ChangeRow, ChapterRow, NovelRow, PlanRow, RevisionRow, utc_now

_LOOK_AGAIN = "Look at the novel as it is now; nothing was changed."


class ChangeRepository(Repository):
    """The changes of the branches, in the order in which they were made."""

    def make(self, change: NewChange) -> ChangeRecord:
        """Move the pointers from `before` to `after`, and remember it.

        Changes that were undone before are then no more to be redone. Raises `HeadMoved`, and
        moves nothing, when things do not stand as `before` says; `RecordNotFound`.
        """
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
        self._move(row.novel_id, branch_id, record.after, record.before)
        row.undone_at = utc_now()
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
        row = self._session.scalar(statement.order_by(ChangeRow.id).limit(1))
        if row is None:
            raise RecordNotFound("There is no change to redo.")
        record = _record(row)
        self._move(row.novel_id, branch_id, record.before, record.after)
        row.undone_at = None
        self._session.flush()
        return _record(row)

    def _move(self, novel_id: str, branch_id: str, before: Pointers, after: Pointers) -> None:
        novel = self._session.get(NovelRow, novel_id, with_for_update=True)
        if novel is None:
            raise RecordNotFound(f"There is no novel with the id {novel_id!r}.")
        for number in before.chapters:
            self._require_chapter(branch_id, number, before.chapters[number])
        for number, revision_id in after.chapters.items():
            self._point(novel_id, branch_id, number, revision_id)
        if before.plan_id is not None and after.plan_id is not None:
            self._move_plan(branch_id, before.plan_id, after.plan_id)
        for name in ("title", "premise"):
            old, new = getattr(before, name), getattr(after, name)
            if new is None:
                continue
            if getattr(novel, name) != old:
                raise HeadMoved(f"The {name} was changed in the meantime.", _LOOK_AGAIN)
            setattr(novel, name, new)
        novel.updated_at = utc_now()
        self._session.flush()

    def _require_chapter(self, branch_id: str, number: int, revision_id: str) -> None:
        row = self._session.get(ChapterRow, (branch_id, number))
        if (row.revision_id if row else "") != revision_id:
            raise HeadMoved(f"Chapter {number} was changed in the meantime.", _LOOK_AGAIN)

    def _point(self, novel_id: str, branch_id: str, number: int, revision_id: str) -> None:
        revision = self._row(RevisionRow, revision_id, "revision")
        if (revision.novel_id, revision.chapter_number) != (novel_id, number):
            raise RecordNotFound(f"Chapter {number} has no revision with the id {revision_id!r}.")
        self._session.merge(ChapterRow(branch_id=branch_id, number=number, revision_id=revision_id))

    def _move_plan(self, branch_id: str, before: str, after: str) -> None:
        """The newest version of a plan is the current one, so an old plan comes back as a copy."""
        current = self._session.scalar(
            select(PlanRow)
            .where(PlanRow.branch_id == branch_id)
            .order_by(PlanRow.version.desc())
            .limit(1)
        )
        if current is not None and after == (current.origin_id or current.id):
            return
        if current is None or before != (current.origin_id or current.id):
            raise HeadMoved("The plan was changed in the meantime.", _LOOK_AGAIN)
        copy_plan(self._session, after, branch_id)


def _as_json(pointers: Pointers) -> dict[str, object]:
    return {
        "chapters": {str(number): id_ for number, id_ in pointers.chapters.items()},
        "plan_id": pointers.plan_id,
        "title": pointers.title,
        "premise": pointers.premise,
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
        *(_text(document[name]) for name in ("plan_id", "title", "premise")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
