"""Whether a book stays with its matter and its people, told without a judge.

Taken over blocks of 1,000 metrics' words, one after the other; a shorter rest is no block. The
first block of a book has nothing before it and gets no figures. English only.
"""

import functools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from novelgen.text.content_words import is_content, stem
from novelgen.text.names import capitalised_words, names_in
from novelgen.text.prose_metrics.windows import Window

BLOCK_WORDS = 1_000


class CoherenceFigure(Enum):
    """What is told of a block."""

    COSINE = "cosine"
    """Cosine of the counts of content words in the block and in the one before.

    Content words are the metrics' words that are no stop words and longer than a letter
    (`novelgen.text.content_words`), by their stems; names are among them.
    """
    SEEN_NAMES = "seen_names"
    """Share, 0 to 1, of the uses of names whose name stood in an earlier block.

    Names are words with a capital in mid-sentence in this block or an earlier one
    (`novelgen.text.names`); their uses at the start of sentences count as well. A block without
    names has no such figure.
    """
    NEW_NAMES = "new_names"
    """Names with a capital in mid-sentence that stood so in no earlier block."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure lies in most blocks of human novels; both ends belong to it."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


RANGES = {
    CoherenceFigure.COSINE: Range(0.20, 0.55),
    CoherenceFigure.SEEN_NAMES: Range(0.55, 1.0),
    CoherenceFigure.NEW_NAMES: Range(0, 8),
}


@dataclass(frozen=True, slots=True)
class CoherenceBlock:
    """The figures of a block."""

    number: int
    """From 2."""
    chapter: int
    """That it begins in."""
    figures: Mapping[CoherenceFigure, float]

    def is_inside(self) -> bool:
        """Whether all its figures are inside their ranges."""
        return all(RANGES[figure].holds(value) for figure, value in self.figures.items())


class CoherenceReader:
    """Reads a book block by block, remembering its names and the block before."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._before: Counter[str] | None = None

    def read(self, window: Window) -> CoherenceBlock | None:
        """The figures of the next block; None for the first one, and for a shorter rest."""
        if len(window.words) < BLOCK_WORDS:
            return None
        content, before = content_counts(window.words), self._before
        names = names_in(window.text)
        figures = {}
        if before is not None:
            figures[CoherenceFigure.COSINE] = cosine(before, content)
            used = [
                word
                for word in capitalised_words(window.text)
                if word in names or word in self._names
            ]
            if used:
                seen = sum(word in self._names for word in used)
                figures[CoherenceFigure.SEEN_NAMES] = seen / len(used)
            figures[CoherenceFigure.NEW_NAMES] = float(len(names - self._names))
        self._names |= names
        self._before = content
        if before is None:
            return None
        return CoherenceBlock(window.number, window.chapters[0], figures)


def share_inside(blocks: Sequence[CoherenceBlock], figure: CoherenceFigure) -> float | None:
    """Share of the blocks with a figure that have it inside its range; None where none has it."""
    values = [block.figures[figure] for block in blocks if figure in block.figures]
    return sum(map(RANGES[figure].holds, values)) / len(values) if values else None


def content_counts(words: Sequence[str]) -> Counter[str]:
    """How often each content word, by its stem, stands among the metrics' words."""
    stems: Counter[str] = Counter()
    for word, count in Counter(words).items():
        if _is_content(word):
            stems[stem(word)] += count
    return stems


@functools.lru_cache(maxsize=100_000)
def _is_content(word: str) -> bool:
    return is_content(word)


def cosine(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """The cosine of two counts; 0 where one of them is empty."""
    shared = sum(count * other.get(word, 0) for word, count in one.items())
    lengths = math.sqrt(_square(one) * _square(other))
    return shared / lengths if lengths else 0.0


def _square(counts: Mapping[str, int]) -> int:
    return sum(count * count for count in counts.values())
