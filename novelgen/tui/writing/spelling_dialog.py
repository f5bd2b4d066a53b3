"""A word that is not known: put another one there, or learn it for good."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.dialogs.dialog import Dialog

_LEARN, _PASS = "learn", "pass"


@dataclass(frozen=True, slots=True)
class SpellingAnswer:
    """What becomes of a word: another one in its place, or it is learnt, or passed over."""

    put: str = ""
    learns: bool = False


class SpellingDialog(Dialog[SpellingAnswer]):
    """Asks about one word."""

    def __init__(self, word: str, suggestions: Sequence[str]) -> None:
        super().__init__()
        self._word, self._suggestions = word, suggestions

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(f"“{self._word}”")
            told = "Put there:" if self._suggestions else "No word is near it."
            yield Static(Content(told), classes="remedy")
            yield OptionList(
                *(Option(word, id=f"={word}") for word in self._suggestions),
                Option(Content.styled("Learn the word", "italic"), id=_LEARN),
                Option(Content.styled("Go on to the next one", "italic"), id=_PASS),
                id="suggestions",
            )
            yield Input(placeholder="or type what it should be")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = str(event.option.id)
        if chosen == _LEARN:
            self.dismiss(SpellingAnswer(learns=True))
        else:
            self.dismiss(SpellingAnswer(put=chosen[1:] if chosen.startswith("=") else ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(SpellingAnswer(put=event.value.strip()))
