"""How the end of a book differs from its beginning: its last two chapters against its first two.

Small models decay late. Both ends are cut to the words of the shorter one, since most metrics
depend on length.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from novelgen.text.prose_metrics.cleaning import clean_up
from novelgen.text.prose_metrics.measuring import measure_words
from novelgen.text.prose_metrics.metric_words import placed_words
from novelgen.text.prose_metrics.windows import Section

_CHAPTERS = 2
LEAST_CHAPTERS = 2 * _CHAPTERS
"""Chapters with text that a book needs."""
_LEAST_WORDS = 100
# Enough to tell by, and no more of a book whose chapters are books.
_MOST_WORDS = 50_000


@dataclass(frozen=True, slots=True)
class Drift:
    """The metrics of both ends of a book."""

    words: int
    """Metrics' words that each end was measured over."""
    first: Mapping[str, float]
    last: Mapping[str, float]

    def ratio(self, metric: str) -> float | None:
        """The last chapters' value over that of the first ones; None over 0 or nothing."""
        first, last = self.first.get(metric), self.last.get(metric)
        return last / first if first and last is not None else None


class DriftReader:
    """Keeps the ends of a book whose chapters come one by one."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._last: deque[str] = deque(maxlen=_CHAPTERS)
        self._num_chapters = 0

    def read(self, section: Section) -> None:
        """Takes the next chapter. One without words is none."""
        text = clean_up(section.text)
        if next(placed_words(text), None) is None:
            return
        self._num_chapters += 1
        if self._num_chapters <= _CHAPTERS:
            self._first.append(text)
        else:
            self._last.append(text)

    def drift(self) -> Drift | None:
        """The drift; None for a book of too few chapters, or of too few words in them."""
        if self._num_chapters < LEAST_CHAPTERS:
            return None
        ends = ["\n\n".join(texts) for texts in (self._first, self._last)]
        placed = [list(placed_words(text)) for text in ends]
        words = min(_MOST_WORDS, *map(len, placed))
        if words < _LEAST_WORDS:
            return None
        first, last = (
            _measure_first(text, found[:words]) for text, found in zip(ends, placed, strict=True)
        )
        return Drift(words, first, last)


def _measure_first(text: str, placed: list[tuple[str, int, int]]) -> Mapping[str, float]:
    begin, end = placed[0][1], placed[-1][2]
    words = [word for word, _, _ in placed]
    starts = [start - begin for _, start, _ in placed]
    return measure_words(text[begin:end], words, starts).values
