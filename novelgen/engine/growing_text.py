"""When one row's text ends, and how much of it may be shown before that is known.

Guarantees that shown text is never taken back: what might turn out to be the beginning of a
stop string, of a word too many, or of a thought, is held until it is certain. What a model thinks
aloud is no part of the text: it ends nothing, holds no words, and is never shown. Knows no tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.engine.values import FinishReason
from novelgen.text.thoughts import ThoughtFilter


@dataclass(frozen=True, slots=True)
class _Cut:
    at: int
    reason: FinishReason


class GrowingText:
    """The text of one row, cut at the first stop string or at the beginning of a word too many.

    A word is what `novelgen.text.words` says: an item between white space with at least one
    alphanumeric character.
    """

    def __init__(self, stop_strings: Sequence[str] = (), max_words: int | None = None) -> None:
        self.text = ""
        self.finish_reason: FinishReason | None = None
        self._thoughts = ThoughtFilter()
        self._stop_strings = tuple(string for string in stop_strings if string)
        self._max_words = max_words
        self._num_words = 0
        self._item_start: int | None = None
        self._item_is_word = False
        self._shown = 0

    def add(self, piece: str) -> str:
        """Append a piece; returns what may be shown now. Sets `finish_reason` at the end."""
        return self._append(self._thoughts.add(piece))

    def finish(self, reason: FinishReason) -> str:
        """End the text where it stands; returns what was held back."""
        shown = self._append(self._thoughts.finish())
        if self.finish_reason is not None:
            return shown
        return shown + self._end(len(self.text), reason)

    def _append(self, piece: str) -> str:
        start = len(self.text)
        self.text += piece
        cuts = [cut for cut in (self._word_cut(start), self._stop_cut(start)) if cut]
        if cuts:
            cut = min(cuts, key=lambda cut: cut.at)
            return self._end(cut.at, cut.reason)
        return self._show(len(self.text) - max(self._held_for_words(), self._held_for_stops()))

    def _end(self, length: int, reason: FinishReason) -> str:
        self.text = self.text[:length]
        self.finish_reason = reason
        return self._show(length)

    def _show(self, length: int) -> str:
        shown, self._shown = self.text[self._shown : length], max(self._shown, length)
        return shown

    def _word_cut(self, start: int) -> _Cut | None:
        if self._max_words is None:
            return None
        for offset in range(start, len(self.text)):
            character = self.text[offset]
            if character.isspace():
                self._item_start, self._item_is_word = None, False
                continue
            if self._item_start is None:
                self._item_start = offset
            if character.isalnum() and not self._item_is_word:
                self._item_is_word = True
                self._num_words += 1
                if self._num_words > self._max_words:
                    return _Cut(self._item_start, FinishReason.WORDS)
        return None

    def _stop_cut(self, start: int) -> _Cut | None:
        found = [
            self.text.find(string, max(0, start - len(string) + 1)) for string in self._stop_strings
        ]
        hits = [offset for offset in found if offset >= 0]
        return _Cut(min(hits), FinishReason.STOP_STRING) if hits else None

    def _held_for_words(self) -> int:
        is_last_word = self._max_words is not None and self._num_words >= self._max_words
        if not is_last_word or self._item_start is None or self._item_is_word:
            return 0
        return len(self.text) - self._item_start

    def _held_for_stops(self) -> int:
        return max((_overlap(self.text, string) for string in self._stop_strings), default=0)


def _overlap(text: str, string: str) -> int:
    """Length of the longest end of `text` that `string` begins with."""
    longest = min(len(text), len(string) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(string[:size])), 0)
