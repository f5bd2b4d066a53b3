"""The words that prose metrics count: runs of Latin letters, apostrophes inside, in lower case.

Only the metrics use these. Counts that people are shown use `novelgen.text.words`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
# The one letter that is longer in lower case, by one character.
_LENGTHENED = "İ"


def metric_words(text: str) -> list[str]:
    """The metrics' words of a text that is cleaned up."""
    return _WORD.findall(text.lower())


def placed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The metrics' words with where each starts and ends in the text."""
    lowered = text.lower()
    if len(lowered) == len(text):
        for match in _WORD.finditer(lowered):
            yield match.group(), match.start(), match.end()
        return
    grown = [i + n for n, i in enumerate(i for i, mark in enumerate(text) if mark == _LENGTHENED)]
    for match in _WORD.finditer(lowered):
        start, end = match.span()
        yield match.group(), start - bisect_left(grown, start), end - bisect_left(grown, end - 1)
