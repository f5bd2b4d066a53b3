"""A form of a few fields, each under its name: lines, numbers, longer texts, one of a few things.

It holds what is typed, tells every change, and says under the fields what is wrong with it. What a
value means is a matter of whoever shows the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from novelgen.errors import UsageError
from novelgen.tui.library.fields import Chips


class FieldKind(Enum):
    """What is typed into a field."""

    LINE = "line"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field; `choices` are values and what they are called."""

    name: str
    label: str
    value: str = ""
    kind: FieldKind = FieldKind.LINE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    lines: int = 4
    """Of a text, at least."""


class FormFields(Vertical):
    """The fields, and a line for what is to say about them."""

    DEFAULT_CSS = """
    FormFields { height: 1fr; padding: 0 2; }
    FormFields > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    FormFields .label { height: 1; color: $text-muted; margin-top: 1; }
    FormFields .label.-first { margin-top: 0; }
    FormFields Input, Dialog .box FormFields Input {
        height: 1; border: none; padding: 0 1; background: $panel; margin: 0;
    }
    FormFields Input:focus { border: none; background: $boost; }
    FormFields TextArea { height: auto; border: none; padding: 0 1; background: $panel; }
    FormFields TextArea:focus { border: none; background: $boost; }
    FormFields Chips { background: $panel; }
    FormFields .told { height: auto; margin-top: 1; color: $text-muted; }
    FormFields .told.-wrong { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "Save", key_display="^s F2", tooltip="Save what is typed"),
        Binding("escape", "leave", "Leave", tooltip="Leave the form and save nothing"),
    ]

    class Ready(Message):
        """The fields are there."""

        def __init__(self, form: "FormFields") -> None:
            super().__init__()
            self.form = form

    class Changed(Message):
        """Something was typed or chosen."""

        def __init__(self, form: "FormFields") -> None:
            super().__init__()
            self.form = form

    class Saved(Message):
        """The person wants what is typed."""

        def __init__(self, form: "FormFields") -> None:
            super().__init__()
            self.form = form

    class Left(Message):
        """The person wants nothing changed."""

    def __init__(self, fields: Sequence[FormField], id: str | None = None) -> None:
        super().__init__(id=id)
        self._fields = tuple(fields)

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            for at, field in enumerate(self._fields):
                classes = "label" if at else "label -first"
                yield Static(field.label, classes=classes, markup=False)
                yield _widget(field)
        yield Static("", classes="told", id="form-told")

    def on_mount(self) -> None:
        self.post_message(self.Ready(self))

    @property
    def values(self) -> dict[str, str]:
        """What is typed, by the names of the fields."""
        return {field.name: self._value(field) for field in self._fields}

    @property
    def is_changed(self) -> bool:
        return any(self._value(field) != field.value for field in self._fields)

    def begin(self, name: str | None = None) -> None:
        """Go to a field, by default the first."""
        wanted = name or self._fields[0].name
        self.query_one(f"#field-{wanted}").focus()
        if wanted == self._fields[0].name:  # with the label above it
            self.call_after_refresh(self.query_one(VerticalScroll).scroll_home, animate=False)

    def tell(self, text: str, *, is_wrong: bool = False) -> None:
        """Say something under the fields."""
        told = self.query_one("#form-told", Static)
        told.set_class(is_wrong, "-wrong")
        told.update(Content(f"✗ {text}" if is_wrong else text))

    def action_save(self) -> None:
        self.post_message(self.Saved(self))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    @on(Input.Submitted)
    def save_line(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Chips.Changed)
    def tell_change(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed(self))

    def _value(self, field: FormField) -> str:
        widget = self.query_one(f"#field-{field.name}")
        if isinstance(widget, TextArea):
            return widget.text
        return widget.value if isinstance(widget, Input | Chips) else ""


def number_in(values: Mapping[str, str], name: str, label: str, *, least: int = 1) -> int | None:
    """The number in a field; None where it is empty. Raises `UsageError`."""
    raw = values.get(name, "").replace(",", "").replace(" ", "").replace(".", "").strip()
    if not raw:
        return None
    if not raw.isdecimal() or int(raw) < least:
        raise UsageError(f"{label} is no number that can be used: {values[name]!r}.")
    return int(raw)


def _widget(field: FormField) -> Widget:
    id_ = f"field-{field.name}"
    match field.kind:
        case FieldKind.CHOICE:
            return Chips(field.choices, field.value, id_)
        case FieldKind.TEXT:
            area = TextArea(field.value, soft_wrap=True, id=id_, placeholder=field.hint)
            area.styles.min_height = field.lines
            area.highlight_cursor_line = False
            return area
        case FieldKind.NUMBER:
            digits = r"[\d,. ]{0,12}"
            line = Input(field.value, placeholder=field.hint, restrict=digits, id=id_)
        case FieldKind.LINE:
            line = Input(field.value, placeholder=field.hint, id=id_, select_on_focus=False)
    line.styles.margin = 0  # whatever dialogs have for lines of their own
    return line
