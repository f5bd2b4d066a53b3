"""Writes the manuscript, or a copy of all novels, off the screen's thread.

What is there already is replaced only where the person says so; what goes wrong becomes a dialog.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from textual.content import Content
from textual.message import Message

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.places.export.reading import ExportPlan
from novelgen.tui.places.export.showing import progress_told, written_told
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.short_path import short_path

if TYPE_CHECKING:
    from storage.backup import Backup

FOLDER = "export_folder"
"""What the folder of the last file is kept under."""
_SECONDS_BETWEEN_NEWS = 0.1


class Progressed(Message):
    """So many chapters are read; `afterwards` is what goes on after the last one."""

    def __init__(self, done: int, total: int, afterwards: str) -> None:
        super().__init__()
        self.done, self.total, self.afterwards = done, total, afterwards


class OnSaved(Protocol):
    """Called when a file is there: what is in it, and the same in a line of narration."""

    def __call__(self, path: Path, told: str, said: str) -> object: ...


class Saving:
    """What an export place has written."""

    def __init__(
        self, place: Place, tell: Callable[[Content | None], object], on_saved: OnSaved
    ) -> None:
        self._place, self._tell, self._on_saved = place, tell, on_saved
        self.is_writing = False

    def write(self, plan: ExportPlan) -> None:
        """Write the manuscript; asks first where the file is there."""
        if self.is_writing:
            return
        if plan.missing is not None:
            app_of(self._place).show_error(plan.missing)
        elif plan.exists:
            self._confirm(plan.path, lambda: self._write(plan, overwrite=True), plan)
        else:
            self._write(plan, overwrite=False)

    def back_up(self, path: Path) -> None:
        """Copy the database; asks first where the file is there."""

        def looked(exists: bool) -> None:
            if exists:
                self._confirm(path, lambda: self._back_up(path, overwrite=True))
            else:
                self._back_up(path, overwrite=False)

        self._place.ask(lambda _: path.exists(), looked, group="backup")

    def _write(self, plan: ExportPlan, *, overwrite: bool) -> None:
        novel_id, news = self._place.novel.id, self._news(plan.choices.format.afterwards)
        self.is_writing = True
        self._tell(progress_told(0, len(plan.chapters)))

        def write(workbench: Workbench) -> Path:
            return workbench.exports.to_path(
                novel_id, plan.wish, plan.path, overwrite=overwrite, on_chapter=news
            )

        def written(path: Path) -> None:
            self.is_writing = False
            app_of(self._place).left_off.keep_value(FOLDER, str(path.parent))
            self._on_saved(path, written_told(plan), f"Exported to {short_path(path)}")

        ask(
            self._place,
            write,
            written,
            group="export",
            is_exclusive=False,
            on_error=self._refused,
        )

    def _back_up(self, path: Path, *, overwrite: bool) -> None:
        self._tell(Content.styled("Copying all novels …", "$text-muted"))

        def copied(made: "Backup") -> None:
            app_of(self._place).left_off.keep_value(FOLDER, str(path.parent))
            novels = "1 novel" if made.novels == 1 else f"{made.novels:,} novels"
            told = f"Copied: {novels} with {made.words:,} words."
            self._on_saved(made.path, told, f"Copied to {short_path(made.path)}")

        ask(
            self._place,
            lambda workbench: workbench.back_up(path, overwrite=overwrite),
            copied,
            group="backup",
            on_error=self._refused,
        )

    def _confirm(
        self, path: Path, then: Callable[[], object], plan: ExportPlan | None = None
    ) -> None:
        def answered(replaces: bool | None) -> None:
            if replaces:
                then()

        is_folder = plan is not None and plan.choices.splits
        what = " All files in it are replaced." if is_folder else ""
        self._place.app.push_screen(
            Confirm(
                "Replace it?",
                f"{short_path(path)} is there already.{what}",
                yes="Replace",
                no="Leave it",
            ),
            answered,
        )

    def _refused(self, error: NovelgenError) -> None:
        self.is_writing = False
        self._tell(None)
        app_of(self._place).show_error(error)

    def _news(self, afterwards: str) -> Callable[[int, int], None]:
        """Tells how far a file is, from whatever thread, but not with every chapter of a saga."""
        last = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _SECONDS_BETWEEN_NEWS or done == total:
                last = now
                self._place.post_message(Progressed(done, total, afterwards))

        return tell
