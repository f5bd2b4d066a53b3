"""Asks for another value of a setting; one that cannot be is said so, and stays to be mended."""

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from novelgen.config_file import change_setting
from novelgen.config_sources import SettingInForce
from novelgen.errors import NovelgenError
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.dialog import Dialog


class ChangeSetting(Dialog[bool]):
    """Whether the setting was changed."""

    DEFAULT_CSS = """
    ChangeSetting #complaint { color: $error; height: auto; margin-top: 1; }
    ChangeSetting #now { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, setting: SettingInForce, file: Path) -> None:
        super().__init__()
        self._setting, self._file = setting, file

    def compose(self) -> ComposeResult:
        setting = self._setting
        with Vertical(classes="box") as box:
            box.border_title = Content(setting.name)
            yield Static(Content(setting.description))
            yield Static(Content(f"The default: {setting.shown_default}."), id="now")
            yield Input(_written(setting), id="value")
            yield Static("", id="complaint")
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="keep", variant="primary")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        self.query_one("#complaint").display = False
        self.query_one(Input).focus()

    @on(Input.Submitted, "#value")
    def submit(self) -> None:
        self._keep()

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        if event.button.id == "keep":
            self._keep()
        else:
            self.dismiss(None)

    def _keep(self) -> None:
        text, name, file = self.query_one(Input).value, self._setting.name, self._file
        ask(
            self,
            lambda _: change_setting(file, name, text),
            lambda _: self.dismiss(True),
            on_error=self._complain,
        )

    def _complain(self, error: NovelgenError) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.display = True
        complaint.update(Content(f"✗ {error.message}"))
        self.query_one(Input).focus()


def _written(setting: SettingInForce) -> str:
    """The value as it can be typed again."""
    value = setting.value
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{each}"' for each in value) + "]"
    return setting.shown if isinstance(value, bool | float) else str(value)
