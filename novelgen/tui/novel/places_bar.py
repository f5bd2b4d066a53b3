"""The bar of places: each with its key, the one in sight marked; a click leads there."""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from novelgen.tui.places.registry import PlaceEntry


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
        line = Content("")
        for entry, label in zip(self._entries, self._labels(), strict=True):
            is_here = self.chosen == entry.place.NAME
            style = "bold $background on $primary" if is_here else "$foreground"
            key_style = style if is_here else "$primary"
            line = Content.assemble(line, (f" {entry.key}", key_style), (f" {label} ", style))
        return line

    def on_click(self, event: Click) -> None:
        end = 0
        for entry, label in zip(self._entries, self._labels(), strict=True):
            end += len(f" {entry.key} {label} ")
            if event.x < end:
                self.post_message(self.Chosen(entry.place.NAME))
                return

    def _labels(self) -> list[str]:
        """The names, cut shorter where there is no room for all of them."""
        names = [entry.place.NAME for entry in self._entries]
        room = self.size.width
        longest = max(map(len, names), default=0)
        while longest > 2 and sum(min(len(name), longest) + 4 for name in names) > room:
            longest -= 1
        return [name[:longest] for name in names]
