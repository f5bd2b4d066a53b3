"""Memory snapshots, kept by key: equal keys are equal memories, whichever branch asks.

So they are the one thing that novels share, and the writers of two novels may meet at a key. Who
keeps one holds it until its transaction ends, and whoever keeps it too waits for that; who forgets
some waits for nobody, and spares those that another holds. So no two wait for each other.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.records import NewSnapshot, RevisionState, SnapshotRecord, SnapshotSummary
from storage.repositories.base import Repository, record_of
from storage.tables import RevisionRow, SegmentRow, SnapshotRow, utc_now

KEYS_A_QUERY = 500
_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class SnapshotRepository(Repository):
    """The memory snapshots. Which keys a branch has, only its text can tell."""

    def get(self, key: str) -> SnapshotRecord | None:
        """The snapshot with its bytes; None if that memory was never kept."""
        row = self._session.get(SnapshotRow, key)
        return None if row is None else record_of(SnapshotRecord, row)

    def keep(self, snapshot: NewSnapshot) -> None:
        """Store a snapshot. One with the same key is the same memory, and stays as it is."""
        while not self._insert(snapshot) and not self._hold(snapshot.key):
            pass  # the writer of another novel has forgotten it between the two

    def replace(self, snapshot: NewSnapshot) -> None:
        """Store a snapshot in place of one with the same key that cannot be used."""
        self.discard(snapshot.key)
        while not self._insert(snapshot):
            self.discard(snapshot.key)  # the writer of another novel has kept it between the two

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

        One that another transaction keeps at this moment is such a one. Returns how many went.
        """
        gone = 0
        # A question for each open revision: as a join, a server would read all segments of all
        # novels. An empty one has no last key; a null among them would spare everything.
        last_key = select(SegmentRow.key).where(
            SegmentRow.revision_id == RevisionRow.id,
            SegmentRow.position == RevisionRow.num_segments - 1,
        )
        needed = select(func.coalesce(last_key.scalar_subquery(), "")).where(
            RevisionRow.state == RevisionState.OPEN
        )
        for start in range(0, len(keys), KEYS_A_QUERY):
            held = self._hold_free(keys[start : start + KEYS_A_QUERY])
            # A statement of its own, and so it sees what those who kept one before have committed.
            statement = delete(SnapshotRow).where(
                SnapshotRow.key.in_(held), SnapshotRow.key.not_in(needed)
            )
            gone += len(self._session.execute(statement.returning(SnapshotRow.key)).all())
        return gone

    def _insert(self, snapshot: NewSnapshot) -> bool:
        """Whether it was stored; a writer elsewhere that has just stored it is waited for."""
        insert = _INSERT[self._session.get_bind().dialect.name]
        statement = insert(SnapshotRow).values(
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
        stored = statement.on_conflict_do_nothing(index_elements=["key"])
        return self._session.scalar(stored.returning(SnapshotRow.key)) is not None

    def _hold(self, key: str) -> bool:
        """Let nobody forget it before this transaction ends; False when it is not there."""
        one = select(SnapshotRow.key).where(SnapshotRow.key == key)
        return self._session.scalar(one.with_for_update(read=True, key_share=True)) is not None

    def _hold_free(self, keys: Sequence[str]) -> Sequence[str]:
        """Those that are there and that no other transaction holds; nobody keeps them now."""
        statement = select(SnapshotRow.key).where(SnapshotRow.key.in_(keys))
        return self._session.scalars(statement.with_for_update(skip_locked=True)).all()
