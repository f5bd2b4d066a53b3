"""Segments: read in order, in batches, and never changed. `storage.commit` adds them.

Chapters whose text was stored whole have none; `storage.repositories.texts` reads every chapter.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from storage.contexts import context_of
from storage.records import JsonObject, SegmentFigures, SegmentRecord
from storage.repositories.base import Repository, record_of
from storage.story_tables import ContextRow
from storage.tables import ChapterRow, RevisionRow, SegmentRow

BATCH = 64
"""Segments held in memory at a time while a revision or a branch is read through."""


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

    def figures_of_branch(self, branch_id: str) -> Iterator[SegmentFigures]:
        """What the segments of a branch took, in reading order, without their texts."""
        statement = (
            select(
                ChapterRow.number,
                SegmentRow.words,
                SegmentRow.tokens,
                SegmentRow.provenance,
                SegmentRow.elapsed_seconds,
            )
            .join(SegmentRow, SegmentRow.revision_id == ChapterRow.revision_id)
            .where(ChapterRow.branch_id == branch_id)
            .order_by(ChapterRow.number, SegmentRow.position)
        )
        for row in self._session.execute(statement.execution_options(yield_per=BATCH)):
            yield SegmentFigures(*row)

    def times_of_revision(self, revision_id: str) -> list[tuple[int, datetime]]:
        """How many words each segment of a revision has, and when it was kept, in order."""
        statement = select(SegmentRow.words, SegmentRow.created_at).where(
            SegmentRow.revision_id == revision_id
        )
        rows = self._session.execute(statement.order_by(SegmentRow.position))
        return [(words, created_at) for words, created_at in rows]

    def times_of_novel(self, novel_id: str) -> list[datetime]:
        """When each segment of a novel was kept, and each revision begun, in no order."""
        revisions = select(RevisionRow.created_at).where(RevisionRow.novel_id == novel_id)
        segments = (
            select(SegmentRow.created_at)
            .join(RevisionRow, RevisionRow.id == SegmentRow.revision_id)
            .where(RevisionRow.novel_id == novel_id)
        )
        return [*self._session.scalars(revisions), *self._session.scalars(segments)]

    def keys_of_revision(self, revision_id: str) -> list[tuple[str, str]]:
        """Parent key and key of each segment in order, as they were when it was written."""
        statement = select(SegmentRow.parent_key, SegmentRow.key).where(
            SegmentRow.revision_id == revision_id
        )
        return [
            (row.parent_key, row.key)
            for row in self._session.execute(statement.order_by(SegmentRow.position))
        ]

    def ends_of_branch(self, branch_id: str) -> dict[str, tuple[str, str]]:
        """For each revision of a branch with segments, the first parent key and the last key."""
        first, last = aliased(SegmentRow), aliased(SegmentRow)
        statement = (
            select(RevisionRow.id, first.parent_key, last.key)
            .select_from(ChapterRow)
            .join(RevisionRow, RevisionRow.id == ChapterRow.revision_id)
            .join(first, (first.revision_id == RevisionRow.id) & (first.position == 0))
            .join(
                last,
                (last.revision_id == RevisionRow.id)
                & (last.position == RevisionRow.num_segments - 1),
            )
            .where(ChapterRow.branch_id == branch_id)
        )
        return {row[0]: (row[1], row[2]) for row in self._session.execute(statement)}

    def texts_of_revision(self, revision_id: str) -> list[str]:
        """The texts of the segments in order."""
        statement = select(SegmentRow.text).where(SegmentRow.revision_id == revision_id)
        return list(self._session.scalars(statement.order_by(SegmentRow.position)))

    def of_run(self, run_id: str, after_id: int = 0) -> Iterator[SegmentRecord]:
        """The segments that a run committed after one, in the order of their commits."""
        statement = (
            select(SegmentRow)
            .where(SegmentRow.id > after_id, SegmentRow.run_id == run_id)
            .order_by(SegmentRow.id)
        )
        for row in self._session.scalars(statement.execution_options(yield_per=BATCH)):
            yield record_of(SegmentRecord, row)

    def last_of_run(self, run_id: str) -> SegmentRecord | None:
        """The last segment that a run committed; None before the first one."""
        statement = select(SegmentRow).where(SegmentRow.run_id == run_id)
        row = self._session.scalar(statement.order_by(SegmentRow.id.desc()).limit(1))
        return None if row is None else record_of(SegmentRecord, row)

    def last_of_revision(self, revision_id: str) -> SegmentRecord | None:
        """The last segment of a revision; None while it is empty."""
        row = self._last_row(revision_id)
        return None if row is None else record_of(SegmentRecord, row)

    def context(self, revision_id: str, position: int) -> list[JsonObject] | None:
        """What the model saw for each passage of a segment; None where that was not kept."""
        row = self._session.get(ContextRow, (revision_id, position))
        return None if row is None else context_of(row)

    def _from_position(self, revision_id: str, position: int) -> Sequence[SegmentRow]:
        return self._session.scalars(
            select(SegmentRow)
            .where(SegmentRow.revision_id == revision_id, SegmentRow.position >= position)
            .order_by(SegmentRow.position)
            .limit(BATCH)
        ).all()

    def _last_row(self, revision_id: str) -> SegmentRow | None:
        statement = select(SegmentRow).where(SegmentRow.revision_id == revision_id)
        return self._session.scalar(statement.order_by(SegmentRow.position.desc()).limit(1))
