"""What went wrong, why, and what to do next."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from novelgen.errors import ModelError, NotFoundError, NovelgenError, StorageError, UsageError
from novelgen.tui.dialogs.dialog import Dialog

_TITLES: tuple[tuple[type[NovelgenError], str], ...] = (
    (ModelError, "The model"),
    (StorageError, "The database"),
    (NotFoundError, "Not found"),
    (UsageError, "This cannot be done"),
    (NovelgenError, "Something went wrong"),
)


class ErrorDialog(Dialog[None]):
    """An error with its title, its cause and its remedy."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "Close", show=False, tooltip="Close this message"),
    ]

    def __init__(self, error: NovelgenError, title: str = "") -> None:
        super().__init__()
        self._error = error
        self._title = title or next(name for kind, name in _TITLES if isinstance(error, kind))

    def is_about(self, error: NovelgenError) -> bool:
        """Whether it shows the same message."""
        return self._error.message == error.message

    def compose(self) -> ComposeResult:
        with Vertical(classes="box -error") as box:
            box.border_title = Content(f"✗ {self._title}")
            with VerticalScroll(classes="told"):
                yield Static(Content(self._error.message), classes="cause")
                if self._error.remedy:
                    yield Static(Content(self._error.remedy), classes="remedy")
            yield Button("Close", id="close", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#close").focus()

    def on_button_pressed(self) -> None:
        self.dismiss(None)
