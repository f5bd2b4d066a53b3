"""Asks for a line of text."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from novelgen.tui.dialogs.dialog import Dialog


class AskLine(Dialog[str]):
    """A line of text; an empty one is an answer where `may_be_empty`."""

    def __init__(
        self,
        title: str,
        question: str,
        value: str = "",
        *,
        placeholder: str = "",
        may_be_empty: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._question, self._value = title, question, value
        self._placeholder, self._may_be_empty = placeholder, may_be_empty

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            yield Static(Content(self._question))
            yield Input(self._value, placeholder=self._placeholder)
            with Horizontal(classes="buttons"):
                yield Button("Done", id="done", variant="primary")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        self._finish()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "done":
            self._finish()
        else:
            self.dismiss(None)

    def _finish(self) -> None:
        text = self.query_one(Input).value.strip()
        if text or self._may_be_empty:
            self.dismiss(text)
        else:
            self.query_one(Input).focus()
