"""How far a manuscript is, chapter by chapter: told from whatever thread, shown as a bar."""

import time

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from novelgen.tui.widgets.bars import bar

_SECONDS_BETWEEN_NEWS = 0.1
_BAR_CELLS = 24


class Progressed(Message):
    """So many chapters are done; the newest is enough."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.done, self.total = done, total

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, type(self))

    def told(self, doing: str) -> Content:
        """The same in a line."""
        return Content.assemble(
            (f"{doing}  ", "bold"),
            (bar(self.done / max(1, self.total), _BAR_CELLS), "$primary"),
            f"  {self.done:,}/{self.total:,}",
        )


class ChapterProgress:
    """Posts `Progressed` to a widget, but not with every chapter of a saga."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._last = 0.0

    def tell(self, done: int, total: int) -> None:
        """Called from the thread that works."""
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_NEWS or done == total:
            self._last = now
            self._widget.post_message(Progressed(done, total))
