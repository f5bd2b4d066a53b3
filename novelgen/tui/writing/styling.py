"""What the stretches of a text are, for the eye: whose, noted, locked, misspelt, offered.

Spans are character offsets of the whole text; a line asks for what lies in it. Knows no widget.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(slots=True)
class Marks:
    """Spans of a text by kind, each kind in order and without overlaps."""

    machine: Sequence[Span] = ()
    notes: Sequence[Span] = ()
    locked: Sequence[Span] = ()
    found: Sequence[Span] = ()
    """What is searched for."""
    to_check: Sequence[Span] = ()
    """Paragraphs with something to check."""
    offered: Span | None = None
    """What the machine offers and nobody has taken yet."""
    replaced: Span | None = None
    """What the offer would stand in the place of."""
    bright: Span | None = None
    """What stays bright; None for all."""

    def within(self, kind: str, start: int, end: int) -> list[Span]:
        """The spans of a kind inside `[start, end)`, as offsets from `start`."""
        spans: Sequence[Span] = getattr(self, kind)
        return clipped(spans, start, end)

    def has(self, kind: str, start: int, end: int) -> bool:
        return bool(self.within(kind, start, end))


def clipped(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """Spans in order, cut to `[start, end)` and counted from `start`; empty ones are left out."""
    at = max(bisect_right(spans, start, key=lambda span: span[0]) - 1, 0)
    found = []
    while at < len(spans) and spans[at][0] < end:
        first, last = max(spans[at][0], start), min(spans[at][1], end)
        if first < last:
            found.append((first - start, last - start))
        at += 1
    return found


def shifted(spans: Sequence[Span], start: int, end: int, length: int) -> list[Span]:
    """Spans after `[start, end)` gave way to so many characters; what was in it is cut off."""
    moved = []
    shift = length - (end - start)
    for first, last in spans:
        if last <= start:
            moved.append((first, last))
        elif first >= end:
            moved.append((first + shift, last + shift))
        else:
            if first < start:
                moved.append((first, start))
            if last > end:
                moved.append((start + length, last + shift))
    return moved
