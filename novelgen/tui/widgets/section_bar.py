"""The sections of a place, in one line; a click goes there. At the right a few words about it."""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class SectionBar(Widget):
    """One line: `▸ Outline   On stage   As text            version 3`."""

    DEFAULT_CSS = """
    SectionBar { height: 2; padding: 0 1; }
    """

    chosen: reactive[str] = reactive("")
    told: reactive[str] = reactive("")

    class Chosen(Message):
        """A section was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names = tuple(names)
        self.set_reactive(SectionBar.chosen, self.names[0])

    def render(self) -> RenderResult:
        line = Content("")
        for name in self.names:
            is_here = name == self.chosen
            sign, style = ("▸ ", "bold $primary") if is_here else ("  ", "$text-muted")
            line = Content.assemble(line, (f"{sign}{name} ", style))
        room = self.content_size.width - line.cell_length
        if len(self.told) < room:
            line = Content.assemble(line, " " * (room - len(self.told)), (self.told, "$text-muted"))
        return line

    def next_name(self, step: int) -> str:
        """The section after the chosen one, or before it, in a circle."""
        return self.names[(self.names.index(self.chosen) + step) % len(self.names)]

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y:
            return
        end = 0
        for name in self.names:
            end += len(name) + 3
            if offset.x < end:
                self.post_message(self.Chosen(name))
                return
