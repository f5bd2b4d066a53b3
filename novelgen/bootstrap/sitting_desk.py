"""Sittings: a person at a chapter, and what was left of sittings that ended badly."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.sittings.recovered_text import RecoveredText
    from novelgen.sittings.sitting import Sitting
    from storage.records import RevisionRecord


class SittingDesk:
    """The sittings of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def open(self, novel_id: str, chapter: int) -> "Sitting":
        """Sit down to a chapter of the active branch, or to the one that comes next.

        Raises `ChapterHeld` when another window has it, `NotFoundError`.
        """
        from novelgen.sittings.sitting import open_sitting

        branch_id = self._active_branch(novel_id)
        bench = self._workbench
        return open_sitting(bench.store, bench.paths, novel_id, branch_id, chapter)

    def recovered(self, novel_id: str | None) -> "list[RecoveredText]":
        """What dead processes left unsaved of a novel, or of all; by chapter, newest first."""
        from novelgen.sittings.recovered_text import recovered_texts

        return recovered_texts(self._workbench.paths, self._workbench.store, novel_id)

    def damaged(self, novel_id: str | None) -> list[Path]:
        """Put journals aside that cannot be read at all; where they are now. Each is told once."""
        from novelgen.sittings.recovered_text import move_unreadable

        return move_unreadable(self._workbench.paths, novel_id)

    def take_up(self, recovered: "RecoveredText") -> "Sitting":
        """Go on with a text where it was left. Raises `ChapterHeld`, `UsageError`."""
        from novelgen.sittings.recovery import take_up

        return take_up(self._workbench.store, self._workbench.paths, recovered)

    def keep_aside(self, recovered: "RecoveredText") -> "RevisionRecord":
        """Keep a text as a revision beside the chapter. Raises `ChapterHeld`, `UsageError`."""
        from novelgen.sittings.recovery import keep_aside

        return keep_aside(self._workbench.store, self._workbench.paths, recovered)

    def throw_away(self, recovered: "RecoveredText") -> None:
        """Have done with a text. Raises `ChapterHeld`."""
        from novelgen.sittings.recovery import throw_away

        throw_away(self._workbench.paths, recovered)

    def write_out(self, recovered: "RecoveredText", path: Path, *, overwrite: bool = False) -> Path:
        """Write a text to a file; it stays recovered text until it is thrown away."""
        from novelgen.sittings.recovery import write_out

        return write_out(recovered, path, overwrite=overwrite)

    def _active_branch(self, novel_id: str) -> str:
        with self._workbench.store.reading() as work:
            return work.novels.get(novel_id).active_branch_id
