"""The whole plan as Markdown: for everything the outline has no key for.

What is wrong with the text is said while it is typed, and its line is marked.
"""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError, UsageError
from novelgen.generation.plan_editing import SeenPlan
from novelgen.planning.budget_preview import previewed
from novelgen.planning.document import PlanDocument, PlanMistake
from novelgen.planning.document_markdown import parse_markdown, render_markdown
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.confirm import Confirm

_SECONDS_AFTER_TYPING = 0.3


class DocumentArea(TextArea):
    """The text; one line can be marked as wrong."""

    wrong_line = 0
    """From 1; 0 for none."""

    def mark(self, line: int) -> None:
        """Mark a line, counted from 1; 0 takes the mark away."""
        if line != self.wrong_line:
            self.wrong_line = line
            self._line_cache.clear()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """The line as it is drawn."""
        line = super().get_line(line_index)
        if line_index == self.wrong_line - 1:
            line.stylize("bold underline")
        return line


class DocumentView(Vertical):
    """The text area, and a line on what is wrong."""

    DEFAULT_CSS = """
    DocumentView DocumentArea { height: 1fr; border: none; background: $background; }
    DocumentView DocumentArea:focus { border: none; }
    DocumentView #document-told { height: auto; min-height: 1; padding: 0 2; background: $surface; }
    DocumentView #document-told.-wrong { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "Save", key_display="^s F2", tooltip="Save the whole plan"),
        Binding("f3", "go_to_mistake", "Mistake", tooltip="Go to the line that is wrong"),
        Binding("escape", "leave", "Leave", tooltip="Back to the outline; asks if it is changed"),
    ]

    class SaveAsked(Message):
        """The person wants the plan to be this."""

        def __init__(self, seen: SeenPlan, document: PlanDocument) -> None:
            super().__init__()
            self.seen = seen
            self.document = document

    class Left(Message):
        """The person goes back to the outline."""

    def __init__(self) -> None:
        super().__init__(id="plan-document")
        self._seen: SeenPlan | None = None
        self._text = ""
        self._mistake: NovelgenError | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield DocumentArea(soft_wrap=True, show_line_numbers=True)
        yield Static("", id="document-told")

    @property
    def is_changed(self) -> bool:
        return self._seen is not None and self._area.text != self._text

    def show(self, seen: SeenPlan) -> None:
        """Show a plan, unless the person is in the middle of changing it."""
        if self.is_changed:
            return
        self._seen = seen
        text = render_markdown(seen.document)
        if text != self._text:
            self._text = text
            place = self._area.cursor_location
            self._area.load_text(text)
            self._area.move_cursor(place)
        self._look()

    def saved(self) -> None:
        """What was typed is stored."""
        self._text = self._area.text

    def arrive(self) -> None:
        """The person has come here."""
        self._area.focus()

    def complain(self, error: NovelgenError) -> None:
        """Say what is wrong, and mark the line where it is known."""
        self._mistake = error
        line = error.line if isinstance(error, PlanMistake) else 0
        self._area.mark(line)
        told = self.query_one("#document-told", Static)
        told.add_class("-wrong")
        told.update(Content(f"✗ {error.message} {error.remedy}".strip()))

    def action_save(self) -> None:
        seen = self._seen
        if seen is None:
            return
        text = self._area.text

        def wrong(error: NovelgenError) -> None:
            self.complain(error)
            self.action_go_to_mistake()

        def read(_: Workbench) -> PlanDocument:
            return _read(seen, text)[0]

        def sound(document: PlanDocument) -> None:
            self.post_message(self.SaveAsked(seen, document))

        ask(self, read, sound, group="save", on_error=wrong)

    def action_go_to_mistake(self) -> None:
        line = self._mistake.line if isinstance(self._mistake, PlanMistake) else 0
        if line:
            self._area.move_cursor((line - 1, 0), center=True)
        self._area.focus()

    def action_leave(self) -> None:
        if not self.is_changed:
            self.post_message(self.Left())
            return

        def answered(throws_away: bool | None) -> None:
            if throws_away and self._seen is not None:
                seen, self._seen, self._text = self._seen, None, ""
                self.show(seen)
                self.post_message(self.Left())

        question = "The plan was changed and not saved. Throw the changes away?"
        self.app.push_screen(
            Confirm("Unsaved changes", question, "Throw away", "Go on editing"), answered
        )

    @on(TextArea.Changed)
    def look_soon(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, self._look)

    @property
    def _area(self) -> DocumentArea:
        return self.query_one(DocumentArea)

    def _look(self) -> None:
        seen, text = self._seen, self._area.text
        if seen is not None:
            ask(
                self,
                lambda _: _read(seen, text),
                self._tell,
                group="look",
                on_error=self.complain,
            )

    def _tell(self, found: tuple[PlanDocument, int]) -> None:
        document, words = found
        self._mistake = None
        self._area.mark(0)
        told = self.query_one("#document-told", Static)
        told.remove_class("-wrong")
        state = "not saved yet" if self.is_changed else "as it is saved"
        chapters = len(document.chapters)
        told.update(
            Content.styled(f"{chapters:,} chapters, {words:,} words; {state}", "$text-muted")
        )


def _read(seen: SeenPlan, text: str) -> tuple[PlanDocument, int]:
    """The document of a text, and its words. Raises `UsageError`."""
    document = parse_markdown(text)
    target = seen.content.structure.target_words
    try:
        previewed(seen.content, document, seen.written, target)
    except PlanMistake:
        raise
    except UsageError as error:
        raise UsageError(
            error.message, "Give other words to some chapters, or the book others in the outline."
        ) from error
    return document, target
