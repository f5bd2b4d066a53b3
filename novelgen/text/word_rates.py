"""How often words are used in a book, and how likely words meet by chance.

A short book is eked out with what is known of English: common words are common in it too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from novelgen.text.content_words import WORD, bare, common_stems, stem
from novelgen.text.irregular_forms import BASE_FORMS

# Words of English prose that each book is taken to stand in, and what stands in these.
_PRIOR_WORDS = 100_000
_PRIOR_COMMON = 50.0
_PRIOR_RARE = 1.5
# The stem of a word begins as the word does.
_SURE_LETTERS = 2


class WordRates:
    """Counts of the words of a book, as they are written."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._stem_counts: Mapping[str, int] = {}
        self.num_words = _PRIOR_WORDS
        """Words that `rate` is over: those read, and those of English that eke them out."""

    def read(self, text: str) -> None:
        """Adds the words of a text."""
        self._counts.update(WORD.findall(text))

    def add(self, words: Iterable[str]) -> None:
        """Adds words."""
        self._counts.update(words)

    def count(self, word: str) -> int:
        """How often a word was read, in this very case, possessives included."""
        return sum(self._counts[word + ending] for ending in ("", "'s", "’s"))

    def words(self) -> frozenset[str]:
        """The words read so far, without the endings of possessives."""
        return frozenset(map(bare, self._counts))

    def count_stems(self, wanted: frozenset[str]) -> None:
        """Counts what `rate` is going to be asked for, when everything was read."""
        is_wanted = stem_filter(wanted)
        counts: Counter[str] = Counter()
        for word, count in self._counts.items():
            if is_wanted(word):
                counts[stem(word)] += count
        self._stem_counts = counts
        self.num_words = self._counts.total() + _PRIOR_WORDS

    def rate(self, wanted: str) -> float:
        """Uses of a stem per word of the book."""
        prior = _PRIOR_COMMON if wanted in common_stems() else _PRIOR_RARE
        return (self._stem_counts.get(wanted, 0) + prior) / self.num_words


def stem_filter(wanted: frozenset[str]) -> Callable[[str], bool]:
    """Tells fast which words cannot have one of these stems."""
    beginnings = {one[:_SURE_LETTERS] for one in wanted}

    def may_have(word: str) -> bool:
        lower = word.lower()
        return lower[:_SURE_LETTERS] in beginnings or lower in BASE_FORMS

    return may_have
