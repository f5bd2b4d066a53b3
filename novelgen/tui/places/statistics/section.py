"""A section of the statistics: a heading, and what a function draws for the width there is."""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

Line = Content | str


class Section(Static):
    """Drawn again whenever its width or its figures change."""

    DEFAULT_CSS = """
    Section { height: auto; margin: 1 2 0 2; }
    """
    TITLE = ""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._width = 0

    def draw(self, width: int) -> Sequence[Line]:
        """The lines below the heading."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw it for the width it has."""
        if self._width > 0:
            lines = [Content.styled(self.TITLE, "bold $primary")]
            lines += [
                line if isinstance(line, Content) else Content(line)
                for line in self.draw(self._width)
            ]
            self.update(Content("\n").join(lines))

    def on_resize(self, event: Resize) -> None:
        if event.size.width != self._width:
            self._width = event.size.width
            self.redraw()


def muted(text: str) -> Content:
    return Content.styled(text, "$text-muted")


def short(words: int) -> str:
    """Such as `850`, `9.8k`, `120k`."""
    if words < 1000:
        return f"{words}"
    return f"{words / 1000:.1f}k" if words < 100_000 else f"{words / 1000:.0f}k"
