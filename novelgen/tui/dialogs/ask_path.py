"""Asks for a file that is there, or for none."""

from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.path_field import PathField


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """The file; None is no file."""

    path: Path | None


class AskPath(Dialog[PathAnswer]):
    """A file with one of these suffixes, or none at all."""

    DEFAULT_CSS = """
    AskPath .box { width: 84; height: 22; }
    AskPath .question { margin-bottom: 1; color: $text-muted; }
    """

    def __init__(
        self, title: str, question: str, suffixes: frozenset[str], value: str, none: str
    ) -> None:
        """`none` is what no file at all is called."""
        super().__init__()
        self._title, self._question = title, question
        self._suffixes, self._value, self._none = suffixes, value, none

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "↓ ↑ mark   Tab completes   Enter takes   Esc leaves"
            yield Static(Content(self._question), classes="question")
            yield PathField(self._suffixes, self._value, none=self._none)

    def on_mount(self) -> None:
        self.query_one(PathField).focus_line()

    @on(PathField.Taken)
    def take(self, event: PathField.Taken) -> None:
        event.stop()
        self.dismiss(PathAnswer(event.path))
