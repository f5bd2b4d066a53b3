"""Words that a model drew, in a text that a person edits: from stretches of characters and back.

A word is the machine's when every character of it is; one that a person had a hand in is theirs.
Words are those of `novelgen.text.words`. Knows nothing of chapters and revisions.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from novelgen.text.words import is_word

Ranges = tuple[tuple[int, int], ...]
"""Stretches `[start, end)` of characters, in order, none empty, no two of them touching."""
WordSpans = Sequence[Sequence[int]]
"""`[first, count]` each: words in a row, counted from 0; in order."""

_ITEM = re.compile(r"\S+")


def machine_words(text: str, ranges: Ranges) -> list[list[int]]:
    """The words of a text that lie wholly inside the ranges, as word spans."""
    if not ranges:
        return []
    starts = [start for start, _ in ranges]
    spans: list[list[int]] = []
    for number, (start, end) in enumerate(word_places(text)):
        at = bisect_right(starts, start) - 1
        if at < 0 or end > ranges[at][1]:
            continue
        if spans and sum(spans[-1]) == number:
            spans[-1][1] += 1
        else:
            spans.append([number, 1])
    return spans


def ranges_of_words(text: str, spans: WordSpans) -> Ranges:
    """Where word spans stand in a text, from their first character to their last."""
    places = list(word_places(text))
    ends = [(first, min(first + count, len(places))) for first, count in spans]
    found = ((places[first][0], places[last - 1][1]) for first, last in ends if first < last)
    return merged(found)


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, with those that touch made one and the empty ones left out."""
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def word_places(text: str) -> Iterator[tuple[int, int]]:
    """Where each word stands, `[start, end)`."""
    return (item.span() for item in _ITEM.finditer(text) if is_word(item.group()))
