"""The bar of places: each with its key, the one in sight marked; a click leads there."""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from novelgen.tui.places.registry import PlaceEntry

_LEAST_LABEL = 2


class PlacesBar(Widget):
    """One line."""

    chosen: reactive[str] = reactive("")

    class Chosen(Message):
        """A place was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, entries: Sequence[PlaceEntry]) -> None:
        super().__init__(id="places-bar")
        self._entries = entries

    def render(self) -> RenderResult:
        parts: list[tuple[str, str]] = []
        here = "bold $background on $primary"
        is_after_here = False
        labels, gap = self._labels()
        for entry, label in zip(self._entries, labels, strict=True):
            is_here = self.chosen == entry.place.NAME
            parts.append((" ", here if is_here or (is_after_here and not gap) else ""))
            parts.append((entry.key, here if is_here else "$primary"))
            parts.append((f" {label}{gap}", here if is_here else "$foreground"))
            is_after_here = is_here
        parts.append((" ", here if is_after_here and not gap else ""))
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        end = 0
        labels, gap = self._labels()
        for entry, label in zip(self._entries, labels, strict=True):
            end += len(f" {entry.key} {label}{gap}")
            if event.x < end:
                self.post_message(self.Chosen(entry.place.NAME))
                return

    def _labels(self) -> tuple[list[str], str]:
        """What the places are called here, and what is behind each: short names and nothing where
        there is no room for more."""
        names = [entry.place.NAME for entry in self._entries]
        short = [entry.place.SHORT_NAME or entry.place.NAME for entry in self._entries]
        room = self.size.width - 1
        for labels, gap in ((names, " "), (names, ""), (short, "")):
            if _cells(labels, gap) <= room:
                return labels, gap
        longest = max(map(len, short), default=0)
        while longest > _LEAST_LABEL and _cells([each[:longest] for each in short], "") > room:
            longest -= 1
        return [each[:longest] for each in short], ""


def _cells(labels: Sequence[str], gap: str) -> int:
    return sum(len(f" 1 {label}{gap}") for label in labels)
