"""Words as the alarms compare them: lower case, with the place that each has in its text.

The words of the prose metrics: letters and inner apostrophes, whatever stands between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.text.prose_metrics import metric_words
from novelgen.text.straight_marks import straightened


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """The words of a text and their offsets; the three lists have one length."""

    words: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.words)


def placed_words(text: str) -> PlacedWords:
    """All words of the text, in order."""
    found = list(metric_words.placed_words(straightened(text)))
    return PlacedWords(
        [word for word, _, _ in found],
        [start for _, start, _ in found],
        [end for _, _, end in found],
    )


def ngrams(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """All runs of so many words, in order."""
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
