"""What a manuscript that comes back would change, before it does."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.manuscripts.comparison_words import Comparison
from novelgen.tui.widgets.short_path import short_path


class ComparisonDialog(Dialog[bool]):
    """Whether it is to be taken."""

    DEFAULT_CSS = """
    ComparisonDialog .box { width: 96; height: auto; }
    ComparisonDialog #compared-file { color: $text-muted; height: auto; margin-bottom: 1; }
    ComparisonDialog #compared { height: auto; max-height: 70vh; scrollbar-size-vertical: 1; }
    ComparisonDialog #compared Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,ctrl+s,f2", "take", "Take", tooltip="Take all of it, as one change"),
        Binding("n", "leave", "Leave", show=False, tooltip="Leave the novel as it is"),
        Binding("up", "scroll(-1)", "Up", show=False, tooltip="A line up"),
        Binding("down", "scroll(1)", "Down", show=False, tooltip="A line down"),
        Binding("pageup", "scroll(-10)", "Page up", show=False, tooltip="Ten lines up"),
        Binding("pagedown", "scroll(10)", "Page down", show=False, tooltip="Ten lines down"),
    ]

    def __init__(self, found: Comparison) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        found = self._found
        with Vertical(classes="box") as box:
            box.border_title = "Take back a manuscript"
            box.border_subtitle = "↓ ↑ scroll   Esc leaves"
            told = f"{short_path(found.path)}, beside “{found.taking.novel.title}”"
            yield Static(Content(told), id="compared-file")
            with VerticalScroll(id="compared", can_focus=False):
                yield Static(found.told)
            with Horizontal(classes="buttons"):
                if found.does_something:
                    yield Button("Take", id="take", variant="primary")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        self.query(Button).first().focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What changes nothing cannot be taken."""
        return action != "take" or self._found.does_something

    def action_take(self) -> None:
        self.dismiss(True)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#compared").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "take")
