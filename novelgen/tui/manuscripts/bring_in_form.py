"""A manuscript that was read: what was found in it, and what the novel is to be called and to have.

Nothing is stored before the person wants it, and then all of it or nothing.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from novelgen.errors import NovelgenError
from novelgen.tui.after_typing import after_typing
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.answering import AnsweringScreen
from novelgen.tui.library.fields import Chips, Row
from novelgen.tui.manuscripts.found_words import found_told
from novelgen.tui.manuscripts.import_answers import (
    ImportAnswers,
    first_answers,
    make_import,
    outlook,
)
from novelgen.tui.manuscripts.progress import ChapterProgress, Progressed
from novelgen.tui.manuscripts.reading import ReadManuscript
from novelgen.tui.widgets.keys_footer import KeysFooter
from novelgen.tui.widgets.short_path import short_path

_FINISHED, _OPEN = "finished", "open"
_ENDS = ((_FINISHED, "is finished"), (_OPEN, "is written on"))


class BringInForm(AnsweringScreen[str | None]):
    """The form. Its answer is the id of the novel, None when it was left."""

    TITLE = "Bring in"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s,f2", "bring_in", "Bring in", key_display="^s F2", priority=True,
            tooltip="Make a novel of the manuscript",
        ),
        Binding("escape", "leave", "Leave", tooltip="Back to the library; nothing is stored"),
    ]  # fmt: skip
    CSS_PATH = "bring_in_form.tcss"

    def __init__(self, read: ReadManuscript) -> None:
        super().__init__()
        self._read = read
        self._is_making = False

    def compose(self) -> ComposeResult:
        first = first_answers(self._read, app_of(self).desk.workbench.settings.author)
        yield Static(_head(short_path(self._read.path)), id="bring-head")
        with Horizontal(id="bring-body"):
            with VerticalScroll(id="bring-form", can_focus=False):
                yield _row("Title", Input(first.title, id="title", compact=True))
                yield _row("Author", Input(first.author, id="author", compact=True))
                yield _row("Words", Input(first.words, id="words", compact=True))
                yield _row("Last chapter", Chips(_ENDS, _FINISHED, "end"))
                yield Static("", id="outlook")
            with VerticalScroll(id="found"):
                yield Static(found_told(self._read))
        with Horizontal(id="bring-foot"):
            yield Static("", id="bring-told")
            yield Button("Bring in", id="bring-in", variant="primary")
            yield Button("Leave", id="leave")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#title").focus()
        self._look_out()

    def action_leave(self) -> None:
        if not self._is_making:
            self.dismiss(None)

    def action_bring_in(self) -> None:
        after_typing(self, self._bring_in)

    @on(Input.Changed)
    @on(Chips.Changed)
    def look_out(self) -> None:
        self._look_out()

    @on(Input.Submitted)
    def go_on(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "bring-in":
            self.action_bring_in()
        else:
            self.action_leave()

    @on(Progressed)
    def tell_progress(self, event: Progressed) -> None:
        event.stop()
        if self._is_making:
            is_read = event.done == event.total  # what is left tells nothing
            self._tell(Content("Storing it …") if is_read else event.told("Bringing in"))

    @property
    def answers(self) -> ImportAnswers:
        """What is said so far."""
        line = {name: self.query_one(f"#{name}", Input).value for name in _LINES}
        is_unfinished = self.query_one(Chips).value == _OPEN
        return ImportAnswers(**line, is_unfinished=is_unfinished)

    def _bring_in(self) -> None:
        if self._is_making:
            return
        self._is_making = True
        read, answers, news = self._read, self.answers, ChapterProgress(self)
        self._tell(Content("Bringing in …"))
        ask(
            self,
            lambda workbench: make_import(workbench, read, answers, news.tell),
            self.dismiss,
            group="make",
            on_error=self._refused,
        )

    def _look_out(self) -> None:
        told = self.query_one("#outlook", Static)
        try:
            text, is_wrong = outlook(self._read, self.answers), False
        except NovelgenError as error:
            text, is_wrong = f"✗ {error.message} {error.remedy}", True
        told.set_class(is_wrong, "-wrong")
        told.update(Content(text))

    def _refused(self, error: NovelgenError) -> None:
        self._is_making = False
        self._tell(Content(""))
        app_of(self).show_error(error)

    def _tell(self, told: Content) -> None:
        self.query_one("#bring-told", Static).update(told)


_LINES = ("title", "author", "words")


def _head(path: str) -> Content:
    return Content.assemble(
        (" novelgen ", "bold $background on $primary"),
        "  Bring in a manuscript  ",
        (path, "$text-muted"),
    )


def _row(label: str, field: Input | Chips) -> Row:
    row = Row(label, field)
    row.add_class("row")
    return row
