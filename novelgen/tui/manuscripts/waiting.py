"""Something is done that is not broken off: a dialog that says so, until it is done."""

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.dialog import Dialog

AnswerT = TypeVar("AnswerT")


class WaitFor(Dialog[AnswerT], Generic[AnswerT]):
    """What came of it; None after an error, which is shown."""

    def __init__(self, title: str, told: str, work: Callable[[Workbench], AnswerT]) -> None:
        super().__init__()
        self._title, self._told, self._work = title, told, work

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            yield Static(Content(self._told))

    def on_mount(self) -> None:
        ask(self, self._work, self.dismiss, on_error=self._failed)

    def action_leave(self) -> None:
        """It is stored whole or not at all; what has begun is waited for."""

    def _failed(self, error: NovelgenError) -> None:
        self.dismiss(None)
        app_of(self).show_error(error)
