"""Asks for one of several things."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose; `hint` stands under its name."""

    id: str
    name: str
    hint: str = ""


class Choose(Dialog[str]):
    """The id of what was chosen."""

    def __init__(
        self, title: str, choices: Sequence[Choice], question: str = "", at: str = ""
    ) -> None:
        """`at` is the id of the choice that is marked first; empty: the first one."""
        super().__init__()
        self._title, self._choices, self._question = title, choices, question
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            if self._question:
                yield Static(Content(self._question))
            yield OptionList(*(Option(_prompt(each), id=each.id) for each in self._choices))

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        ids = [each.id for each in self._choices]
        if self._at in ids:
            options.highlighted = ids.index(self._at)
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


def _prompt(choice: Choice) -> Content:
    name = Content.styled(choice.name, "bold")
    if not choice.hint:
        return name
    return Content.assemble(name, "\n", Content.styled(choice.hint, "$text-muted"))
