"""Segments: read in order, in batches, and never changed. `storage.commit` adds them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from storage.records import SegmentRecord
from storage.repositories.base import Repository, record_of
from storage.tables import ChapterRow, SegmentRow, SnapshotRow

BATCH = 64
"""Segments held in memory at a time while a revision or a branch is read through."""
TAIL_BATCH = 8
"""Segments fetched at a time while the end of a branch is read backwards."""


class SegmentRepository(Repository):
    """The segments of the revisions."""

    def of_revision(self, revision_id: str) -> Iterator[SegmentRecord]:
        """The segments of a revision in order; at most `BATCH` of them in memory."""
        next_position: int | None = 0
        while next_position is not None:
            rows = self._from_position(revision_id, next_position)
            next_position = rows[-1].position + 1 if len(rows) == BATCH else None
            for row in rows:
                yield record_of(SegmentRecord, row)

    def of_branch(self, branch_id: str) -> Iterator[tuple[int, SegmentRecord]]:
        """Chapter number and segment of a whole branch in reading order, as `of_revision`."""
        chapters = self._session.execute(
            select(ChapterRow.number, ChapterRow.revision_id)
            .where(ChapterRow.branch_id == branch_id)
            .order_by(ChapterRow.number)
        ).all()
        for number, revision_id in chapters:
            for segment in self.of_revision(revision_id):
                yield number, segment

    def chapters_without_memory(self, branch_id: str) -> set[int]:
        """Numbers of the chapters with a segment whose key has no stored snapshot."""
        statement = (
            select(ChapterRow.number)
            .distinct()
            .join(SegmentRow, SegmentRow.revision_id == ChapterRow.revision_id)
            .outerjoin(SnapshotRow, SnapshotRow.key == SegmentRow.key)
            .where(ChapterRow.branch_id == branch_id, SnapshotRow.key.is_(None))
        )
        return set(self._session.scalars(statement))

    def last_of_revision(self, revision_id: str) -> SegmentRecord | None:
        """The last segment of a revision; None while it is empty."""
        rows = self._before_position(revision_id, None, limit=1)
        return record_of(SegmentRecord, rows[0]) if rows else None

    def last_of_branch(self, branch_id: str) -> tuple[int, SegmentRecord] | None:
        """The last segment of a branch with its chapter number; None while nothing is written."""
        return next(self._backwards(branch_id, None, batch=1), None)

    def tail(
        self, branch_id: str, min_chars: int, *, through_chapter: int | None = None
    ) -> list[SegmentRecord]:
        """The fewest last segments of a branch that hold `min_chars` characters, in reading order.

        All of them if the branch is shorter. With `through_chapter` the branch is taken to end
        with that chapter. Touches few rows more than it returns.
        """
        found: list[SegmentRecord] = []
        missing = min_chars
        if missing > 0:
            for _, segment in self._backwards(branch_id, through_chapter, batch=TAIL_BATCH):
                found.append(segment)
                missing -= len(segment.text)
                if missing <= 0:
                    break
        return found[::-1]

    def _backwards(
        self, branch_id: str, through_chapter: int | None, *, batch: int
    ) -> Iterator[tuple[int, SegmentRecord]]:
        chapter = self._chapter_before(
            branch_id, None if through_chapter is None else through_chapter + 1
        )
        while chapter is not None:
            number, revision_id = chapter
            rows = self._before_position(revision_id, None, limit=batch)
            while rows:
                for row in rows:
                    yield number, record_of(SegmentRecord, row)
                rows = self._before_position(revision_id, rows[-1].position, limit=batch)
            chapter = self._chapter_before(branch_id, number)

    def _chapter_before(self, branch_id: str, number: int | None) -> tuple[int, str] | None:
        statement = select(ChapterRow.number, ChapterRow.revision_id).where(
            ChapterRow.branch_id == branch_id
        )
        if number is not None:
            statement = statement.where(ChapterRow.number < number)
        row = self._session.execute(statement.order_by(ChapterRow.number.desc()).limit(1)).first()
        return None if row is None else (row.number, row.revision_id)

    def _from_position(self, revision_id: str, position: int) -> Sequence[SegmentRow]:
        return self._session.scalars(
            select(SegmentRow)
            .where(SegmentRow.revision_id == revision_id, SegmentRow.position >= position)
            .order_by(SegmentRow.position)
            .limit(BATCH)
        ).all()

    def _before_position(
        self, revision_id: str, position: int | None, *, limit: int
    ) -> Sequence[SegmentRow]:
        statement = select(SegmentRow).where(SegmentRow.revision_id == revision_id)
        if position is not None:
            statement = statement.where(SegmentRow.position < position)
        return self._session.scalars(
            statement.order_by(SegmentRow.position.desc()).limit(limit)
        ).all()
