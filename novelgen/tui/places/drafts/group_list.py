"""What there are drafts of, one line each."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from novelgen.tui.places.drafts.reading import DraftGroup, DraftKind
from novelgen.tui.widgets.kept_list import KeptList


class GroupList(KeptList):
    """The passages of the chapter, and what else was drafted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", tooltip="Put the draft at the right into the chapter"),
    ]

    class Taken(Message):
        """The person wants the draft that is shown."""

    def action_take(self) -> None:
        self.post_message(self.Taken())


def group_line(group: DraftGroup) -> Content:
    """`✓ Passage 3   ¶2–4   4 drafts  ✂1`."""
    where = ""
    if group.paragraphs is not None and group.kind is not DraftKind.CHAPTER:
        first, last = group.paragraphs
        where = f"¶{first}" if first == last else f"¶{first}–{last}"
    sign, style = ("✓", "$success") if group.standing is not None else ("~", "$text-muted")
    struck = f" ✂{group.num_struck}" if group.num_struck else ""
    return Content.assemble(
        (f" {sign} ", style),
        f"{group.name:<12}",
        (f"{where:<8}", "$text-muted"),
        f"{len(group.drafts):>2}",
        (struck, "$error"),
    )
