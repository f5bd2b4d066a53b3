"""Wraps prose into lines of a measure, by the cells that characters take."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text[start:end]` of the paragraph, without the space that it was broken at."""

    start: int
    end: int


def wrap(text: str, cells: int) -> list[Line]:
    """The lines of a paragraph; an empty one has one empty line. A newline breaks the line."""
    lines: list[Line] = []
    offset = 0
    for part in text.split("\n"):
        lines += _wrap_line(part, max(cells, 1), offset)
        offset += len(part) + 1
    return lines


def _wrap_line(text: str, cells: int, offset: int) -> Iterator[Line]:
    start = end = used = 0
    for word_start, word_end in _words(text, cells):
        width = cell_len(text[word_start:word_end])
        gap = word_start - end if end > start else 0
        if end > start and used + gap + width > cells:
            yield Line(offset + start, offset + end)
            start, used, gap = word_start, 0, 0
        if end <= start:
            start = word_start
        used += gap + width
        end = word_end
    yield Line(offset + start, offset + max(end, start))


def _words(text: str, cells: int) -> Iterator[tuple[int, int]]:
    """Where words begin and end; one that is wider than a line comes in pieces."""
    position, length = 0, len(text)
    while position < length:
        while position < length and text[position] == " ":
            position += 1
        end = position
        while end < length and text[end] != " ":
            end += 1
        if end == position:
            return
        if cell_len(text[position:end]) <= cells:
            yield position, end
        else:
            start = position
            for piece in chop_cells(text[position:end], cells):
                yield start, start + len(piece)
                start += len(piece)
        position = end
