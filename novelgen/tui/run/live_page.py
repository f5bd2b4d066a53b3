"""The text that is being drawn, as an onlooker sees it grow: committed text is not part of it.

Of several drafts one is shown: the first that the guard has not ended. What the guard struck stays
in sight until the passage is chosen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from novelgen.generation.stop import Struck
from novelgen.runs.live import (
    AttemptOpened,
    DraftChosen,
    LiveItem,
    PassageOpened,
    PieceDrawn,
    RowStruck,
    RowVoided,
)


@dataclass(frozen=True, slots=True)
class LivePage:
    """What stands behind the committed text of a chapter at this moment."""

    chapter: int = 0
    """0: nothing is drawn."""
    open_text: str = ""
    """Chosen, and not committed yet."""
    kept: str = ""
    """Clean text of an earlier attempt that this one goes on from."""
    attempt: int = 0
    rows: tuple[str, ...] = ()
    """As they are drawn."""
    struck: tuple[Struck | None, ...] = ()
    """What ended the rows of this attempt."""
    last_struck: Struck | None = None
    """Of the row that was shown; of this attempt or the one before."""
    is_chosen: bool = False

    @property
    def shown_row(self) -> int | None:
        """The first row that the guard has not ended; None when it ended all."""
        return next((row for row, why in enumerate(self.struck) if why is None), None)

    @property
    def drawn(self) -> str:
        """What is drawn of the row that is shown."""
        row = self.shown_row
        return "" if row is None or self.is_chosen else self.rows[row]


@dataclass(slots=True)
class LivePageReader:
    """Makes the page from what the stream tells."""

    page: LivePage = field(default_factory=LivePage)

    def take(self, items: Iterable[LiveItem]) -> None:
        for item in items:
            self.page = _after(self.page, item)

    def commit(self, text: str) -> None:
        """A segment was committed: it is no longer open."""
        if self.page.open_text.startswith(text):
            self.page = replace(self.page, open_text=self.page.open_text[len(text) :])
        elif text:
            self.page = LivePage(self.page.chapter)

    def clear(self) -> None:
        self.page = LivePage()


def _after(page: LivePage, item: LiveItem) -> LivePage:
    match item:
        case PassageOpened(chapter=chapter, open_text=open_text):
            return LivePage(chapter, open_text)
        case AttemptOpened(attempt=attempt, kept=kept):
            return replace(page, attempt=attempt, kept=kept, rows=(), struck=(), is_chosen=False)
        case PieceDrawn(row=row, text=text):
            return _with_row(page, row, _row(page, row) + text)
        case RowVoided(row=row):
            return _with_row(page, row, "")
        case RowStruck(row=row, struck=struck):
            was_shown = page.shown_row == row
            page = _with_row(page, row, _row(page, row))
            told = tuple(struck if each == row else old for each, old in enumerate(page.struck))
            last = struck if was_shown else page.last_struck
            return replace(page, struck=told, last_struck=last)
        case DraftChosen(text=text):
            chosen = page.open_text + text
            return replace(LivePage(page.chapter, chosen), is_chosen=True)


def _row(page: LivePage, row: int) -> str:
    return page.rows[row] if row < len(page.rows) else ""


def _with_row(page: LivePage, row: int, text: str) -> LivePage:
    missing = max(0, row + 1 - len(page.rows))
    rows = [*page.rows, *[""] * missing]
    rows[row] = text
    return replace(page, rows=tuple(rows), struck=(*page.struck, *[None] * missing))
