"""What the machine is doing: speed, memory of the device, guard, repetition, the memory strip."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from novelgen.tui.run.news import RunNews
from novelgen.tui.run.picture import RunPicture

if TYPE_CHECKING:
    from novelgen.tui.novel.open_novel import OpenNovel


class MachinePanel(Static):
    """A column of short sections."""

    def __init__(self) -> None:
        super().__init__("", id="machine-panel")

    def open(self, novel: "OpenNovel") -> None:
        """It comes into sight."""
        self._show(novel.picture)

    def hear(self, news: RunNews) -> None:
        self._show(news.picture)

    def _show(self, picture: RunPicture) -> None:
        run = picture.run
        lines = [("The machine\n", "bold $primary")]
        if run is None:
            lines.append(("Nothing was written yet.", "$text-muted"))
        else:
            lines.append((f"{run.device}, {run.dtype}\n", ""))
            lines.append((f"{picture.tokens_per_second:.1f} tokens/s\n", ""))
            lines.append((f"{picture.guard_events} drafts ended by the guard\n", ""))
            lines.append((picture.last_guard, "$warning"))
        self.update(Content.assemble(*lines))
