"""How the writing desk looks: each choice is seen at once on the page behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.writing.look import Focus, Look

_FOCUS = {Focus.NONE: "off", Focus.PARAGRAPH: "a paragraph", Focus.SENTENCE: "a sentence"}


class LookDialog(Dialog[None]):
    """A list of what can be changed; Enter changes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9,q", "leave", "Close", show=False, tooltip="Back to writing"),
        Binding("space", "turn", "Change", show=False, tooltip="Change what is marked"),
    ]

    def __init__(self, look: Look, wear: Callable[[Look], object]) -> None:
        super().__init__()
        self._look, self._wear = look, wear

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "How it looks"
            yield OptionList(*self._options(), id="looks")
            yield Static(Content("enter changes · esc closes"), classes="remedy")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._turn(str(event.option.id))

    def action_turn(self) -> None:
        self.query_one(OptionList).action_select()

    def _turn(self, name: str) -> None:
        look = self._look
        changed = {
            "typewriter": replace(look, typewriter=not look.typewriter),
            "focus": look.next_focus(),
            "line_spacing": replace(look, line_spacing=3 - look.line_spacing),
            "machine": replace(look, shows_machine=not look.shows_machine),
            "spelling": replace(look, checks_spelling=not look.checks_spelling),
        }
        self._look = changed[name]
        self._wear(self._look)
        options = self.query_one(OptionList)
        at = options.highlighted
        options.clear_options()
        options.add_options(self._options())
        options.highlighted = at

    def _options(self) -> list[Option]:
        look = self._look
        lines = [
            ("typewriter", "Typewriter scrolling", _on(look.typewriter)),
            ("focus", "Focus", _FOCUS[look.focus]),
            ("line_spacing", "Line spacing", "double" if look.line_spacing == 2 else "single"),
            ("machine", "Mark the machine's words", _on(look.shows_machine)),
            ("spelling", "Check spelling", _on(look.checks_spelling)),
        ]
        return [Option(f"{name:<26}{value}", id=key) for key, name, value in lines]


def _on(value: bool) -> str:
    return "on" if value else "off"
