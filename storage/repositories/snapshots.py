"""Memory snapshots, kept by key: equal keys are equal memories, whichever branch asks."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import delete, select

from storage.records import NewSnapshot, RevisionState, SnapshotRecord, SnapshotSummary
from storage.repositories.base import Repository, record_of
from storage.tables import RevisionRow, SegmentRow, SnapshotRow, utc_now

KEYS_A_QUERY = 500


class SnapshotRepository(Repository):
    """The memory snapshots. Which keys a branch has, only its text can tell."""

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

    def replace(self, snapshot: NewSnapshot) -> None:
        """Store a snapshot in place of one with the same key that cannot be used."""
        self.discard(snapshot.key)
        self.keep(snapshot)

    def summaries(self, keys: Sequence[str]) -> dict[str, SnapshotSummary]:
        """The stored snapshots among `keys`, without their bytes."""
        found: dict[str, SnapshotSummary] = {}
        columns = [getattr(SnapshotRow, field.name) for field in fields(SnapshotSummary)]
        for start in range(0, len(keys), KEYS_A_QUERY):
            statement = select(*columns).where(
                SnapshotRow.key.in_(keys[start : start + KEYS_A_QUERY])
            )
            for row in self._session.execute(statement):
                found[row.key] = SnapshotSummary(*row)
        return found

    def discard(self, key: str) -> None:
        """Forget a snapshot that cannot be used; its memory can be read again from the text."""
        self._session.execute(delete(SnapshotRow).where(SnapshotRow.key == key))

    def thin_out(self, keys: Sequence[str]) -> int:
        """Forget snapshots, except those that a chapter being written goes on from.

        Returns how many went.
        """
        gone = 0
        needed = (
            select(SegmentRow.key)
            .join(RevisionRow, RevisionRow.id == SegmentRow.revision_id)
            .where(
                RevisionRow.state == RevisionState.OPEN,
                SegmentRow.position == RevisionRow.num_segments - 1,
            )
        )
        for start in range(0, len(keys), KEYS_A_QUERY):
            statement = delete(SnapshotRow).where(
                SnapshotRow.key.in_(keys[start : start + KEYS_A_QUERY]),
                SnapshotRow.key.not_in(needed),
            )
            gone += len(self._session.execute(statement.returning(SnapshotRow.key)).all())
        return gone
