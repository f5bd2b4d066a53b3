"""The fields of the library's forms: a row with a label, one of a few things, one of many.

Each is one line high, works by keys and by mouse, and shows by a sign where the focus is.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

_GAP = "   "


class Row(Horizontal):
    """A label, and what belongs to it."""

    DEFAULT_CSS = """
    Row { height: auto; }
    Row > .label { width: 14; padding: 0 2 0 0; color: $text-muted; text-align: right; }
    Row:focus-within > .label { color: $primary; text-style: bold; }
    Row > .field { width: 1fr; }
    """

    def __init__(self, label: str, field: Widget, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label, self._field = label, field

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="label")
        self._field.add_class("field")
        yield self._field


class Chips(Static, can_focus=True):
    """One of a few things, all of them in sight: `● third person   ○ first person`."""

    DEFAULT_CSS = """
    Chips { height: 1; background: $background; padding: 0 1; }
    Chips:focus { background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "step(1)", "Next", show=False, tooltip="Choose the next one"),
        Binding("left", "step(-1)", "Before", show=False, tooltip="Choose the one before"),
    ]
    value: reactive[str] = reactive("")

    class Changed(Message):
        """Another one was chosen."""

        def __init__(self, chips: "Chips") -> None:
            super().__init__()
            self.chips = chips

        @property
        def control(self) -> "Chips":
            return self.chips

    def __init__(self, choices: Sequence[tuple[str, str]], value: str, id: str) -> None:
        """`choices` are values, and how each is called."""
        super().__init__("", id=id)
        self._choices = tuple(choices)
        self.set_reactive(Chips.value, value)

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        for value, name in self._choices:
            is_chosen = value == self.value
            style = "bold $primary" if is_chosen else "$text-muted"
            parts.append((("● " if is_chosen else "○ ") + name, style))
            parts.append((_GAP, ""))
        return Content.assemble(*parts[:-1])

    def watch_value(self) -> None:
        self.post_message(self.Changed(self))

    def action_step(self, step: int) -> None:
        values = [value for value, _ in self._choices]
        self.value = values[(values.index(self.value) + step) % len(values)]

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        start = 0
        for value, name in self._choices:
            start += len(name) + 2
            if offset.x < start:
                self.value = value
                return
            start += len(_GAP)


class PickedField(Static, can_focus=True):
    """One of many things, chosen in a list that Enter, space or a click opens."""

    DEFAULT_CSS = """
    PickedField {
        height: 1; background: $surface; padding: 0 1; text-overflow: ellipsis;
        text-wrap: nowrap; pointer: pointer;
    }
    PickedField:focus { background: $boost; }
    PickedField:hover { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,down", "open", "Choose", show=False, tooltip="Open the list"),
    ]
    told: reactive[Content] = reactive(Content(""))
    """What is chosen, in words."""

    class Opened(Message):
        """The person wants to see the list."""

        def __init__(self, field: "PickedField") -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> "PickedField":
            return self.field

    def render(self) -> Content:
        return Content.assemble(("▸ " if self.has_focus else "▾ ", "$primary"), self.told)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        self.post_message(self.Opened(self))
