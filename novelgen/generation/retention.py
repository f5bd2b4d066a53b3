"""Which memory snapshots of finished chapters are kept: the end of each, and one now and then.

From those *keyframes* any other is read again at the cost of at most `interval` segments.
"""

from dataclasses import dataclass

from novelgen.generation.memory_chain import Link
from storage.records import RevisionRecord
from storage.unit_of_work import UnitOfWork

KEYFRAME_INTERVAL = 16


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept. `interval` is in segments; None keeps every snapshot."""

    interval: int | None = KEYFRAME_INTERVAL

    def keeps(self, link: Link) -> bool:
        """Whether the snapshot after a segment of a finished chapter is kept."""
        return self._keeps(link.position, is_last=link.is_last)

    def thin_out(self, work: UnitOfWork, revision: RevisionRecord) -> int:
        """Forget the snapshots that a finished revision was written with and that are not kept.

        Returns how many. What was read again for another past was thinned out as it was read.
        """
        keys = work.segments.keys_of_revision(revision.id)
        last = len(keys) - 1
        needless = [
            key
            for position, (_, key) in enumerate(keys)
            if not self._keeps(position, is_last=position == last)
        ]
        return work.snapshots.thin_out(needless)

    def _keeps(self, position: int, *, is_last: bool) -> bool:
        return self.interval is None or is_last or (position + 1) % self.interval == 0
