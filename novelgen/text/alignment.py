"""What two sequences have in common, in order, in bounded time.

Both ends are trimmed; what is left is anchored on runs of items that stand once in each sequence
(patience diff, Bram Cohen), and between two anchors difflib compares, where that is cheap. A
stretch that has no anchors and is dear to compare has nothing in common. Knows no prose.
"""

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Pairs of equal items: difflib looks at each of them again for every block that it finds.
_DEAREST_STRETCH = 20_000
_DEAREST_WHOLE = 1_500_000
# Ranges between anchors have anchors of their own; in prose hardly ever beyond the third level.
_MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Block:
    """`length` items from `old` on in the one sequence equal those from `new` on in the other."""

    old: int
    new: int
    length: int


@dataclass(frozen=True, slots=True)
class _Range:
    old: int
    old_end: int
    new: int
    new_end: int
    depth: int


def align(old: Sequence[str], new: Sequence[str], run: int = 1) -> list[Block]:
    """The blocks in common, in order, none of them empty.

    `run` is how many items in a row make an anchor: one for whole sentences, several for words,
    of which a single rare one may well stand in both texts by chance.
    """
    return _Alignment(old, new, run).blocks()


class _Alignment:
    def __init__(self, old: Sequence[str], new: Sequence[str], run: int) -> None:
        self._old = old
        self._new = new
        self._run = run
        self._cost_left = _DEAREST_WHOLE
        self._blocks: list[Block] = []

    def blocks(self) -> list[Block]:
        ranges = [_Range(0, len(self._old), 0, len(self._new), 0)]
        while ranges:
            stretch = self._trim(ranges.pop())
            if stretch.old == stretch.old_end or stretch.new == stretch.new_end:
                continue
            if self._compare(stretch) or stretch.depth == _MAX_DEPTH:
                continue
            ranges.extend(self._between_anchors(stretch))
        return _joined(sorted(self._blocks, key=lambda block: block.old))

    def _trim(self, stretch: _Range) -> _Range:
        """Takes note of what both ends have in common, and returns what is left."""
        old, new, old_end, new_end = stretch.old, stretch.new, stretch.old_end, stretch.new_end
        shorter = min(old_end - old, new_end - new)
        head = 0
        while head < shorter and self._old[old + head] == self._new[new + head]:
            head += 1
        tail = 0
        while (
            tail < shorter - head and self._old[old_end - 1 - tail] == self._new[new_end - 1 - tail]
        ):
            tail += 1
        self._note(old, new, head)
        self._note(old_end - tail, new_end - tail, tail)
        return _Range(old + head, old_end - tail, new + head, new_end - tail, stretch.depth)

    def _compare(self, stretch: _Range) -> bool:
        """Compares item by item; False when that is too dear."""
        old = self._old[stretch.old : stretch.old_end]
        new = self._new[stretch.new : stretch.new_end]
        in_new = Counter(new)
        pairs = sum(count * in_new[item] for item, count in Counter(old).items())
        cost = pairs + len(old) + len(new)
        if pairs and (cost > _DEAREST_STRETCH or cost > self._cost_left):
            return False
        self._cost_left -= cost if pairs else 0
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for match in matcher.get_matching_blocks() if pairs else ():
            self._note(stretch.old + match.a, stretch.new + match.b, match.size)
        return True

    def _between_anchors(self, stretch: _Range) -> list[_Range]:
        """The ranges from each anchor to the next; an anchor begins its range."""
        anchors = self._anchors(stretch)
        if not anchors:
            return []
        starts = [(stretch.old, stretch.new), *anchors, (stretch.old_end, stretch.new_end)]
        return [
            _Range(old, old_end, new, new_end, stretch.depth + 1)
            for (old, new), (old_end, new_end) in pairwise(starts)
        ]

    def _anchors(self, stretch: _Range) -> list[tuple[int, int]]:
        in_old = _once(self._old, stretch.old, stretch.old_end, self._run)
        in_new = _once(self._new, stretch.new, stretch.new_end, self._run)
        pairs = [(place, in_new[run]) for run, place in in_old.items() if run in in_new]
        return _longest_rising(pairs)

    def _note(self, old: int, new: int, length: int) -> None:
        if length:
            self._blocks.append(Block(old, new, length))


def _once(items: Sequence[str], start: int, end: int, run: int) -> dict[tuple[str, ...] | str, int]:
    """The runs that stand once in the range, with their places, in order."""
    places: dict[tuple[str, ...] | str, int] = {}
    for place in range(start, end - run + 1):
        key = items[place] if run == 1 else tuple(items[place : place + run])
        places[key] = -1 if key in places else place
    return {key: place for key, place in places.items() if place >= 0}


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most pairs whose second numbers rise as the first ones do."""
    tops: list[int] = []
    top_indices: list[int] = []
    previous: list[int] = []
    for index, (_, new) in enumerate(pairs):
        pile = bisect_left(tops, new)
        previous.append(top_indices[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [new]
        top_indices[pile : pile + 1] = [index]
    rising: list[tuple[int, int]] = []
    index = top_indices[-1] if top_indices else -1
    while index >= 0:
        rising.append(pairs[index])
        index = previous[index]
    return rising[::-1]


def _joined(blocks: list[Block]) -> list[Block]:
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and (last.old + last.length, last.new + last.length) == (block.old, block.new):
            joined[-1] = Block(last.old, last.new, last.length + block.length)
        else:
            joined.append(block)
    return joined
