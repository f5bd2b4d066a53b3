"""The line under the page: where one is, words of chapter, selection and day, what is saved."""

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static


@dataclass(frozen=True, slots=True)
class WritingState:
    """What the line tells."""

    chapter: int = 0
    words: int = 0
    target_words: int = 0
    selected_words: int = 0
    words_today: int | None = None
    """Written today in the whole novel; None where that is not known."""
    paragraph: int = 0
    paragraphs: int = 0
    share_author: float | None = None
    """Of the chapter's words, those that are no machine's."""
    saved: str = ""
    """What is known of saving, such as "saved as revision 4"."""
    trouble: str = ""
    """What the person must know at once."""


class WritingStatus(Static):
    """One line; what there is no room for is left out from the right."""

    def __init__(self) -> None:
        super().__init__("", id="writing-status")
        self._state = WritingState()

    @property
    def state(self) -> WritingState:
        return self._state

    def show(self, state: WritingState) -> None:
        if state != self._state:
            self._state = state
            self.update(self._told())

    def on_resize(self) -> None:
        self.update(self._told())

    def _told(self) -> Content:
        if self._state.trouble:
            return Content.styled(f"! {self._state.trouble}", "bold $warning")
        pieces, room = [], self.size.width - 2
        for piece in _pieces(self._state):
            room -= len(piece) + 3
            if room < -3:
                break
            pieces.append(Content(piece))
        return Content.styled(" · ", "$text-muted").join(pieces)


def _pieces(state: WritingState) -> list[str]:
    wanted = f" of {state.target_words:,}" if state.target_words else ""
    pieces = [f"Chapter {state.chapter}", f"{state.words:,}{wanted} words"]
    if state.selected_words:
        pieces.append(f"{state.selected_words:,} marked")
    if state.words_today is not None:
        pieces.append(f"{state.words_today:+,} today")
    if state.saved:
        pieces.append(state.saved)
    pieces.append(f"¶ {state.paragraph} of {state.paragraphs}")
    if state.share_author is not None:
        pieces.append(f"{state.share_author:.0%} yours")
    return pieces
