"""A form in front of a screen: what is typed stays until it is saved or left."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Static

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.tui.asking import ask_once
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.form_fields import FormField, FormFields

AnswerT = TypeVar("AnswerT")


class FormDialog(Dialog[AnswerT], Generic[AnswerT]):
    """Asks for a few values, and does with them what it is for; its answer is what came of it.

    `work` runs off the screen's thread; the message of its error stands under the fields.
    """

    DEFAULT_CSS = """
    FormDialog FormFields { height: auto; padding: 0; }
    FormDialog FormFields > VerticalScroll { height: auto; max-height: 56vh; }
    FormDialog .question { margin-bottom: 1; color: $text-muted; }
    FormDialog Footer { dock: bottom; }
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        work: Callable[[Workbench, Mapping[str, str]], AnswerT],
        question: str = "",
    ) -> None:
        super().__init__()
        self._title, self._fields, self._work, self._question = title, fields, work, question

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            if self._question:
                yield Static(Content(self._question), classes="question")
            yield FormFields(self._fields)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(FormFields).begin()

    @on(FormFields.Saved)
    def save(self, event: FormFields.Saved) -> None:
        event.stop()
        values = event.form.values
        ask_once(
            self, lambda bench: self._work(bench, values), self.dismiss, on_error=self._complain
        )

    @on(FormFields.Left)
    def leave(self, event: FormFields.Left) -> None:
        event.stop()
        if not self.query_one(FormFields).is_changed:
            self.dismiss(None)
            return

        def answered(throws_away: bool | None) -> None:
            if throws_away:
                self.dismiss(None)

        question = "What you typed was not saved. Throw it away?"
        self.app.push_screen(Confirm("Unsaved", question, "Throw away", "Go on"), answered)

    def _complain(self, error: NovelgenError) -> None:
        self.query_one(FormFields).tell(error.message, is_wrong=True)
