"""The outline: what is chosen in it is shown beside it, Enter changes it, ← and → fold."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from novelgen.tui.places.plan.items import BOOK, Item, item_of
from novelgen.tui.widgets.kept_list import KeptList


class OutlineList(KeptList):
    """One line an item."""

    DEFAULT_CSS = """
    OutlineList { background: $background; }
    OutlineList:focus { background-tint: $background 0%; }
    OutlineList > .option-list--option { padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Change", tooltip="Change what is chosen"),
        Binding("right", "fold(False)", "Unfold", show=False, tooltip="Show the chapter's beats"),
        Binding("left", "fold(True)", "Fold", show=False, tooltip="Hide the chapter's beats"),
        Binding("space", "turn", "Fold or unfold", show=False, tooltip="Show or hide the beats"),
    ]

    class Folded(Message):
        """The beats of a chapter are to be hidden, or shown; `is_shut` None: turned over."""

        def __init__(self, item: Item, is_shut: bool | None) -> None:
            super().__init__()
            self.item = item
            self.is_shut = is_shut

    @property
    def item(self) -> Item:
        """The highlighted item."""
        return BOOK if self.chosen is None else item_of(self.chosen)

    def action_fold(self, is_shut: bool) -> None:
        self.post_message(self.Folded(self.item, is_shut))

    def action_turn(self) -> None:
        self.post_message(self.Folded(self.item, None))
