"""Threads: what a story promised, and where it keeps it."""

from sqlalchemy import or_

from storage.repositories.versions import VersionRepository, is_text_of
from storage.story_records import NewThread, StoryOrigin, ThreadRecord, ThreadState
from storage.story_tables import ThreadRow


class ThreadRepository(VersionRepository[NewThread, ThreadRecord, ThreadRow]):
    """The threads of the branches. They count as facts do, by the revision that opens them."""

    _what = "thread"
    _new_type = NewThread
    _record_type = ThreadRecord
    _row_type = ThreadRow

    def of_branch(
        self,
        branch_id: str,
        *,
        through_chapter: int | None = None,
        state: ThreadState | None = None,
    ) -> list[ThreadRecord]:
        """The threads that count and were opened up to a chapter, by where they were.

        With `state` those alone that are in it.
        """
        statement = self._current_of(branch_id).where(
            or_(
                ThreadRow.origin == StoryOrigin.AUTHOR,
                is_text_of(branch_id, ThreadRow.opened_revision_id),
            )
        )
        if through_chapter is not None:
            statement = statement.where(ThreadRow.opened_chapter <= through_chapter)
        if state is not None:
            statement = statement.where(ThreadRow.state == state)
        statement = statement.order_by(
            ThreadRow.opened_chapter, ThreadRow.opened_paragraph, ThreadRow.id
        )
        return [self._record(row) for row in self._session.scalars(statement)]

    def of_revision(self, branch_id: str, revision_id: str) -> list[ThreadRecord]:
        """The current threads that a revision opens."""
        statement = self._current_of(branch_id).where(ThreadRow.opened_revision_id == revision_id)
        rows = self._session.scalars(statement.order_by(ThreadRow.opened_paragraph, ThreadRow.id))
        return [self._record(row) for row in rows]
