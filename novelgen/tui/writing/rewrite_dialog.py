"""How a marked passage is to be told anew: a ready instruction, or one in the person's words."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.dialogs.dialog import Dialog

if TYPE_CHECKING:
    pass


class RewriteDialog(Dialog["Instruction"]):
    """A line to type an instruction, and below it the ready ones."""

    DEFAULT_CSS = """
    RewriteDialog .box { width: 66; }
    """

    def __init__(self, words: int, caution: str = "") -> None:
        """`caution`: what the model cannot do, in words; empty where it can be told."""
        super().__init__()
        self._words, self._caution = words, caution

    def compose(self) -> ComposeResult:
        from novelgen.generation.rewriting import ReadyInstruction

        with Vertical(classes="box") as box:
            box.border_title = f"Tell {self._words:,} words anew"
            if self._caution:
                yield Static(Content(self._caution), classes="remedy")
            yield Input(placeholder="In your words: what should be different?")
            yield OptionList(
                *(Option(each.title, id=each.name) for each in ReadyInstruction), id="ready"
            )

    def on_mount(self) -> None:
        self.query_one("#ready", OptionList).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        from novelgen.generation.rewriting import Instruction

        if event.value.strip():
            self.dismiss(Instruction.free(event.value.strip()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        from novelgen.generation.rewriting import ReadyInstruction

        self.dismiss(ReadyInstruction[str(event.option.id)].instruction)
