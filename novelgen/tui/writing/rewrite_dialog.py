"""How a marked passage is to be told anew: a ready instruction, or one in the person's words."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from novelgen.generation.co_writing_values import Instruction, Ready
from novelgen.tui.dialogs.dialog import Dialog


class RewriteDialog(Dialog[Instruction]):
    """A line to type an instruction, and below it the ready ones."""

    DEFAULT_CSS = """
    RewriteDialog .box { width: 66; }
    """

    def __init__(self, words: int) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = f"Tell {self._words:,} words anew"
            yield Input(placeholder="In your words: what should be different?")
            yield OptionList(*(Option(each.label, id=each.name) for each in Ready), id="ready")

    def on_mount(self) -> None:
        self.query_one("#ready", OptionList).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(Instruction(text=event.value.strip()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Instruction(Ready[str(event.option.id)]))
