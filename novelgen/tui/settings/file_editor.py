"""The configuration file as text; what cannot be loaded is not kept, and stays in the editor."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from novelgen.config_file import write_config_text
from novelgen.errors import NovelgenError
from novelgen.tui.after_typing import after_typing
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.short_path import short_path


class ConfigFileEditor(Dialog[bool]):
    """Whether the file was changed."""

    DEFAULT_CSS = """
    ConfigFileEditor #config-box {
        width: 96; max-width: 96%; height: 90%; padding: 1 2; background: $surface;
        border: round $primary; border-title-color: $primary; border-title-style: bold;
    }
    ConfigFileEditor #config-text { height: 1fr; border: none; background: $background; }
    ConfigFileEditor #config-told { height: auto; margin-top: 1; color: $text-muted; }
    ConfigFileEditor #config-told.-bad { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s,f2", "save", "Save", key_display="^s F2", priority=True,
            tooltip="Check the file, and keep it where it is right",
        ),
        Binding(
            "escape", "leave", "Leave", priority=True, tooltip="Leave; asks where it is changed"
        ),
    ]  # fmt: skip

    def __init__(self, file: Path, text: str) -> None:
        super().__init__()
        self._file, self._before = file, text

    def compose(self) -> ComposeResult:
        with Vertical(id="config-box") as box:
            box.border_title = Content(short_path(self._file))
            yield TextArea(self._before, id="config-text", soft_wrap=False)
            yield Static("ctrl+s checks and keeps it   esc leaves", id="config-told")

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_save(self) -> None:
        after_typing(self, self._save)

    def action_leave(self) -> None:
        after_typing(self, self._leave)

    def _save(self) -> None:
        text, file = self.query_one(TextArea).text, self._file
        ask(
            self,
            lambda _: write_config_text(file, text),
            lambda _: self.dismiss(True),
            on_error=self._complain,
        )

    def _leave(self) -> None:
        if self.query_one(TextArea).text == self._before:
            self.dismiss(None)
            return

        def answered(throws_away: bool | None) -> None:
            if throws_away:
                self.dismiss(None)

        self.app.push_screen(
            Confirm(
                "Unsaved changes",
                "The file was changed and not saved. Throw the changes away?",
                yes="Throw away",
                no="Go on editing",
            ),
            answered,
        )

    def _complain(self, error: NovelgenError) -> None:
        told = self.query_one("#config-told", Static)
        told.add_class("-bad")
        told.update(Content(f"✗ {error.message} {error.remedy}"))
