"""How long the book is to be: a trial, a novella, a novel, or as long as a known one."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from novelgen.bootstrap.estimates import WritingEstimate
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import MAX_WORDS, MIN_WORDS, in_range
from novelgen.manuscript.lengths import LENGTHS, Length, read_words
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.library.model_words import short_time


class PickLength(Dialog[int]):
    """The words that were chosen."""

    CSS = """
    PickLength .box { width: 76; padding: 0 1; }
    PickLength #free-length { margin: 1 1 0 1; }
    PickLength #length-wrong { color: $error; padding: 0 1; height: 1; }
    """

    def __init__(self, words: int, estimate: WritingEstimate | None = None) -> None:
        super().__init__()
        self._words = words
        self._estimate = estimate

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Length"
            box.border_subtitle = "Enter chooses   Tab: another number   Esc leaves"
            yield OptionList(*_options(self._estimate), id="lengths")
            yield Input(
                placeholder="Another number, such as 90,000 or 90k", id="free-length", compact=True
            )
            yield Static("", id="length-wrong")

    def on_mount(self) -> None:
        lengths = self.query_one(OptionList)
        ids = [option.id for option in lengths.options]
        wanted = str(self._words)
        if wanted in ids:
            lengths.highlighted = ids.index(wanted)
        else:
            self.query_one(Input).value = f"{self._words:,}"
        lengths.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option.id is not None:
            self.dismiss(int(event.option.id))

    @on(Input.Submitted)
    def take_number(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            words = in_range(read_words(event.value), MIN_WORDS, MAX_WORDS, "That")
        except UsageError as error:
            self.query_one("#length-wrong", Static).update(Content(f"✗ {error.message}"))
            return
        self.dismiss(words)


def _options(estimate: WritingEstimate | None) -> list[Option]:
    options = []
    was_reference = False
    for length in LENGTHS:
        if length.is_reference and not was_reference:
            options.append(
                Option(Content.styled("As long as", "$text-muted italic"), disabled=True)
            )
        was_reference = length.is_reference
        options.append(Option(_prompt(length, estimate), id=str(length.words)))
    return options


def _prompt(length: Length, estimate: WritingEstimate | None) -> Content:
    name = ("  " if length.is_reference else "") + length.name
    hours = "" if estimate is None else short_time(estimate.hours(length.words))
    if estimate is not None and not estimate.hours_a_word:
        hours = "at once"
    return Content.assemble(
        (f"{name:<40}", "" if length.is_reference else "bold"),
        f"{length.words:>10,} words",
        (f"{hours:>14}", "$text-muted"),
    )
