"""Places of a text, carried over into the same text otherwise spaced, or otherwise typed."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

_ITEM = re.compile(r"\S+")


def carried_by_signs(
    text: str, left_out: Sequence[tuple[int, int]], other: str, places: Iterable[int]
) -> list[int]:
    """Where places of `text` stand in `other`: the same signs, but those in stretches left out.

    White space may be any other. A place behind the last sign of a word stays there.
    """
    signs = _sign_places(text, left_out)
    others = _sign_places(other, ())
    return [_by_signs(place, signs, others, len(other)) for place in places]


def carried_by_items(text: str, other: str, places: Iterable[int]) -> list[int]:
    """Where places of `text` stand in `other`, which has an item for each of its items.

    An item is what stands between white space; it may be typed with other signs. A place inside an
    item keeps its distance from the item's nearer end.
    """
    items = [match.span() for match in _ITEM.finditer(text)]
    others = [match.span() for match in _ITEM.finditer(other)]
    starts = [start for start, _ in items]
    return [_by_items(place, items, starts, others, len(other)) for place in places]


def _by_signs(place: int, signs: Sequence[int], others: Sequence[int], length: int) -> int:
    before = bisect_right(signs, place - 1)  # signs that stand before the place
    if before < len(signs) and signs[before] == place:
        return others[before] if before < len(others) else length
    return others[before - 1] + 1 if 0 < before <= len(others) else 0


def _sign_places(text: str, left_out: Sequence[tuple[int, int]]) -> list[int]:
    """Where every sign stands that is neither white space nor left out."""
    places: list[int] = []
    at = 0
    for start, end in (*left_out, (len(text), len(text))):
        places += [place for place in range(at, start) if not text[place].isspace()]
        at = end
    return places


def _by_items(
    place: int,
    items: Sequence[tuple[int, int]],
    starts: Sequence[int],
    others: Sequence[tuple[int, int]],
    length: int,
) -> int:
    at = bisect_right(starts, place) - 1
    if at < 0:
        return others[0][0] if others else 0
    if at >= len(others):
        return length
    (start, end), (other_start, other_end) = items[at], others[at]
    if place - start <= end - place:
        return min(other_start + place - start, other_end)
    return max(other_end - max(end - place, 0), other_start)
