"""Asks for the file of a manuscript, and reads it; what was typed stays until it could be read."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.manuscript.importing.file_kinds import TEXT_SUFFIXES
from novelgen.manuscript.importing.values import TrackedChanges
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.library.fields import Chips, Row
from novelgen.tui.widgets.path_field import PathField
from novelgen.tui.widgets.short_path import short_path

AnswerT = TypeVar("AnswerT")
Read = Callable[[Workbench, Path, TrackedChanges], AnswerT]
"""Reads a file off the screen's thread. Raises `NovelgenError`."""

SUFFIXES = frozenset({".docx", ".epub", ".json", *TEXT_SUFFIXES})
_FOLDER = "manuscripts_folder"
"""What the folder of the last manuscript is kept under."""
_WITH_TRACKED_CHANGES = ".docx"
_NOTHING = "No manuscript here: Word (.docx), EPUB, Markdown, text and JSON are shown."
_TRACKED = (
    (TrackedChanges.NOTES.value, "notes beside the text"),
    (TrackedChanges.ACCEPT.value, "accepted"),
    (TrackedChanges.REJECT.value, "rejected"),
)


class ChooseManuscript(Dialog[AnswerT], Generic[AnswerT]):
    """A file or folder, chosen and read: its answer is what was read."""

    DEFAULT_CSS = """
    ChooseManuscript .box { width: 90; height: 26; max-height: 96%; }
    ChooseManuscript .question { color: $text-muted; margin-bottom: 1; }
    ChooseManuscript Chips { background: $panel; }
    ChooseManuscript Chips:focus { background: $boost; }
    ChooseManuscript Row { margin-top: 1; }
    ChooseManuscript Row > .label { width: 17; }
    ChooseManuscript #reading { height: 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+tab", "app.focus_previous", "Back", show=False,
                tooltip="Back to the field before"),
    ]  # fmt: skip

    def __init__(self, title: str, question: str, read: Read[AnswerT]) -> None:
        super().__init__()
        self._title, self._question, self._read = title, question, read
        self._is_reading = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "↓ ↑ mark   Tab completes   Enter reads   Esc leaves"
            yield Static(Content(self._question), classes="question")
            yield PathField(
                SUFFIXES,
                self._start,
                whole=TEXT_SUFFIXES,
                nothing=_NOTHING,
            )
            chips = Chips(_TRACKED, TrackedChanges.NOTES.value, "tracked")
            yield Row("Tracked changes", chips, id="tracked-row")
            yield Static("", id="reading")

    def on_mount(self) -> None:
        self.query_one("#tracked-row").visible = False
        self.query_one(PathField).focus_line()

    @on(PathField.Changed)
    def offer_choice(self, event: PathField.Changed) -> None:
        """Of formats that have tracked changes."""
        event.stop()
        has_them = Path(event.text).suffix.lower() == _WITH_TRACKED_CHANGES
        self.query_one("#tracked-row").visible = has_them

    @on(PathField.Taken)
    def take(self, event: PathField.Taken) -> None:
        event.stop()
        path = event.path
        if path is None or self._is_reading:
            return
        self._is_reading = True
        app_of(self).left_off.keep_value(_FOLDER, str(path.parent))
        tracked = TrackedChanges(self.query_one(Chips).value)
        self._tell(f"Reading {path.name} …")
        ask(
            self,
            lambda workbench: self._read(workbench, path, tracked),
            self.dismiss,
            group="read",
            on_error=self._refused,
        )

    @property
    def _start(self) -> str:
        """The folder of the last manuscript; nothing where that is where novelgen was started."""
        kept = app_of(self).left_off.value(_FOLDER)
        if not isinstance(kept, str) or not Path(kept).is_dir() or Path(kept) == Path.cwd():
            return ""
        return f"{short_path(Path(kept))}/"

    def _refused(self, error: NovelgenError) -> None:
        self._is_reading = False
        self._tell("")
        self.query_one(PathField).focus_line()
        app_of(self).show_error(error)

    def _tell(self, text: str) -> None:
        self.query_one("#reading", Static).update(Content(text))
