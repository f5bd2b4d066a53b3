"""Finds words of the brief in the prose: the plan is for the writer, not for the reader.

A brief says what happens in a handful of sentences; a passage that copies one tells instead of
showing. Names and short turns of speech are shared by necessity, so that only long runs count.
"""

from collections.abc import Iterator

from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.alarms.prose_words import ngrams, placed_words

_LEAST_WORDS = 7


class EchoIndex:
    """The stretches of a brief."""

    def __init__(self, brief: str) -> None:
        self._known = set(ngrams(placed_words(brief).words, _LEAST_WORDS))

    def alarms(self, text: str) -> Iterator[Alarm]:
        """Runs of the brief's words in a text, to the letter."""
        placed = placed_words(text)
        upto = 0
        for at, gram in enumerate(ngrams(placed.words, _LEAST_WORDS)):
            if at < upto or gram not in self._known:
                continue
            upto = at + _LEAST_WORDS
            while upto < len(placed) and self._holds(placed.words, upto):
                upto += 1
            start, end = placed.starts[at], placed.ends[upto - 1]
            yield Alarm(AlarmKind.ECHO, start, end, " ".join(text[start:end].split()))

    def _holds(self, words: list[str], last: int) -> bool:
        return tuple(words[last - _LEAST_WORDS + 1 : last + 1]) in self._known
