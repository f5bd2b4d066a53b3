"""Memory snapshots, kept by key: equal keys are equal memories, whichever branch asks."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, func, select

from storage.errors import MATCHES_SHOWN, AmbiguousName, RecordNotFound
from storage.records import NewSnapshot, SnapshotRecord, SnapshotSummary
from storage.repositories.base import Repository, record_of
from storage.tables import ChapterRow, SegmentRow, SnapshotRow, utc_now

BATCH = 16
"""Snapshots with their bytes held in memory at a time while a branch is read through."""


class SnapshotRepository(Repository):
    """The memory snapshots, by key and by branch."""

    def get(self, key: str) -> SnapshotRecord | None:
        """The snapshot with its bytes; None if that memory was never kept."""
        row = self._session.get(SnapshotRow, key)
        return None if row is None else record_of(SnapshotRecord, row)

    def keep(self, snapshot: NewSnapshot) -> None:
        """Store a snapshot. One with the same key is the same memory, and stays as it is."""
        same_key = select(SnapshotRow.key).where(SnapshotRow.key == snapshot.key)
        if self._session.scalar(same_key) is not None:
            return
        row = SnapshotRow(
            key=snapshot.key,
            parent_key=snapshot.parent_key,
            data=snapshot.data,
            num_bytes=len(snapshot.data),
            data_sha256=hashlib.sha256(snapshot.data).hexdigest(),
            model_fingerprint=snapshot.model_fingerprint,
            adapter_fingerprint=snapshot.adapter_fingerprint,
            dtype=snapshot.dtype,
            device=snapshot.device,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()

    def of_branch(self, branch_id: str) -> list[SnapshotSummary]:
        """The snapshots of a branch in reading order, without their bytes."""
        rows = self._session.execute(_summaries(branch_id))
        return [SnapshotSummary(*row) for row in rows]

    def with_data(self, branch_id: str) -> Iterator[tuple[int, int, SnapshotRecord]]:
        """Chapter number, segment position and snapshot with bytes, in reading order.

        At most `BATCH` of them are in memory.
        """
        chapters = self._session.execute(
            select(ChapterRow.number, ChapterRow.revision_id)
            .where(ChapterRow.branch_id == branch_id)
            .order_by(ChapterRow.number)
        ).all()
        for number, revision_id in chapters:
            for position, snapshot in self._of_revision(revision_id):
                yield number, position, snapshot

    def find(self, branch_id: str, key_prefix: str) -> SnapshotSummary:
        """The one snapshot of a branch whose key begins so.

        Raises `RecordNotFound` and `AmbiguousName`.
        """
        prefix = key_prefix.strip().lower()
        statement = _summaries(branch_id).where(SnapshotRow.key.startswith(prefix, autoescape=True))
        rows = self._session.execute(statement.limit(MATCHES_SHOWN)).all() if prefix else []
        matches = [SnapshotSummary(*row) for row in rows]
        if not matches:
            raise RecordNotFound(
                f"The branch has no snapshot {key_prefix!r}.",
                "`novelgen snapshots` shows their keys.",
            )
        if len({match.key for match in matches}) > 1:
            keys = [match.key for match in matches]
            raise AmbiguousName(
                f"{key_prefix!r} fits several snapshots: {', '.join(keys)}.",
                keys,
                "Give more of the key.",
            )
        return matches[0]

    def count(self, branch_id: str) -> int:
        """How many segments of a branch have a snapshot."""
        statement = select(func.count()).select_from(_summaries(branch_id).subquery())
        return self._session.scalar(statement) or 0

    def _of_revision(self, revision_id: str) -> Iterator[tuple[int, SnapshotRecord]]:
        next_position: int | None = 0
        while next_position is not None:
            rows = self._session.execute(
                select(SegmentRow.position, SnapshotRow)
                .join(SnapshotRow, SnapshotRow.key == SegmentRow.key)
                .where(SegmentRow.revision_id == revision_id, SegmentRow.position >= next_position)
                .order_by(SegmentRow.position)
                .limit(BATCH)
            ).all()
            next_position = rows[-1].position + 1 if len(rows) == BATCH else None
            for position, row in rows:
                yield position, record_of(SnapshotRecord, row)


def _summaries(branch_id: str) -> Select[int, int, str, str, int, str, str, datetime]:
    """Columns in the order of the fields of `SnapshotSummary`."""
    return (
        select(
            ChapterRow.number,
            SegmentRow.position,
            SnapshotRow.key,
            SnapshotRow.parent_key,
            SnapshotRow.num_bytes,
            SnapshotRow.model_fingerprint,
            SnapshotRow.adapter_fingerprint,
            SnapshotRow.created_at,
        )
        .select_from(ChapterRow)
        .join(SegmentRow, SegmentRow.revision_id == ChapterRow.revision_id)
        .join(SnapshotRow, SnapshotRow.key == SegmentRow.key)
        .where(ChapterRow.branch_id == branch_id)
        .order_by(ChapterRow.number, SegmentRow.position)
    )
