"""Chooses the colours: the screen wears each theme while it is looked at, and keeps the chosen."""

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.themes import THEMES
from novelgen.tui.widgets.bars import bar

_ABOUT = {
    "ink": "dark",
    "paper": "light",
    "contrast": "high",
}
_SAMPLE = Content.assemble(
    ("The letter was dated tomorrow.\n", "bold"),
    "She read it twice, and put it back.\n\n",
    ("Chapter 3  ", "bold $primary"),
    ("1,204 of 3,000 words\n", "$text-muted"),
    (bar(0.4, 20) + "\n\n", "$primary"),
    ("● writing   ", "$success"),
    ("! to check   ", "$warning"),
    ("✗ crashed\n", "$error"),
    ("new words ", "underline $success"),
    ("old words", "strike $error"),
)


class ThemeDialog(Dialog[str]):
    """The name of the theme that was chosen."""

    DEFAULT_CSS = """
    ThemeDialog #themes { width: 1fr; max-height: 18; margin: 0; }
    ThemeDialog #themes > .option-list--option-highlighted,
    ThemeDialog #themes:focus > .option-list--option-highlighted {
        background: $boost; color: $foreground; text-style: bold;
    }
    ThemeDialog #theme-body { height: auto; }
    ThemeDialog #theme-sample {
        width: 37; height: auto; padding: 1 2; margin-left: 2; background: $background;
        color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Keep the theme that was there before"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._before = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Theme"
            yield Static(
                Content.styled(
                    "Up and down show it; enter keeps it; escape leaves it.", "$text-muted"
                )
            )
            with Horizontal(id="theme-body"):
                yield OptionList(id="themes")
                yield Static(_SAMPLE, id="theme-sample")

    def on_mount(self) -> None:
        self._before = self.app.theme
        names = theme_names(self.app.available_themes)
        options = self.query_one("#themes", OptionList)
        options.add_options(Option(_line(name), id=name) for name in names)
        if self._before in names:
            options.highlighted = names.index(self._before)
        options.focus()

    @on(OptionList.OptionHighlighted, "#themes")
    def try_on(self, event: OptionList.OptionHighlighted) -> None:
        if event.option.id is not None:
            app_of(self).try_theme(event.option.id)

    @on(OptionList.OptionSelected, "#themes")
    def choose(self, event: OptionList.OptionSelected) -> None:
        if event.option.id is not None:
            app_of(self).keep_theme(event.option.id)
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        app_of(self).keep_theme(self._before)
        self.dismiss(None)


def theme_names(available: Collection[str]) -> list[str]:
    """novelgen's own first, then those of the toolkit."""
    own = [theme.name for theme in THEMES]
    return [*own, *sorted(name for name in available if name not in own)]


def _line(name: str) -> Content:
    about = _ABOUT.get(name, "")
    return Content.assemble((name, "bold" if about else ""), (f"  {about}", "$text-muted"))
