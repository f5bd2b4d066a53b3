"""A chapter as in a book, turned page by page, with what its reader noted under each paragraph.

A page that is turned keeps its last lines in sight. Knows nothing of what comes before and behind.
"""

from bisect import bisect_left
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Resize

from novelgen.generation.author_marks import StandingMark
from novelgen.tui.reader.reading import BookChapter
from novelgen.tui.widgets.prose_page import Paragraph, ProsePage, Stretch
from storage.mark_records import MarkKind

SIGNS = {MarkKind.NOTE: "✎", MarkKind.COMMENT: "✎", MarkKind.MARK: "⚑"}
_LINES_KEPT = 2
"""Of a page that is turned, the last ones stand at the top of the next."""
_LINES_ABOVE = 2
"""Over a paragraph that was gone to: the end of the one before, and the gap."""


class BookPage(ProsePage):
    """The page; what is turned beyond its ends is its screen's matter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,pageup,b", "screen.turn(-1)", "Back", key_display="←",
                tooltip="Turn a page back"),
        Binding("right,pagedown,space", "screen.turn(1)", "Turn", key_display="→",
                tooltip="Turn the page; behind the last one comes the next chapter"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wanted: int | None = None
        """Where to begin as soon as there is room to place the paragraphs."""
        self._arrived: tuple[int, int] | None = None
        """The row that was scrolled to for a paragraph, and the paragraph."""

    def open(self, chapter: BookChapter, paragraph: int = 0, *, at_end: bool = False) -> None:
        """Show another chapter at a paragraph, from 1, or at its end."""
        self.show(pages_of(chapter))
        self.clear_cursor()
        self._arrived = None
        if at_end:
            self._scroll_to_row(self.max_scroll_y)
        elif self._placed:
            self._begin_at(paragraph)
        else:
            self._wanted = paragraph

    def show_again(self, chapter: BookChapter) -> None:
        """Show what has changed in the chapter; the page stays where it is."""
        self.show(pages_of(chapter))

    def on_resize(self, event: Resize) -> None:
        event.prevent_default()  # other pages keep their first line, this one what is read
        at = self.at_hand if self._wanted is None else self._wanted
        self._wanted = None
        self._placed.clear()
        self._tops.clear()
        self._place_rest()
        self._begin_at(at)
        self.refresh()

    def turn(self, step: int) -> bool:
        """Turn a page on or back; False at the chapter's end or beginning."""
        top = round(self.scroll_offset.y)
        if top >= self.max_scroll_y if step > 0 else top <= 0:
            return False
        self.clear_cursor()
        self._scroll_to_row(top + step * self._rows)
        return True

    @property
    def pages(self) -> tuple[int, int]:
        """The page in sight, from 1, and how many there are."""
        last = -(-self.max_scroll_y // self._rows)
        return min(last, -(-round(self.scroll_offset.y) // self._rows)) + 1, last + 1

    @property
    def at_hand(self) -> int:
        """The paragraph that is marked, or was gone to, else the first that begins high on the
        page, or fills it; 0 for none."""
        if self.cursor is not None and self._is_in_sight(self.cursor):
            return self.cursor
        top, height = round(self.scroll_offset.y), self.scrollable_content_region.height
        if self._arrived is not None and self._arrived[0] == top:
            return self._arrived[1]
        begins = max(1, bisect_left(self._tops, top))
        if begins >= len(self._tops) or self._tops[begins] >= top + height // 2:
            begins = max(1, self.first_in_sight())
        is_one = begins < len(self._paragraphs) and self._paragraphs[begins].is_prose
        return begins if is_one else 0

    def action_cursor(self, step: int) -> None:
        if self.cursor is not None and not self._is_in_sight(self.cursor):
            self.clear_cursor()
        if self.cursor is None and step > 0 and self.at_hand:
            self.cursor = self.at_hand
        else:
            super().action_cursor(step)

    def action_scroll_end(self) -> None:
        self._scroll_to_row(self.max_scroll_y)

    def action_scroll_home(self) -> None:
        self._scroll_to_row(0)

    @property
    def _rows(self) -> int:
        """How far a page is turned."""
        return max(1, self.scrollable_content_region.height - _LINES_KEPT)

    def _begin_at(self, paragraph: int) -> None:
        """Have a paragraph, from 1, at hand; the first one with the title over it."""
        at = min(max(paragraph, 1), len(self._tops) - 1)
        if at < 1:
            return
        self._scroll_to_row(self._tops[at] - _LINES_ABOVE if at > 1 else 0)
        if self._paragraphs[at].is_prose:
            self._arrived = round(self.scroll_offset.y), at

    def _is_in_sight(self, index: int) -> bool:
        if index >= len(self._placed):
            return False
        top, placed = round(self.scroll_offset.y), self._placed[index]
        height = self.scrollable_content_region.height
        return placed.top < top + height and placed.top + len(placed.lines) > top

    def _scroll_to_row(self, row: float) -> None:
        self.scroll_to(y=max(0, row), animate=False, force=True, immediate=True)


def pages_of(chapter: BookChapter) -> list[Paragraph]:
    """The title, and every paragraph with its sign in the margin.

    Paragraph `n`, from 1, has the index `n`: comments are lines of the paragraph they are about.
    """
    title = f"{chapter.number}. {chapter.title}" if chapter.title else f"{chapter.number}"
    paragraphs = [Paragraph(title, is_title=True, is_prose=False)]
    for number, text in enumerate(chapter.paragraphs, 1):
        noted = chapter.marks.get(number, ())
        told = "".join(f"\n{said}" for mark in noted if (said := _said(mark)))
        stretches = (Stretch(len(text), len(text) + len(told), "note"),) if told else ()
        kinds = {mark.record.kind for mark in noted}
        sign = next((sign for kind, sign in reversed(SIGNS.items()) if kind in kinds), "")
        paragraphs.append(Paragraph(text + told, stretches, sign))
    if not chapter.paragraphs:
        told = "This chapter is not written yet."
        paragraphs.append(Paragraph(told, (Stretch(0, len(told), "note"),), is_prose=False))
    return paragraphs


def _said(mark: StandingMark) -> str:
    """What is shown under the paragraph: a note as it is typed, a comment behind a dash."""
    body = " ".join(mark.record.body.split())
    if not body:
        return ""
    return f"[[{body}]]" if mark.record.kind is MarkKind.NOTE else f"— {body}"
