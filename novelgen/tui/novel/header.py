"""The top of an open novel: title, words against the target, and what goes on."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from novelgen.manuscript.overview import NovelOverview
from novelgen.runs.standing import Stands
from novelgen.tui.run.picture import RunPicture
from novelgen.tui.widgets.bars import bar
from storage.records import NovelStatus

_BAR_CELLS = 16


class NovelHeader(Widget):
    """One line."""

    overview: reactive[NovelOverview | None] = reactive(None)
    picture: reactive[RunPicture] = reactive(RunPicture)

    def render(self) -> RenderResult:
        if self.overview is None:
            return Content("")
        summary = self.overview.summary
        words = max(
            summary.totals.words, self.picture.novel_words if self.picture.is_writing else 0
        )
        target = summary.novel.target_words
        title = summary.novel.title or "(no title yet)"
        right = Content.assemble(
            f"{words:,} of {target:,} words ",
            (bar(words / max(1, target), _BAR_CELLS), "$primary"),
            f" {100 * words / max(1, target):.0f} %  ",
            self._status(),
            " ",
        )
        room = self.size.width - right.cell_length - 3
        left = Content.styled(_cut(title, max(room, 8)), "bold $primary")
        if self.overview.branch != "main":
            left = Content.assemble(left, (f"  ⎇ {self.overview.branch}", "$secondary"))
        gap = max(1, self.size.width - left.cell_length - right.cell_length - 1)
        return Content.assemble(" ", left, " " * gap, right)

    def _status(self) -> Content:
        picture = self.picture
        if picture.stands is Stands.RUNNING:
            return Content.styled(f"● {picture.doing}", "$success")
        if picture.stands is Stands.STARTING:
            return Content.styled(f"◌ {picture.doing}", "$warning")
        if picture.has_crashed:
            return Content.styled("✗ crashed", "$error")
        status = None if self.overview is None else self.overview.summary.novel.status
        if status is NovelStatus.FINISHED:
            return Content.styled("✓ finished", "$success")
        return Content.styled("‖ at rest", "$text-muted")


def _cut(text: str, cells: int) -> str:
    return text if len(text) <= cells else text[: cells - 1] + "…"
