"""Everything to check, in the order of the book: Enter goes there, the same key comes back.

Which entry was gone to last is remembered by the screen that opens the list.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.bootstrap import Workbench
from novelgen.generation.to_check import CheckKind, ToCheck, everything_to_check
from novelgen.tui.dialogs.dialog import Dialog

_SIGNS = {
    CheckKind.NOTE: "✎ note",
    CheckKind.MARK: "⚑ mark",
    CheckKind.COMMENT: "✎ comment",
}


def read_to_check(workbench: Workbench, novel_id: str) -> list[ToCheck]:
    """All there is to check in the active branch."""
    with workbench.store.reading() as work:
        return everything_to_check(work, work.novels.get(novel_id).active_branch_id)


class CheckListDialog(Dialog[ToCheck]):
    """The entry that the person wants to go to."""

    DEFAULT_CSS = """
    CheckListDialog .box { width: 96; height: 90%; }
    CheckListDialog OptionList { height: 1fr; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "leave", "Close", show=False, tooltip="Close the list"),
    ]

    def __init__(self, entries: Sequence[ToCheck], at: int = 0) -> None:
        super().__init__()
        self._entries, self._at = entries, at

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = f"To check: {len(self._entries):,}"
            if not self._entries:
                yield Static(Content("There is nothing to check."))
            yield OptionList(*map(_option, self._entries), id="to-check")
            yield Static(Content("enter goes there · F8 comes back here · esc closes"))

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        if self._entries:
            options.highlighted = min(self._at, len(self._entries) - 1)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._entries[event.option_index])


def _option(entry: ToCheck) -> Option:
    where = f"{entry.chapter:>3} ¶{entry.paragraph:<4}"
    kind = _SIGNS.get(entry.kind, f"! {entry.kind.value.replace('_', ' ')}")
    return Option(
        Content.assemble((where, "$text-muted"), (f"{kind:<17}", "bold"), entry.told),
    )
