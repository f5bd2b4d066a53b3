"""The places of an open novel, in the order of their keys."""

from typing import NamedTuple

from novelgen.tui.places.place import Place


class PlaceEntry(NamedTuple):
    """A place and the key that leads there."""

    key: str
    place: type[Place]


def places() -> tuple[PlaceEntry, ...]:
    """All places; imported when the first novel is opened."""
    from novelgen.tui.places.bible.place import BiblePlace
    from novelgen.tui.places.book_map.place import MapPlace
    from novelgen.tui.places.context.place import ContextPlace
    from novelgen.tui.places.desk.place import DeskPlace
    from novelgen.tui.places.drafts.place import DraftsPlace
    from novelgen.tui.places.export.place import ExportPlace
    from novelgen.tui.places.memory.place import MemoryPlace
    from novelgen.tui.places.plan.place import PlanPlace
    from novelgen.tui.places.statistics.place import StatisticsPlace
    from novelgen.tui.places.versions.place import VersionsPlace

    return (
        PlaceEntry("1", DeskPlace),
        PlaceEntry("2", PlanPlace),
        PlaceEntry("3", BiblePlace),
        PlaceEntry("4", MapPlace),
        PlaceEntry("5", DraftsPlace),
        PlaceEntry("6", VersionsPlace),
        PlaceEntry("7", MemoryPlace),
        PlaceEntry("8", StatisticsPlace),
        PlaceEntry("9", ContextPlace),
        PlaceEntry("0", ExportPlace),
    )
