"""Every key with its purpose: those of the place in sight first, then the general ones.

What is typed narrows the list; what the list shows is what the keys would do on the screen below.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from novelgen.tui.actions import GENERAL, MOVING, PLACES, Action, actions_of, movements_of
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.wrapping import wrap

_TITLE_CELLS = 20
_LEAST_ROOM = 20
_LEAST_KEY_CELLS = 8
_LAST = (PLACES, GENERAL, MOVING)


class HelpScreen(Dialog[None]):
    """The keys of a screen."""

    DEFAULT_CSS = """
    HelpScreen #help-box {
        width: 100; max-width: 96%; height: 92%; padding: 1 2; background: $surface;
        border: round $primary; border-title-color: $primary; border-title-style: bold;
    }
    HelpScreen #help-search { margin: 0 0 1 0; border: none; height: 1; background: $panel; }
    HelpScreen #help-keys { height: 1fr; scrollbar-size-vertical: 1; }
    HelpScreen #help-told { height: auto; }
    HelpScreen #help-foot { height: 1; color: $text-muted; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", "Up", show=False, priority=True, tooltip="A line up"),
        Binding("down", "scroll(1)", "Down", show=False, priority=True, tooltip="A line down"),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True, tooltip="A page up"),
        Binding(
            "pagedown", "page(1)", "Page down", show=False, priority=True, tooltip="A page down"
        ),
        Binding("enter", "leave", "Close", show=False, priority=True, tooltip="Close this list"),
    ]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._purposes = _purposes(about)
        actions = [*actions_of(about), *movements_of(about)]
        self._sections = in_sections(actions, first=self._purposes)
        self._key_cells = max([_LEAST_KEY_CELLS, *(len(each.key) for each in actions)]) + 2

    def compose(self) -> ComposeResult:
        with Vertical(id="help-box") as box:
            box.border_title = "Keys"
            yield Input(placeholder="Type to search: a key, a name, a purpose", id="help-search")
            with VerticalScroll(id="help-keys", can_focus=False):
                yield Static("", id="help-told")
            yield Static(
                "↑ ↓ scroll   esc closes   ctrl+p does any of these by its name", id="help-foot"
            )

    def on_mount(self) -> None:
        self.query_one("#help-search").focus()
        self._show("")

    def on_resize(self) -> None:
        self.call_after_refresh(self._show, self.query_one("#help-search", Input).value)

    @on(Input.Changed, "#help-search")
    def seek(self, event: Input.Changed) -> None:
        self._show(event.value)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#help-keys").scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        keys = self.query_one("#help-keys")
        keys.scroll_relative(y=pages * max(1, keys.size.height - 2), animate=False)

    def _show(self, sought: str) -> None:
        words = sought.casefold().split()
        told = [
            self._section(place, found)
            for place, actions in self._sections
            if (found := [each for each in actions if _matches(each, place, words)])
        ]
        empty = Content.styled(f"No key has to do with “{sought.strip()}”.", "$text-muted")
        self.query_one("#help-told", Static).update(Content("\n\n").join(told) if told else empty)
        self.query_one("#help-keys").scroll_home(animate=False)

    def _section(self, place: str, actions: Sequence[Action]) -> Content:
        heading = Content.styled(place, "bold $primary")
        purpose = self._purposes.get(place, "")
        if purpose:
            heading = Content.assemble(heading, (f"  {purpose}", "$text-muted"))
        return Content("\n").join([heading, *map(self._line, actions)])

    def _line(self, action: Action) -> Content:
        key_style = "bold $secondary" if action.is_enabled else "$text-muted"
        purpose = "" if action.purpose == action.title else action.purpose
        before = 2 + self._key_cells + _TITLE_CELLS
        room = self.query_one("#help-told").size.width - before
        lines = [purpose[line.start : line.end] for line in wrap(purpose, max(room, _LEAST_ROOM))]
        return Content.assemble(
            (f"  {action.key:<{self._key_cells}}", key_style),
            f"{action.title:<{_TITLE_CELLS}}",
            (("\n" + " " * before).join(lines), "$text-muted"),
        )


def in_sections(
    actions: Iterable[Action], first: Collection[str] = ()
) -> list[tuple[str, list[Action]]]:
    """The actions by whose they are: those of `first`, then as the keyboard looks for them.

    The general ones come last.
    """
    sections: dict[str, list[Action]] = {}
    actions = sorted(actions, key=lambda each: each.place not in first)
    for action in actions:
        sections.setdefault(action.place, []).append(action)
    for place in _LAST:
        if place in sections:
            sections[place] = sections.pop(place)
    return list(sections.items())


def _matches(action: Action, place: str, words: Iterable[str]) -> bool:
    text = f"{action.key} {action.title} {action.purpose} {place}".casefold()
    return all(word in text for word in words)


def _purposes(screen: Screen[Any]) -> dict[str, str]:
    """What the places on a screen are for, by name."""
    from novelgen.tui.places.place import Place

    return {place.NAME: place.PURPOSE for place in screen.query(Place)}
