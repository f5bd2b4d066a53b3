"""Takes a manuscript back into the open novel: a file, what it would change, and then that.

Nothing is changed before the person has seen it; all of it is one change, which can be undone.
"""

from collections.abc import Callable
from pathlib import Path

from textual.content import Content

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.generation.taking_back import TakenBack
from novelgen.manuscript.importing.values import TrackedChanges
from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from novelgen.tui.manuscripts.comparison_dialog import ComparisonDialog
from novelgen.tui.manuscripts.comparison_words import (
    Comparison,
    compare_again,
    compare_file,
    taken_told,
)
from novelgen.tui.places.place import Place
from storage.errors import HeadMoved

_QUESTION = (
    "The manuscript as it came back, from an editor or a reader: its changed chapters become "
    "versions of yours, comments become notes. You see what would change first."
)


class _Moved(NovelgenError):
    """The novel was changed since it was compared."""


class TakingBack:
    """The steps, in front of a place; `tell` is given what goes on, or came of it."""

    def __init__(self, place: Place, tell: Callable[[Content | None], object]) -> None:
        self._place, self._tell = place, tell

    def begin(self) -> None:
        """Ask for the file."""
        novel_id = self._place.novel.id

        def read(workbench: Workbench, path: Path, tracked: TrackedChanges) -> Comparison:
            return compare_file(workbench, novel_id, path, tracked)

        self._place.app.push_screen(
            ChooseManuscript("Take back a manuscript", _QUESTION, read), self._compared
        )

    def _compared(self, found: Comparison | None) -> None:
        if found is None:
            return

        def answered(takes_it: bool | None) -> None:
            if takes_it:
                self._take(found)

        self._place.app.push_screen(ComparisonDialog(found), answered)

    def _take(self, found: Comparison) -> None:
        self._tell(Content.styled("Taking the manuscript back …", "$text-muted"))

        def take(workbench: Workbench) -> TakenBack:
            try:
                return workbench.imports.take_back(found.taking)
            except HeadMoved as moved:
                raise _Moved(moved.message, moved.remedy) from moved

        def failed(error: NovelgenError) -> None:
            self._tell(None)
            if isinstance(error, _Moved):
                self._offer_again(found, error)
            else:
                app_of(self._place).show_error(error)

        self._place.change(take, self._taken, on_error=failed)

    def _taken(self, taken: TakenBack) -> None:
        told = taken_told(taken)
        lines = Content("\n").join(
            [Content.styled(f"✓ {told[0]}", "bold"), *map(Content, told[1:])]
        )
        self._tell(lines)
        say = getattr(self._place.screen, "say", None)
        if callable(say):
            say(told[0])

    def _offer_again(self, found: Comparison, moved: NovelgenError) -> None:
        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._place.ask(
                    lambda workbench: compare_again(
                        workbench, self._place.novel.id, found.path, found.manuscript
                    ),
                    self._compared,
                    group="compare",
                )

        question = f"{moved.message} Nothing was taken. Compare it with the novel as it is now?"
        self._place.app.push_screen(
            Confirm("The novel has changed", question, yes="Compare", no="Leave"), answered
        )
