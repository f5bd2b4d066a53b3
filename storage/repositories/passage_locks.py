"""Locks on passages: text that no machine changes, until the person releases it."""

from sqlalchemy import select

from storage.errors import RecordNotFound
from storage.repositories.base import Repository, record_of
from storage.story_records import PassageLockRecord
from storage.story_tables import PassageLockRow
from storage.tables import BranchRow, utc_now


class PassageLockRepository(Repository):
    """The locked passages of the branches."""

    def add(self, branch_id: str, chapter: int, text: str) -> PassageLockRecord:
        """Lock a passage, once. Raises `RecordNotFound`."""
        self._row(BranchRow, branch_id, "branch")
        row = self._session.scalar(
            select(PassageLockRow).where(
                PassageLockRow.branch_id == branch_id,
                PassageLockRow.chapter == chapter,
                PassageLockRow.text == text,
                PassageLockRow.released_at.is_(None),
            )
        )
        if row is None:
            row = PassageLockRow(
                branch_id=branch_id, chapter=chapter, text=text, created_at=utc_now()
            )
            self._session.add(row)
            self._session.flush()
        return record_of(PassageLockRecord, row)

    def of_branch(self, branch_id: str, chapter: int | None = None) -> list[PassageLockRecord]:
        """The passages that are locked, in all chapters or in one, by chapter."""
        statement = select(PassageLockRow).where(
            PassageLockRow.branch_id == branch_id, PassageLockRow.released_at.is_(None)
        )
        if chapter is not None:
            statement = statement.where(PassageLockRow.chapter == chapter)
        rows = self._session.scalars(statement.order_by(PassageLockRow.chapter, PassageLockRow.id))
        return [record_of(PassageLockRecord, row) for row in rows]

    def release(self, branch_id: str, lock_id: int) -> PassageLockRecord:
        """Let a passage be changed again. Raises `RecordNotFound` unless it is locked."""
        row = self._session.get(PassageLockRow, lock_id)
        if row is None or row.branch_id != branch_id or row.released_at is not None:
            raise RecordNotFound(
                f"There is no locked passage with the number {lock_id}.",
                "`novelgen locks NOVEL` lists them.",
            )
        row.released_at = utc_now()
        self._session.flush()
        return record_of(PassageLockRecord, row)
