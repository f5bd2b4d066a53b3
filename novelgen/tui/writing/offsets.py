"""Places in a text by row and column, as a text area counts them, and by character offset."""

from collections.abc import Sequence

Location = tuple[int, int]
"""Row and column, both from 0."""


def offset_of(lines: Sequence[str], location: Location) -> int:
    """The offset of a location in the lines joined by newlines; one that is past the end is cut."""
    row, column = location
    if row >= len(lines):
        return sum(map(len, lines)) + len(lines) - 1
    return sum(map(len, lines[:row])) + row + min(column, len(lines[row]))


def location_of(lines: Sequence[str], offset: int) -> Location:
    """The location of an offset; the end for one that is past it."""
    left = max(offset, 0)
    for row, line in enumerate(lines):
        if left <= len(line):
            return row, left
        left -= len(line) + 1
    return len(lines) - 1, len(lines[-1])
