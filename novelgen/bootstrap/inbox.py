"""The inbox: what was drafted while nobody looked, and what the person says to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.manuscript.inbox import DraftedChapter
    from storage.inbox_records import InboxState


class InboxDesk:
    """The inbox of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def waiting(self, reference: str | None) -> "list[DraftedChapter]":
        """The drafted chapters that wait, of one novel or of all."""
        from novelgen.manuscript.inbox import read_inbox

        with self._workbench.store.reading() as work:
            return read_inbox(work, None if reference is None else work.novels.find(reference).id)

    def item(self, item_id: int) -> "DraftedChapter":
        """A drafted chapter, whatever became of it."""
        from novelgen.manuscript.inbox import read_item

        with self._workbench.store.reading() as work:
            return read_item(work, item_id)

    def text_of(self, item: "DraftedChapter") -> str:
        """The prose of a drafted chapter."""
        with self._workbench.store.reading() as work:
            return work.texts.of_revision(item.record.revision_id)

    def decide(self, item_id: int, state: "InboxState") -> None:
        """Note what the person did with a drafted chapter."""
        self.decide_all([item_id], state)

    def decide_all(self, item_ids: Sequence[int], state: "InboxState") -> None:
        """The same for several, together or not at all."""
        with self._workbench.store.writing() as work:
            for item_id in item_ids:
                work.inbox.decide(item_id, state)

    def count_waiting(self) -> dict[str, int]:
        """How many chapters of their active branches wait in the inbox, by novel."""
        with self._workbench.store.reading() as work:
            return work.inbox.count_waiting()

    def held_chapters(self, reference: str, first: int, last: int | None) -> list[int]:
        """Chapters in a range that are no part of the book until they are kept."""
        with self._workbench.store.reading() as work:
            held = work.inbox.held_chapters(work.novels.find(reference).active_branch_id)
        return sorted(n for n in held if n >= first and (last is None or n <= last))
