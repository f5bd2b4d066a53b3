"""What the library says of a fleet: on the row of a novel, and beside it."""

from typing import TYPE_CHECKING

from textual.content import Content

from novelgen.tui.library.novel_words import shortened
from novelgen.tui.library.reading import ShelfNovel

if TYPE_CHECKING:
    from novelgen.tui.fleet.novel_words import NovelInFleet

_LABEL = "  fleet  "


def fleet_told(in_fleet: "NovelInFleet", width: int) -> Content:
    """What a fleet does with a novel, in one line."""
    from novelgen.tui.fleet.signs import colour_of

    told = shortened(in_fleet.in_full, width - len(_LABEL))
    return Content.assemble((_LABEL, "$text-muted"), (told, colour_of(in_fleet.part)))


def fleet_section(novel: ShelfNovel) -> Content:
    """The same with all that is known; empty where no fleet has to do with the novel."""
    if novel.in_fleet is None:
        return Content("")
    from novelgen.tui.fleet.signs import colour_of

    told = novel.in_fleet.told
    note = f"\n{novel.in_fleet.note}" if novel.in_fleet.note else ""
    return Content.assemble(
        ("In the fleet: ", "$text-muted"),
        (told, colour_of(novel.in_fleet.part)),
        (note, "$text-muted"),
    )
