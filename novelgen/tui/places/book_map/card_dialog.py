"""Asks where to write the card of a novel, and writes it there."""

from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.manuscript.card import default_name, write_card
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.short_path import short_path

_QUESTION = (
    "The map as a picture to show, an SVG file: title, author, words, days and shares, and no "
    "prose. Where to?"
)


class CardDialog:
    """The questions, one after the other, for the novel of a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._novel_id = place.novel.id

    def open(self) -> None:
        self._place.ask(self._default_path, self._ask_where, group="card")

    def _default_path(self, workbench: Workbench) -> str:
        return short_path(Path.cwd() / default_name(workbench.find(self._novel_id).novel))

    def _ask_where(self, path: str) -> None:
        self._place.app.push_screen(AskLine("Card", _QUESTION, path), self._answered)

    def _answered(self, text: str | None) -> None:
        if text is not None:
            self._place.ask(
                lambda workbench: self._target(workbench, text), self._look, group="card"
            )

    def _target(self, workbench: Workbench, text: str) -> tuple[Path, bool]:
        """The file, in a folder where one is named; and whether it is there already."""
        path = Path(text).expanduser()
        if path.is_dir():
            path /= default_name(workbench.find(self._novel_id).novel)
        return path, path.exists()

    def _look(self, target: tuple[Path, bool]) -> None:
        path, is_there = target
        if not is_there:
            self._write(path, overwrite=False)
            return

        def answered(replaces: bool | None) -> None:
            if replaces:
                self._write(path, overwrite=True)

        question = f"{short_path(path)} exists. Replace it?"
        self._place.app.push_screen(Confirm("Card", question, yes="Replace", no="Keep"), answered)

    def _write(self, path: Path, *, overwrite: bool) -> None:
        def write(workbench: Workbench) -> Path:
            novel = workbench.find(self._novel_id).novel
            return write_card(workbench.store, novel, path, overwrite=overwrite)

        self._place.ask(
            write, lambda written: self._say(f"Card: {short_path(written)}"), group="card"
        )

    def _say(self, text: str) -> None:
        say = getattr(self._place.screen, "say", None)
        if callable(say):
            say(text)
