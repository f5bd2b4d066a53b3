"""Everything to check, in the order of the book: Enter goes there, the same key comes back.

What is done with is taken off the list, and the list stays. Which entry was gone to last is
remembered by the screen that opens it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.generation.to_check import CheckKind, ToCheck
from novelgen.tui.asking import ask_once
from novelgen.tui.checking.settling import MARKS, settle_entry, unsettle_entry
from novelgen.tui.dialogs.dialog import Dialog

_SIGNS = {
    CheckKind.NOTE: "✎ note",
    CheckKind.MARK: "⚑ mark",
    CheckKind.COMMENT: "✎ comment",
    CheckKind.CHANGED: "! changed",
    CheckKind.CONTRADICTION: "≠ contradicts",
    CheckKind.ODDITY: "~ odd",
    CheckKind.OVERDUE_PROMISE: "! overdue",
}
_HEADINGS = {
    CheckKind.NOTE: "Your note",
    CheckKind.MARK: "Your mark",
    CheckKind.COMMENT: "Comment",
    CheckKind.CHANGED: "May no longer fit a change",
    CheckKind.CONTRADICTION: "Contradicts another passage",
    CheckKind.ODDITY: "Looks odd",
    CheckKind.OVERDUE_PROMISE: "Promised, and overdue",
}
_KIND_WIDTH = max(map(len, _SIGNS.values())) + 2


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What came of looking at the list."""

    entry: ToCheck | None
    """Where to go; None where the list was only left."""
    at: int
    """Which entry the list was left at, from 0."""
    has_settled: bool
    """Whether something was taken off the list."""


class CheckListDialog(Dialog[CheckAnswer]):
    """What there is to check of a novel, or of one chapter of it."""

    CSS = """
    CheckListDialog .box { width: 100; height: 92%; }
    CheckListDialog .box #to-check {
        height: 1fr; max-height: 100%; margin: 0; text-wrap: nowrap; text-overflow: ellipsis;
    }
    CheckListDialog #to-check-told {
        height: 7; padding: 1 1 0 1; border-top: solid $panel;
    }
    CheckListDialog #to-check-keys { height: 1; color: $text-muted; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8,q", "leave", "Close", show=False, tooltip="Close the list"),
        Binding("x", "settle", "Settle", show=False,
                tooltip="Be done with it: a mark is settled, what was found is meant so"),
        Binding("u", "unsettle", "Take back", show=False,
                tooltip="Have the mark stand again that was settled last"),
    ]  # fmt: skip

    def __init__(
        self, novel_id: str, entries: Sequence[ToCheck], at: int = 0, written_chapter: int = 0
    ) -> None:
        """`written_chapter`: the one that is being written, whose notes stand on the page."""
        super().__init__()
        self._novel_id, self._written = novel_id, written_chapter
        self._entries, self._at = entries, at
        self._settled: list[ToCheck] = []
        self._has_settled = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield OptionList(id="to-check")
            yield Static("", id="to-check-told")
            yield Static("", id="to-check-keys")

    def on_mount(self) -> None:
        self._options.focus()
        self._show(self._entries, self._at)

    def action_leave(self) -> None:
        at = self._options.highlighted or 0
        self.dismiss(CheckAnswer(None, at, self._has_settled))

    def action_settle(self) -> None:
        entry, at = self._entry, self._options.highlighted
        if entry is None or at is None:
            return
        if entry.kind is CheckKind.NOTE and entry.chapter == self._written:
            self._tell("This note stands on the page that you write: take it out there.")
            return

        def settled(entries: list[ToCheck]) -> None:
            self._has_settled = True
            is_mark = entry.kind in MARKS
            if is_mark:
                self._settled.append(entry)
            self._show(entries, at)
            self._tell("Settled; u takes that back." if is_mark else "It is meant so.")

        ask_once(self, lambda workbench: settle_entry(workbench, self._novel_id, entry), settled)

    def action_unsettle(self) -> None:
        if not self._settled:
            self._tell("No mark was settled here.")
            return
        entry = self._settled.pop()

        def unsettled(entries: list[ToCheck]) -> None:
            ids = [(each.kind, each.source_id) for each in entries]
            key = (entry.kind, entry.source_id)
            self._show(entries, ids.index(key) if key in ids else 0)
            self._tell("It stands again.")

        ask_once(
            self, lambda workbench: unsettle_entry(workbench, self._novel_id, entry), unsettled
        )

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        at = event.option_index
        self.dismiss(CheckAnswer(self._entries[at], at, self._has_settled))

    @on(OptionList.OptionHighlighted)
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_whole()

    @property
    def _options(self) -> OptionList:
        return self.query_one("#to-check", OptionList)

    @property
    def _entry(self) -> ToCheck | None:
        at = self._options.highlighted
        return None if at is None or at >= len(self._entries) else self._entries[at]

    def _show(self, entries: Sequence[ToCheck], at: int) -> None:
        self._entries = entries
        self.query_one(".box", Vertical).border_title = f"To check: {len(entries):,}"
        self._options.clear_options()
        self._options.add_options(map(_option, entries))
        if entries:
            self._options.highlighted = min(at, len(entries) - 1)
        self._show_whole()
        self._tell("")

    def _show_whole(self) -> None:
        """Tell under the list all that is known of the entry."""
        entry = self._entry
        told = Content.styled("There is nothing to check.", "$text-muted")
        if entry is not None:
            where = f"Chapter {entry.chapter}, paragraph {entry.paragraph}"
            where = where if entry.chapter else "Before the story"
            told = Content.assemble(
                (_HEADINGS[entry.kind], "bold"), (f"  {where}\n", "$text-muted"), entry.told
            )
        self.query_one("#to-check-told", Static).update(told)

    def _tell(self, told: str) -> None:
        keys = "enter goes there, F8 comes back · x settles it · esc closes"
        keys = keys if self._entries else "esc closes"
        self.query_one("#to-check-keys", Static).update(Content(told or keys))


def _option(entry: ToCheck) -> Option:
    where = f"{entry.chapter:>3} ¶{entry.paragraph:<4}"
    kind = f"{_SIGNS[entry.kind]:<{_KIND_WIDTH}}"
    return Option(Content.assemble((where, "$text-muted"), (kind, "bold"), entry.told))
