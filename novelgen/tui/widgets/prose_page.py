"""Prose as in a book: a measure of at most 68 cells in the middle, which scrolls, grows, is marked.

It is given paragraphs with a style for stretches of them, and draws the lines in sight alone, so
that a chapter of any length costs the same. A cursor stands on a paragraph; a selection reaches
from a pin to it. Knows nothing of novels.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from novelgen.tui.widgets.wrapping import Line, wrap

MEASURE = 68
_LEAST_MARGIN = 3
"""For the mark beside a paragraph."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """`[start, end)` of a paragraph, in the style of a component class."""

    start: int
    end: int
    style: str
    """A name of `ProsePage.COMPONENT_CLASSES` without `prose--`."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph. `mark` is one character in the margin, with its own style."""

    text: str
    stretches: tuple[Stretch, ...] = ()
    mark: str = ""
    mark_style: str = "mark"
    is_title: bool = False
    is_prose: bool = True
    """Whether the cursor may stand on it."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A wrapped paragraph: its lines, and the first of them on the page."""

    lines: tuple[Line, ...]
    top: int


class ProsePage(ScrollView, can_focus=True):
    """A page of paragraphs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "prose--text",
        "prose--title",
        "prose--live",
        "prose--open",
        "prose--struck",
        "prose--selected",
        "prose--cursor",
        "prose--mark",
        "prose--warning",
        "prose--locked",
        "prose--note",
        "prose--found",
        "prose--added",
        "prose--removed",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Up", show=False, tooltip="Scroll up a line"),
        Binding("down", "scroll_down", "Down", show=False, tooltip="Scroll down a line"),
        Binding("pageup,b", "page_up", "Page up", show=False, tooltip="Scroll up a page"),
        Binding("pagedown,space", "page_down", "Page down", show=False, tooltip="Turn the page"),
        Binding("home", "scroll_home", "Beginning", show=False, tooltip="Go to the beginning"),
        Binding("end", "scroll_end", "End", show=False, tooltip="Go to the end, and follow it"),
        Binding("j", "cursor(1)", "Next paragraph", show=False, tooltip="Mark the next paragraph"),
        Binding(
            "k", "cursor(-1)", "Previous paragraph", show=False, tooltip="Mark the paragraph before"
        ),
        Binding("J", "extend(1)", "Extend", show=False, tooltip="Mark one paragraph more below"),
        Binding("K", "extend(-1)", "Extend", show=False, tooltip="Mark one paragraph more above"),
    ]
    cursor: reactive[int | None] = reactive(None)
    """Index of the paragraph that is marked."""
    pin: reactive[int | None] = reactive(None)
    """Where the selection began; None where only the cursor's paragraph is marked."""

    class CursorMoved(Message):
        """Another paragraph, or more of them, are marked."""

        def __init__(self, page: "ProsePage") -> None:
            super().__init__()
            self.page = page

        @property
        def control(self) -> "ProsePage":
            return self.page

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._paragraphs: list[Paragraph] = []
        self._placed: list[_Placed] = []
        self._tops: list[int] = []
        self._follows_end = False
        self._awaited = 0
        """The paragraph to begin at once there is room for any."""

    @property
    def paragraphs(self) -> Sequence[Paragraph]:
        return self._paragraphs

    @property
    def selection(self) -> tuple[int, int] | None:
        """First and last paragraph that are marked, as indices."""
        if self.cursor is None:
            return None
        pin = self.cursor if self.pin is None else self.pin
        return min(pin, self.cursor), max(pin, self.cursor)

    def show(self, paragraphs: Sequence[Paragraph], *, keeps_place: bool = True) -> None:
        """Show these; where they begin like those before, only what is new is wrapped."""
        follows = keeps_place and self.is_following
        same = 0
        for old, new in zip(self._paragraphs, paragraphs, strict=False):
            if old != new:
                break
            same += 1
        self._paragraphs = list(paragraphs)
        del self._placed[same:], self._tops[same:]
        self._place_rest()
        if self.cursor is not None and self.cursor >= len(self._paragraphs):
            self.clear_cursor()
        if not keeps_place:
            self.clear_cursor()
            self.scroll_home(animate=False)
        elif follows:
            self.scroll_end(animate=False, immediate=True)
        self.refresh()

    def follow_end(self, follows: bool = True) -> None:
        """Stay at the end while text grows there, until the person scrolls away."""
        self._follows_end = follows
        if follows:
            self.scroll_end(animate=False)

    @property
    def is_following(self) -> bool:
        """Whether it stays at the end, where it is now."""
        return self._follows_end and self._is_at_end

    def clear_cursor(self) -> None:
        self.cursor = self.pin = None

    def go_to(self, index: int, *, marks: bool = True) -> None:
        """Bring a paragraph into sight, and mark it; as soon as there is room, if there is none."""
        if not self._paragraphs:
            return
        index = min(max(index, 0), len(self._paragraphs) - 1)
        if marks:
            self.pin, self.cursor = None, index
        if index < len(self._placed):
            self.scroll_to(y=max(0, self._placed[index].top - 2), animate=False)
        else:  # not in sight, so not all is placed
            self._awaited = index

    def first_in_sight(self) -> int:
        """Index of the first paragraph in sight."""
        return max(0, bisect_right(self._tops, round(self.scroll_offset.y)) - 1)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.get_component_rich_style("prose--text")
        row = y + round(self.scroll_offset.y)
        index = bisect_right(self._tops, row) - 1
        if index < 0 or index >= len(self._placed):
            return Strip.blank(width, base)
        placed, paragraph = self._placed[index], self._paragraphs[index]
        number = row - placed.top
        if number >= len(placed.lines):
            return Strip.blank(width, base)
        margin = self._margin(width)
        strip = Strip(self._line(index, paragraph, placed.lines[number], margin, number == 0, base))
        return strip.adjust_cell_length(width, base)

    def watch_cursor(self) -> None:
        self.refresh()
        self.post_message(self.CursorMoved(self))

    def watch_pin(self) -> None:
        self.refresh()
        self.post_message(self.CursorMoved(self))

    def on_resize(self, _event: Resize) -> None:
        index = self.first_in_sight() if self._placed else self._awaited
        self._awaited = 0
        was_at_end = self.is_following
        self._placed.clear()
        self._tops.clear()
        self._place_rest()
        if was_at_end:
            self.call_after_refresh(self.scroll_end, animate=False)
        elif self._placed:
            self.scroll_to(y=self._placed[min(index, len(self._placed) - 1)].top, animate=False)
        self.refresh()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = bisect_right(self._tops, offset.y + round(self.scroll_offset.y)) - 1
        if 0 <= index < len(self._paragraphs) and self._paragraphs[index].is_prose:
            if event.shift and self.cursor is not None:
                self.pin = self.cursor if self.pin is None else self.pin
            else:
                self.pin = None
            self.cursor = index

    def action_scroll_end(self) -> None:
        self._follows_end = True
        self.scroll_end(animate=False)

    def action_cursor(self, step: int) -> None:
        self.pin = None
        self._move(step)

    def action_extend(self, step: int) -> None:
        if self.cursor is not None and self.pin is None:
            self.pin = self.cursor
        self._move(step)

    @property
    def _is_at_end(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y - 1

    def _move(self, step: int) -> None:
        start = self.cursor
        if start is None:
            index = self.first_in_sight() - (step > 0)
        else:
            index = start
        index += step
        while 0 <= index < len(self._paragraphs) and not self._paragraphs[index].is_prose:
            index += step
        if not 0 <= index < len(self._paragraphs):
            return
        self.cursor = index
        placed = self._placed[index]
        top, height = round(self.scroll_offset.y), self.scrollable_content_region.height
        if placed.top < top or placed.top + len(placed.lines) > top + height:
            self.scroll_to(y=max(0, placed.top - 2), animate=False)

    def _margin(self, width: int) -> int:
        return max(_LEAST_MARGIN, (width - MEASURE) // 2)

    @staticmethod
    def _cells(width: int) -> int:
        """The measure, as far as there is room for it."""
        return min(MEASURE, width - _LEAST_MARGIN - 2)

    def _place_rest(self) -> None:
        width = self.scrollable_content_region.width or self.size.width
        if width <= 0:
            return
        cells = self._cells(width)
        top = 0
        if self._placed:
            top = self._placed[-1].top + len(self._placed[-1].lines) + 1
        for paragraph in self._paragraphs[len(self._placed) :]:
            lines = tuple(wrap(paragraph.text, cells))
            self._placed.append(_Placed(lines, top))
            self._tops.append(top)
            top += len(lines) + 1
        self.virtual_size = Size(width, top)

    def _line(
        self,
        index: int,
        paragraph: Paragraph,
        line: Line,
        margin: int,
        is_first: bool,
        base: Style,
    ) -> list[Segment]:
        selection = self.selection
        is_marked = selection is not None and selection[0] <= index <= selection[1]
        style = base
        if paragraph.is_title:
            style += self.get_component_rich_style("prose--title", partial=True)
        if is_marked:
            style += self.get_component_rich_style("prose--selected", partial=True)
        bar = "▌" if is_marked else " "
        bar_style = base + self.get_component_rich_style("prose--cursor", partial=True)
        mark = paragraph.mark if is_first and paragraph.mark else " "
        mark_style = base + self.get_component_rich_style(
            f"prose--{paragraph.mark_style}", partial=True
        )
        left = margin
        if paragraph.is_title:
            width = self._cells(self.scrollable_content_region.width)
            left += max(0, (width - (line.end - line.start)) // 2)
        segments = [
            Segment(" " * (left - 3), base),
            Segment(mark, mark_style),
            Segment(bar, bar_style),
            Segment(" ", base),
        ]
        position = line.start
        for stretch in paragraph.stretches:
            if stretch.end <= position or stretch.start >= line.end:
                continue
            start, end = max(stretch.start, position), min(stretch.end, line.end)
            if start > position:
                segments.append(Segment(paragraph.text[position:start], style))
            added = self.get_component_rich_style(f"prose--{stretch.style}", partial=True)
            segments.append(Segment(paragraph.text[start:end], style + added))
            position = end
        if position < line.end:
            segments.append(Segment(paragraph.text[position : line.end], style))
        return segments
