"""Where a note that stood in a chapter stands in the chapter's present prose.

At its offset when what stood around it stands there still; else where what stood around it is found
nearest, first both sides, then one, then less of them; else where its paragraph begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

_LENGTHS = (40, 20, 10)
_LEAST = 4
"""Characters of one side that tell a place; fewer stand anywhere."""


class Anchor(Protocol):
    """Where something stood: a note, a mark, a comment."""

    @property
    def offset(self) -> int: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def paragraph(self) -> int: ...
    @property
    def is_own_paragraph(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands now."""

    at: int
    """In the prose."""
    paragraph: int
    """From 0; of one with a paragraph of its own the one that follows it, perhaps none."""
    is_own_paragraph: bool
    is_exact: bool
    """Whether nothing around it has changed."""


def place_of(prose: str, spans: Sequence[tuple[int, int]], anchor: Anchor) -> Place:
    """The place in the prose, whose paragraphs are `spans`, that fits the anchor best.

    Never one where brackets of the prose would become part of a note.
    """
    at = _exact(prose, anchor)
    is_exact = at is not None
    if at is None:
        at = found_nearest(prose, anchor)
    if at is None:
        at = spans[min(anchor.paragraph, len(spans)) - 1][0] if spans else 0
    limit = prose.find("[[")
    if anchor.is_own_paragraph:
        return _own_place(spans, at, limit, is_exact=is_exact)
    safe = at if is_exact else _clear_of_brackets(prose, _into_paragraph(spans, at))
    safe = safe if limit < 0 else min(safe, limit)
    number = max(sum(start <= safe for start, _ in spans) - 1, 0)
    return Place(safe, number, is_own_paragraph=not spans, is_exact=is_exact and safe == at)


def found_nearest(prose: str, anchor: Anchor) -> int | None:
    """Where what stood around the anchor is found nearest; None where nothing of it is left."""
    for length in _LENGTHS:
        before, after = anchor.before[-length:], anchor.after[:length]
        for wanted, shift in ((before + after, len(before)), (before, len(before)), (after, 0)):
            if len(wanted.strip()) >= _LEAST:
                found = [at + shift for at in _occurrences(prose, wanted)]
                if found:
                    return min(found, key=lambda at: abs(at - anchor.offset))
    return None


def _exact(prose: str, anchor: Anchor) -> int | None:
    """The offset, where all that is remembered stands around it, at the edges of the text too."""
    at = anchor.offset
    stands = (
        at <= len(prose)
        and prose[max(0, at - len(anchor.before)) : at] == anchor.before
        and prose[at : at + len(anchor.after)] == anchor.after
        and (anchor.before or at == 0)
        and (anchor.after or at == len(prose))
    )
    return at if stands else None


def _own_place(spans: Sequence[tuple[int, int]], at: int, limit: int, *, is_exact: bool) -> Place:
    """Before the paragraph that holds the place; behind the one that ends there."""
    number = sum(end <= at for _, end in spans)
    if limit >= 0:
        number = min(number, sum(end <= limit for _, end in spans))
    start = spans[number][0] if number < len(spans) else at
    return Place(start, number, is_own_paragraph=True, is_exact=is_exact)


def _into_paragraph(spans: Sequence[tuple[int, int]], at: int) -> int:
    """The place, or where the paragraph before it ends if it lies between two."""
    inside = [(start, end) for start, end in spans if start <= at]
    if not inside:
        return spans[0][0] if spans else 0
    return min(at, inside[-1][1])


def _clear_of_brackets(prose: str, at: int) -> int:
    while at > 0 and prose[at - 1] == "[":
        at -= 1
    while prose.startswith("]", at):
        at += 1
    return at


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)
