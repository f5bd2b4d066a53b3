"""Words that may have been meant: those one slip of the fingers away, then those two away.

A slip is a letter too many, too few, a wrong one, or two that changed places. Told words, such as
the names of the story, come before words of the list that are as near; after that the more used
come first. At two slips the first letter is taken to be right.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

_LETTERS = "abcdefghijklmnopqrstuvwxyz'é"
_MOST_SLIPS = 2


class Suggester:
    """Finds near words in a list of words, and in words it is told."""

    def __init__(self, words: Mapping[str, int], told: Collection[str]) -> None:
        """`words`: in lower case, with how often each is used. `told`: as they are written."""
        self._words = words
        self._told = {each.lower(): each for each in told}
        self._by_shape: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in words:
            self._by_shape[word[0], len(word)].append(word)

    def near(self, word: str, limit: int) -> list[str]:
        """At most `limit` near words, best first, with the capitals of `word`."""
        lower = word.lower()
        found = self._one_slip(lower)
        if len(found) < limit:
            found |= self._two_slips(lower)
        ranked = sorted(found, key=lambda each: (found[each], -self._use(each), each))
        shown = dict.fromkeys(self._in_capitals_of(word, each) for each in ranked)
        return [each for each in shown if each != word][:limit]

    def _one_slip(self, word: str) -> dict[str, int]:
        found = {each: 1 for each in _edits(word) if each in self._words or each in self._told}
        if word in self._told:
            found[word] = 0  # only its capital is missing
        two = self._two_words(word)
        return found | ({two: 2} if two and not found else {})

    def _two_words(self, word: str) -> str:
        """The two words that were written as one: "alot"."""
        pairs = [
            (word[:at], word[at:])
            for at in range(1, len(word))
            if word[:at] in self._words and word[at:] in self._words
        ]
        pairs = [pair for pair in pairs if min(map(len, pair)) > 1 or pair[0] in ("a", "i")]
        best = max(pairs, key=lambda pair: min(map(self._use, pair)), default=None)
        return "" if best is None else " ".join(best)

    def _two_slips(self, word: str) -> dict[str, int]:
        letters = _mask(word)
        return {
            each: slips
            for each in self._of_similar_shape(word)
            if (letters ^ _mask(each)).bit_count() <= 2 * _MOST_SLIPS
            and (slips := slips_between(word, each)) <= _MOST_SLIPS
        }

    def _of_similar_shape(self, word: str) -> Iterator[str]:
        for length in range(len(word) - _MOST_SLIPS, len(word) + _MOST_SLIPS + 1):
            yield from self._by_shape.get((word[0], length), ())
        yield from self._told

    def _use(self, word: str) -> float:
        return float("inf") if word in self._told else self._words.get(word, 0)

    def _in_capitals_of(self, word: str, found: str) -> str:
        told = self._told.get(found, found)
        if word.isupper() and len(word) > 1:
            return told.upper()
        return told[:1].upper() + told[1:] if word[:1].isupper() else told


def slips_between(one: str, other: str) -> int:
    """How many slips lie between two words (optimal string alignment); 3 stands for more."""
    if abs(len(one) - len(other)) > _MOST_SLIPS:
        return _MOST_SLIPS + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, counterpart in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != counterpart))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == counterpart:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > _MOST_SLIPS:
            return _MOST_SLIPS + 1
    return row[-1]


def _edits(word: str) -> Iterable[str]:
    """Every string that is one slip away."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in halves:
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in _LETTERS)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in _LETTERS)


def _mask(word: str) -> int:
    """The letters that a word has, a bit each."""
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) & 31)
    return mask
