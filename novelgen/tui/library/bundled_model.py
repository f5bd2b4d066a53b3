"""Introduces the bundled model for what it is, with the way to a better one."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.library.model_words import BETTER_TOLD, BUNDLED_TOLD, is_bundled

__all__ = ["BundledModelDialog", "is_bundled"]


def bundled_introduced() -> Content:
    """The introduction."""
    return Content.assemble(
        "This novel is written by the model that comes with novelgen. It is small enough for any "
        "laptop: ",
        (BUNDLED_TOLD, "bold $primary"),
        (".\n\n", ""),
        (BETTER_TOLD, ""),
        ("\n\nA novel can go on with another model at any chapter, and loses nothing: in the ", ""),
        ("library, press ", ""),
        ("e", "bold"),
        (" on it.", ""),
    )


class BundledModelDialog(Dialog[None]):
    """Shown once for a novel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "Go on", show=False, tooltip="Go on with this model"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "The bundled model"
            with VerticalScroll(classes="told"):
                yield Static(bundled_introduced())
            with Vertical(classes="buttons"):
                yield Button("Go on", id="go-on", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#go-on").focus()

    def on_button_pressed(self) -> None:
        self.dismiss(None)
