"""Finds prose that turns in circles: more and more of it was said just before."""

from collections.abc import Iterator, Sequence

from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.alarms.prose_words import ngrams, placed_words

_N = 4
_STRETCH = 60
"""Words in which repeats are counted."""
_BEFORE = 600
_MOST_REPEATS = 7
"""Of the 57 n-grams of a stretch; of 1,000 human words, 1 in 20 repeats more than 13 of 997."""


def loop_alarms(text: str, before: Sequence[str]) -> Iterator[Alarm]:
    """Where a text says again what it, or the words just before it, said. At most one alarm."""
    placed = placed_words(text)
    known = set(ngrams(before[-_BEFORE:], _N))
    repeated: list[int] = []
    for at, gram in enumerate(ngrams(placed.words, _N)):
        if gram in known:
            repeated = [each for each in repeated if each > at - _STRETCH] + [at]
            if len(repeated) > _MOST_REPEATS:
                start, end = placed.starts[repeated[0]], placed.ends[at + _N - 1]
                detail = f"{len(repeated)} of {_STRETCH} words begin something said just before"
                yield Alarm(AlarmKind.LOOP, start, end, detail)
                return
        known.add(gram)
