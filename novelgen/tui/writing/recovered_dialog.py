"""Text that was typed and never saved, because the workbench came to a sudden end.

It is shown beside the chapter as a difference; what becomes of it is the person's choice, and
leaving the dialog changes nothing.
"""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from novelgen.text.word_diff import diff_words
from novelgen.text.words import count_words
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.diff_page import diff_page
from novelgen.tui.widgets.prose_page import ProsePage

if TYPE_CHECKING:
    from novelgen.sittings.recovered_text import RecoveredText

GO_ON, KEEP, THROW_AWAY, WRITE_OUT = "go-on", "keep", "throw-away", "write-out"


class RecoveredDialog(Dialog[str]):
    """Asks what becomes of a recovered text: `GO_ON`, `KEEP`, `THROW_AWAY` or `WRITE_OUT`."""

    DEFAULT_CSS = """
    RecoveredDialog .box { width: 84; height: 90%; }
    RecoveredDialog ProsePage { height: 1fr; margin-top: 1; }
    """

    def __init__(self, recovered: "RecoveredText", present: str) -> None:
        super().__init__()
        self._recovered, self._present = recovered, present

    def compose(self) -> ComposeResult:
        recovered = self._recovered
        when = f"{recovered.when:%A %d %B, %H:%M}"
        words = count_words(recovered.text) - count_words(self._present)
        torn = " The last keys before the end may be missing." if recovered.torn else ""
        with Vertical(classes="box") as box:
            box.border_title = f"Recovered text of chapter {recovered.chapter}"
            yield Static(
                Content(
                    f"Typed until {when} and never saved: the workbench came to a sudden end. "
                    f"{words:+,} words.{torn} Nothing has been changed yet."
                ),
                classes="cause",
            )
            yield Static(Content(_moved(recovered)), classes="remedy")
            yield ProsePage(id="recovered-difference")
            with Horizontal(classes="buttons"):
                can, may_keep = recovered.can_take_up, recovered.can_keep_aside
                yield Button("Go on writing it", id=GO_ON, variant="primary", disabled=not can)
                yield Button("Keep it as a revision", id=KEEP, disabled=not may_keep)
                if not may_keep:
                    yield Button("Write it to a file", id=WRITE_OUT)
                yield Button("Throw it away", id=THROW_AWAY)
                yield Button("Later", id="later")

    def on_mount(self) -> None:
        spans = diff_words(self._present, self._recovered.text)
        self.query_one(ProsePage).show(diff_page(spans, whole=False))
        for button in self.query(Button):
            if not button.disabled:
                button.focus()
                break

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(None if event.button.id == "later" else event.button.id)


def _moved(recovered: "RecoveredText") -> str:
    if recovered.is_current:
        return "Underlined: what it has and the chapter has not. Struck: what only the chapter has."
    return (
        "The chapter was changed since. Going on and saving keeps this text beside it as a "
        "revision of its own; nothing is overwritten."
    )
