"""What a text says twice: repeated runs of words, counted and found.

Runs of one word are grouped, and each group is parted by the word that follows, as long as two
places go on alike. Time grows with the length of the text and with how much of it is repeated;
nothing is hashed by chance, so the counts are exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 80
"""Words up to which a repeated run is followed."""
_LEAST_PASSAGE = 4

_Groups = list[list[int]]


@dataclass(frozen=True, slots=True)
class RepeatCounts:
    """How much of a text is repeated, by the length of the runs in words."""

    num_words: int
    surplus: tuple[int, ...]
    """Of runs of n words at `n - 1`: how many there are beyond the first of each kind."""
    kinds: tuple[int, ...]
    """Of runs of n words at `n - 1`: how many kinds stand more than once."""

    @property
    def longest(self) -> int:
        """Words in the longest run that stands twice, up to `LONGEST`."""
        return len(self.kinds)

    def share_repeated(self, length: int) -> float:
        """Runs of `length` words that were there before, per run, 0 to 1."""
        runs = self.num_words - length + 1
        return self.surplus[length - 1] / runs if 0 < length <= self.longest and runs > 0 else 0.0

    def kinds_repeated(self, length: int) -> int:
        """Kinds of runs of `length` words that stand more than once."""
        return self.kinds[length - 1] if 0 < length <= self.longest else 0


@dataclass(frozen=True, slots=True)
class RepeatedRun:
    """A run of words and every place where it stands, in words from the start, in order."""

    length: int
    starts: tuple[int, ...]


def count_repeats(words: Sequence[str]) -> RepeatCounts:
    """The counts for all lengths up to the longest run that stands twice."""
    surplus, kinds = [], []
    for groups in _repeated(words):
        surplus.append(sum(map(len, groups)) - len(groups))
        kinds.append(len(groups))
    return RepeatCounts(len(words), tuple(surplus), tuple(kinds))


def repeated_runs(words: Sequence[str], least: int = _LEAST_PASSAGE) -> list[RepeatedRun]:
    """The repeated runs of at least so many words, the longest first, none inside another.

    A run that stands inside a longer one is told only where it also stands elsewhere.
    """
    levels = list(_repeated(words))
    covered = bytearray(len(words))
    found: list[RepeatedRun] = []
    for length in range(len(levels), least - 1, -1):
        for group in levels[length - 1]:
            if all(covered[start] and covered[start + length - 1] for start in group):
                continue
            found.append(RepeatedRun(length, tuple(group)))
            for start in group:
                covered[start : start + length] = b"\x01" * length
    return found


def _repeated(words: Sequence[str]) -> Iterator[_Groups]:
    """For 1, 2, 3 ... words the groups of places that share a run; ends when none does."""
    groups: _Groups = _grouped(words, range(len(words)), 0)
    length = 1
    while groups and length <= LONGEST:
        yield groups
        longer: _Groups = []
        for group in groups:
            longer += _grouped(words, group, length)
        groups = longer
        length += 1


def _grouped(words: Sequence[str], starts: Sequence[int], offset: int) -> _Groups:
    """The places that have the same word at an offset, those alone left out."""
    by_word: dict[str, list[int]] = {}
    for start in starts:
        if start + offset < len(words):
            by_word.setdefault(words[start + offset], []).append(start)
    return [group for group in by_word.values() if len(group) > 1]
