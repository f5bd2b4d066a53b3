"""The inbox: chapters drafted while nobody looked, until the person has decided."""

from dataclasses import asdict

from sqlalchemy import func, select

from storage.errors import RecordNotFound
from storage.inbox_records import InboxRecord, InboxState, NewInboxItem
from storage.repositories.base import Repository, record_of
from storage.tables import ChapterRow, InboxRow, NovelRow, utc_now

_WAITING = (InboxState.DRAFTED, InboxState.READ)


class InboxRepository(Repository):
    """The drafted chapters of all novels."""

    def add(self, item: NewInboxItem) -> InboxRecord:
        """Put a drafted chapter there."""
        values = asdict(item) | {"marks": [dict(mark) for mark in item.marks]}
        row = InboxRow(**values, state=InboxState.DRAFTED, created_at=utc_now())
        self._session.add(row)
        self._session.flush()
        return record_of(InboxRecord, row)

    def waiting(self, novel_id: str | None = None) -> list[InboxRecord]:
        """What waits for a decision, the oldest first.

        A chapter whose text was replaced since waits no more.
        """
        statement = (
            select(InboxRow)
            .join(
                ChapterRow,
                (ChapterRow.branch_id == InboxRow.branch_id)
                & (ChapterRow.number == InboxRow.chapter_number)
                & (ChapterRow.revision_id == InboxRow.revision_id),
            )
            .where(InboxRow.state.in_(_WAITING))
            .order_by(InboxRow.id)
        )
        if novel_id is not None:
            statement = statement.where(InboxRow.novel_id == novel_id)
        return [record_of(InboxRecord, row) for row in self._session.scalars(statement)]

    def count_waiting(self) -> dict[str, int]:
        """How many chapters of their active branches wait, for each novel that has some."""
        statement = (
            select(InboxRow.novel_id, func.count())
            .join(NovelRow, NovelRow.active_branch_id == InboxRow.branch_id)
            .join(
                ChapterRow,
                (ChapterRow.branch_id == InboxRow.branch_id)
                & (ChapterRow.number == InboxRow.chapter_number)
                & (ChapterRow.revision_id == InboxRow.revision_id),
            )
            .where(InboxRow.state.in_(_WAITING))
            .group_by(InboxRow.novel_id)
        )
        return {row[0]: row[1] for row in self._session.execute(statement)}

    def held_chapters(self, branch_id: str) -> set[int]:
        """Numbers of the chapters that are no part of the book until they are kept."""
        statement = (
            select(InboxRow.chapter_number)
            .join(
                ChapterRow,
                (ChapterRow.branch_id == InboxRow.branch_id)
                & (ChapterRow.number == InboxRow.chapter_number)
                & (ChapterRow.revision_id == InboxRow.revision_id),
            )
            .where(
                InboxRow.branch_id == branch_id,
                InboxRow.is_held.is_(True),
                InboxRow.state.in_(_WAITING),
            )
        )
        return set(self._session.scalars(statement))

    def get(self, item_id: int) -> InboxRecord:
        """Raises `RecordNotFound`."""
        return record_of(InboxRecord, self._item(item_id))

    def decide(self, item_id: int, state: InboxState) -> InboxRecord:
        """Note what the person did with it; to have read it decides nothing yet.

        Raises `RecordNotFound`.
        """
        row = self._item(item_id)
        row.state = state
        row.decided_at = None if state in _WAITING else utc_now()
        self._session.flush()
        return record_of(InboxRecord, row)

    def _item(self, item_id: int) -> InboxRow:
        row = self._session.get(InboxRow, item_id)
        if row is None:
            raise RecordNotFound(
                f"The inbox has no item {item_id}.", "`novelgen inbox list` shows what is there."
            )
        return row
