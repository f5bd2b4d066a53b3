"""Which of the numbers in a book are those of its chapters: the ones that rise by one.

Chapters are counted through, or anew in every part. A number that stands alone for another reason,
such as a spoken “I”, a year or a page, has no place in the row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_LOOK_BACK = 12
"""Numbers that can stand between two of the row."""
_SKIPPED, _REPEATED, _ANEW, _ELSEWHERE = 0.6, 0.5, 1.5, 0.9
"""What is held against a step: a number left out, twice the same, from 1 again within a part, and
any other step of a heading that says “Chapter”. A step by one counts 1."""
_LATE_START = 0.9
_MOST_SKIPPED = 3
_LARGEST = 400
"""No book counts further."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number that may be a chapter's."""

    number: int
    part: int
    """How many parts begin before it."""
    is_certain: bool
    """Whether its line can hardly be anything but a heading: it says “Chapter”."""


def rising(numbers: Sequence[Numbered]) -> list[int]:
    """The places of those numbers that make the longest plausible row, in order."""
    best: list[float] = []
    before: list[int] = []
    for at, numbered in enumerate(numbers):
        score, origin = _beginning(numbered), -1
        for earlier in range(max(0, at - _LOOK_BACK), at):
            reached = best[earlier] + _step(numbers[earlier], numbered)
            if reached > score:
                score, origin = reached, earlier
        best.append(score)
        before.append(origin)
    at = max(range(len(best)), key=best.__getitem__, default=-1)
    row: list[int] = []
    while at >= 0 and best[at] > 0:
        row.append(at)
        at = before[at]
    return row[::-1]


def _beginning(numbered: Numbered) -> float:
    if numbered.number == 1 or (numbered.number == 0 and numbered.is_certain):
        return 1.0
    if numbered.is_certain:
        return 1.0 - _REPEATED
    return 1.0 - _LATE_START if numbered.number <= _LARGEST else -1.0


def _step(earlier: Numbered, later: Numbered) -> float:
    by = later.number - earlier.number
    if by == 1:
        return 1.0
    if later.number == 1:
        return 1.0 if later.part > earlier.part else 1.0 - _ANEW
    if 1 < by <= _MOST_SKIPPED:
        return 1.0 - (_SKIPPED if later.is_certain else 1.0)
    if by == 0:
        return 1.0 - (_REPEATED if later.is_certain else _ANEW)
    return 1.0 - (_ELSEWHERE if later.is_certain else 2 * _ANEW)
