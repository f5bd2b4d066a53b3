"""A text area with a measure, line spacing, a margin for signs, and marked stretches.

`line_spacing` rows are drawn for every line. Knows nothing of what its marks mean, nor of keys.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.document._document import Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.events import MouseEvent
from textual.geometry import Offset, Region, Size, Spacing
from textual.strip import Strip
from textual.widgets import TextArea

from novelgen.tui.writing.look import Focus, Look
from novelgen.tui.writing.moving import paragraph_around, sentence_around
from novelgen.tui.writing.offsets import location_of, offset_of
from novelgen.tui.writing.styling import Marks, Span, clipped

MARGIN = 3
"""Cells at the left, for the signs of a line."""
_SIGNS = (("offered", "»"), ("to_check", "!"), ("locked", "◆"), ("notes", "✎"), ("machine", "╎"))
"""In the margin, the first that holds for a line."""


class _MeasuredDocument(WrappedDocument):
    """Knows its height without adding up, which every line that is drawn asks for."""

    @property
    def height(self) -> int:
        return len(self._offset_to_line_info)


class MarkedPage(TextArea):
    """A text whose stretches are marked, by character offsets."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "page--machine", "page--note", "page--locked", "page--misspelt", "page--found",
        "page--offered", "page--replaced", "page--dim", "page--sign", "page--warning",
    }  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:
        self.look = Look()
        self.marks = Marks()
        self.misspelt_in: Callable[[str], Sequence[Span]] = _nothing_misspelt
        """Misspelt words of a line."""
        self._frame_style: Style | None = None
        self._frame_lines: dict[int, Text] = {}
        """Lines of the document, as they are drawn in this frame: row by row."""
        self._starts: list[int] = []
        """Offset of every line; empty: to be counted again."""
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        self.wrapped_document = _MeasuredDocument(self.document, self.wrap_width, self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)

    # The text by offsets

    @property
    def cursor(self) -> int:
        return offset_of(self.document.lines, self.selection.end)

    @property
    def selected(self) -> Span:
        """`[start, end)` of what is marked; empty at the cursor where nothing is."""
        start, end = sorted(self.selection)
        lines = self.document.lines
        return offset_of(lines, start), offset_of(lines, end)

    def select(self, start: int, end: int, *, center: bool = True) -> None:
        """Mark a stretch, with the cursor at its end, and bring it into sight."""
        lines = self.document.lines
        self.selection = Selection(location_of(lines, start), location_of(lines, end))
        self.history.checkpoint()
        if center:
            self.scroll_cursor_visible(center=True)

    def restyle(self) -> None:
        """Draw again: the marks or the look have changed."""
        self._line_cache.clear()
        self.refresh()

    def was_rewrapped(self) -> None:
        """Lines of the document were changed and wrapped anew by somebody else."""
        self._starts = []
        self._refresh_size()
        self._cursor_offset = self.wrapped_document.location_to_offset(self.cursor_location)
        self.restyle()

    def wear(self, look: Look) -> None:
        """Take on a look."""
        self.look = look
        self._refresh_size()
        self._note_bright()
        self.restyle()
        self.scroll_cursor_visible(center=look.typewriter)

    # Where things stand on the screen: `line_spacing` rows a line

    @property
    def gutter_width(self) -> int:
        return MARGIN

    def _refresh_size(self) -> None:
        height = self.wrapped_document.height * self.look.line_spacing
        if self.look.typewriter:
            height += self.content_size.height // 2
        self.virtual_size = Size(0, height)
        self._refresh_scrollbars()

    def get_target_document_location(self, event: MouseEvent) -> Location:
        target = Offset(
            event.x - MARGIN - self.gutter.left,
            (event.y + round(self.scroll_offset.y) - self.gutter.top) // self.look.line_spacing,
        )
        return self.wrapped_document.offset_to_location(target)

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y = self._cursor_offset
        left, top, _, _ = self.content_region
        row = y * self.look.line_spacing - round(self.scroll_offset.y)
        return Offset(left + x + MARGIN, top + row)

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        self._cursor_offset = self.wrapped_document.location_to_offset(self.cursor_location)
        x, y = self._cursor_offset
        top = y * self.look.line_spacing
        if self.look.typewriter:
            self.scroll_to(y=max(0, top - self.content_size.height // 2), animate=False, force=True)
            return Offset(0, 0)
        return self.scroll_to_region(
            Region(x, top, width=1, height=1),
            spacing=Spacing(1, 0, 1, 0),
            animate=animate,
            force=True,
            center=center,
        )

    def watch_selection(self) -> None:
        self._note_bright()

    def _note_bright(self) -> None:
        """In focus mode other words step back as the cursor goes on."""
        bright = None
        if self.look.focus is not Focus.NONE:
            around = paragraph_around if self.look.focus is Focus.PARAGRAPH else sentence_around
            bright = around(self.text, self.cursor)
        if bright != self.marks.bright:
            self.marks.bright = bright
            self.restyle()

    # Drawing

    def refresh_lines(self, y_start: int, line_count: int = 1) -> Any:
        spacing = self.look.line_spacing
        return super().refresh_lines(y_start * spacing, line_count * spacing)

    @property
    def rich_style(self) -> Style:
        """Found once for a frame: it is asked for with every line."""
        return super().rich_style if self._frame_style is None else self._frame_style

    def render_lines(self, crop: Region) -> list[Strip]:
        self._frame_style = super().rich_style
        self._frame_lines.clear()
        try:
            return super().render_lines(crop)
        finally:
            self._frame_style = None

    def render_line(self, y: int) -> Strip:
        spacing, scrolled = self.look.line_spacing, round(self.scroll_offset.y)
        row, rest = divmod(scrolled + y, spacing)
        if rest or row >= len(self.wrapped_document._offset_to_line_info):
            return Strip.blank(self.size.width, self.rich_style)
        strip = super().render_line(row - scrolled)
        line, section = self.wrapped_document._offset_to_line_info[row]
        return Strip([self._margin_of(line, section), *strip]).crop(0, self.size.width)

    def get_line(self, line_index: int) -> Text:
        if line_index not in self._frame_lines:
            self._frame_lines[line_index] = self._marked_line(line_index)
        return self._frame_lines[line_index].copy()

    def _marked_line(self, line_index: int) -> Text:
        text = super().get_line(line_index)
        start = self._start_of(line_index)
        end = start + len(text)
        marks = self.marks
        if self.look.shows_machine:
            self._stylize(text, "machine", marks.within("machine", start, end))
        self._stylize(text, "note", marks.within("notes", start, end))
        self._stylize(text, "locked", marks.within("locked", start, end))
        if self.look.checks_spelling:
            self._stylize(text, "misspelt", self._misspelt(line_index, text.plain))
        if marks.bright is not None:
            first, last = marks.bright
            dim = [(0, max(0, min(first, end) - start)), (max(0, last - start), len(text))]
            self._stylize(text, "dim", [(a, b) for a, b in dim if a < b])
        self._stylize(text, "found", marks.within("found", start, end))
        if marks.replaced is not None:
            self._stylize(text, "replaced", clipped([marks.replaced], start, end))
        if marks.offered is not None:
            self._stylize(text, "offered", clipped([marks.offered], start, end))
        return text

    def _stylize(self, text: Text, kind: str, spans: Sequence[Span]) -> None:
        if spans:
            style = self.get_component_rich_style(f"page--{kind}", partial=True)
            for start, end in spans:
                text.stylize(style, start, end)

    def _misspelt(self, line_index: int, line: str) -> Sequence[Span]:
        """Misspelt words; the one that is being typed is not."""
        row, column = self.selection.end
        spans = self.misspelt_in(line)
        if row != line_index or not self.selection.is_empty:
            return spans
        return [(start, end) for start, end in spans if not start <= column <= end]

    def _margin_of(self, line: int, section: int) -> Segment:
        offsets = [0, *self.wrapped_document.get_offsets(line), len(self.document[line])]
        begin = self._start_of(line)
        start, end = begin + offsets[section], begin + offsets[section + 1]
        for kind, sign in _SIGNS:
            if kind == "machine" and not self.look.shows_machine:
                continue
            if self._holds(kind, start, end) and (kind != "to_check" or section == 0):
                style = "warning" if kind == "to_check" else "sign"
                partial = self.get_component_rich_style(f"page--{style}", partial=True)
                return Segment(f"{sign:<{MARGIN}}", self.rich_style + partial)
        return Segment(" " * MARGIN, self.rich_style)

    def _holds(self, kind: str, start: int, end: int) -> bool:
        if kind == "offered":
            offered = self.marks.offered
            return offered is not None and bool(clipped([offered], start, end))
        return self.marks.has(kind, start, end)

    def _start_of(self, line: int) -> int:
        if not self._starts:
            at = 0
            for each in self.document.lines:
                self._starts.append(at)
                at += len(each) + 1
        return self._starts[line] if line < len(self._starts) else 0


def _nothing_misspelt(_: str) -> Sequence[Span]:
    return ()
