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


_AROUND = 15
"""Characters of the text that are shown before and behind a word."""


@dataclass(frozen=True, slots=True)
class SpellingAnswer:
    """What becomes of a word: another one in its place, or it is learnt, or passed over."""

    put: str = ""
    learns: bool = False


class SpellingDialog(Dialog[SpellingAnswer]):
    """Asks about one word."""

    def __init__(
        self, word: str, suggestions: Sequence[str], around: Content, *, is_low: bool = False
    ) -> None:
        """`is_low`: the word stands in the lower half of the screen, which is left free."""
        super().__init__(classes="-low" if is_low else None)
        self._word, self._suggestions, self._around = word, suggestions, around

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(f"“{self._word}”")
            yield Static(self._around)
            if not self._suggestions:
                yield Static(Content.styled("No word is near it.", "$text-muted"))
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


def around(text: str, span: tuple[int, int]) -> Content:
    """A word, and what stands around it on the page, on one line."""
    start, end = span
    before = text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    after = text[end : end + _AROUND].partition("\n")[0]
    begins = "…" if len(before) == _AROUND else ""
    ends = "…" if len(after) == _AROUND else ""
    return Content.assemble(begins, before, (text[start:end], "bold underline"), after, ends)
