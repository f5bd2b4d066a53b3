"""The inbox: chapters drafted while nobody looked, until the person has decided."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, select

from storage.errors import RecordNotFound
from storage.inbox_records import InboxRecord, InboxState, NewInboxItem
from storage.records import JsonObject
from storage.repositories.base import Repository, copy_row, record_of
from storage.tables import ChapterRow, InboxRow, NovelRow, utc_now

_WAITING = (InboxState.DRAFTED, InboxState.READ, InboxState.REDONE)
"""States in which a chapter waits while its drafted text stands. One that was drafted anew waits
again when `undo` brings its first draft back."""
_UNDECIDED = (InboxState.DRAFTING, *_WAITING)
_STANDS = (
    (ChapterRow.branch_id == InboxRow.branch_id)
    & (ChapterRow.number == InboxRow.chapter_number)
    & (ChapterRow.revision_id == InboxRow.revision_id)
)


class InboxRepository(Repository):
    """The drafted chapters of all novels. One whose text was replaced since waits no more."""

    def begin(self, item: NewInboxItem) -> None:
        """Note that a chapter is being drafted for the inbox, once for each revision."""
        if self._drafting(item.branch_id, item.revision_id) is None:
            row = InboxRow(
                **asdict(item), marks=[], state=InboxState.DRAFTING, created_at=utc_now()
            )
            self._session.add(row)
            self._session.flush()

    def follow(self, branch_id: str, revision_id: str, new_revision_id: str) -> None:
        """Let a chapter that is being drafted go on in another revision."""
        row = self._drafting(branch_id, revision_id)
        if row is not None:
            self._session.add(copy_row(row, id=None, revision_id=new_revision_id))
            self._session.flush()

    def complete(self, branch_id: str, revision_id: str, marks: Sequence[JsonObject]) -> None:
        """Let a chapter that was drafted for the inbox wait there. Does nothing for another."""
        row = self._drafting(branch_id, revision_id)
        if row is not None:
            row.state = InboxState.DRAFTED
            row.marks = [dict(mark) for mark in marks]
            self._session.flush()

    def waiting(self, novel_id: str | None = None) -> list[InboxRecord]:
        """What waits for a decision, the oldest first."""
        statement = (
            select(InboxRow)
            .join(ChapterRow, _STANDS)
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
            .join(ChapterRow, _STANDS)
            .where(InboxRow.state.in_(_WAITING))
            .group_by(InboxRow.novel_id)
        )
        return {row[0]: row[1] for row in self._session.execute(statement)}

    def held_chapters(self, branch_id: str) -> set[int]:
        """Numbers of the chapters that are no part of the book until they are kept."""
        statement = (
            select(InboxRow.chapter_number)
            .join(ChapterRow, _STANDS)
            .where(
                InboxRow.branch_id == branch_id,
                InboxRow.is_held.is_(True),
                InboxRow.state.in_(_UNDECIDED),
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
        row.decided_at = None if state in (InboxState.DRAFTED, InboxState.READ) else utc_now()
        self._session.flush()
        return record_of(InboxRecord, row)

    def _drafting(self, branch_id: str, revision_id: str) -> InboxRow | None:
        return self._session.scalar(
            select(InboxRow).where(
                InboxRow.branch_id == branch_id,
                InboxRow.revision_id == revision_id,
                InboxRow.state == InboxState.DRAFTING,
            )
        )

    def _item(self, item_id: int) -> InboxRow:
        row = self._session.get(InboxRow, item_id)
        if row is None:
            raise RecordNotFound(
                f"The inbox has no item {item_id}.", "`novelgen inbox list` shows what is there."
            )
        return row
