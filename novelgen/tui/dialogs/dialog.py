"""The frame of every dialog: a box in the middle, Escape leaves it."""

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from novelgen.tui.dialogs.answering import AnsweringScreen

AnswerT = TypeVar("AnswerT")


class Dialog(AnsweringScreen[AnswerT | None], ModalScreen[AnswerT | None]):
    """A question in front of a screen; its answer is None when it was left."""

    DEFAULT_CSS = """
    Dialog .box { width: 72; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Close this and change nothing"),
    ]

    def action_leave(self) -> None:
        self.dismiss(None)
