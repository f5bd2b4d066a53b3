"""Shows the text that was joined of sentences, lets it be changed, and asks what to do with it."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static, TextArea

from novelgen.text.joined_sentences import JoinedText
from novelgen.tui.after_typing import after_typing
from novelgen.tui.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Joining:
    """What is to become of the chapter."""

    text: str
    smooths: bool
    """Whether the model is to write the paragraphs with seams anew afterwards."""


class JoinDialog(Dialog[Joining]):
    """The joined text as a proposal."""

    DEFAULT_CSS = """
    JoinDialog .box { width: 96; }
    JoinDialog TextArea {
        height: auto; min-height: 4; max-height: 35vh; margin-top: 1; padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save(False)", "Save", priority=True, key_display="^s F2",
                tooltip="Make it the text of the passage"),
        Binding("f3", "save(True)", "Save and smooth", priority=True,
                tooltip="Save it, then have the model write the paragraphs with seams anew"),
    ]  # fmt: skip

    def __init__(self, joined: JoinedText, where: str) -> None:
        super().__init__()
        self._joined, self._where = joined, where

    def compose(self) -> ComposeResult:
        seams = len(self._joined.seams)
        with Vertical(classes="box") as box:
            box.border_title = "One text of your sentences"
            yield Static(Content(self._told(seams)))
            yield TextArea(self._joined.text, soft_wrap=True, show_line_numbers=False)
            with Horizontal(classes="buttons"):
                yield Button("Save  F2", id="save", variant="primary")
                if seams:
                    yield Button("Save, then smooth  F3", id="smooth")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.dismiss(None)
        else:
            self.action_save(event.button.id == "smooth")

    def action_save(self, smooths: bool) -> None:
        after_typing(self, lambda: self._save(smooths))

    def _save(self, smooths: bool) -> None:
        text = self.query_one(TextArea).text.strip()
        if text:
            self.dismiss(Joining(text, smooths and bool(self._joined.seams)))

    def _told(self, seams: int) -> str:
        told = f"Change what you like. Saved, it takes the place of {self._where}, as a revision."
        if not seams:
            return told
        count = "1 seam" if seams == 1 else f"{seams} seams"
        return (
            f"{told}\nIt has {count}. To smooth them the model writes the paragraphs that hold them"
            " anew, with your sentences as its task; it may not keep them to the letter. Your text"
            " stays as a revision."
        )


def seam_paragraphs(joined: JoinedText) -> tuple[int, int] | None:
    """The first and last paragraph of the joined text with a seam, from 1."""
    if not joined.seams:
        return None
    first, last = (
        joined.text[:seam].count("\n\n") + 1 for seam in (joined.seams[0], joined.seams[-1])
    )
    return first, last
