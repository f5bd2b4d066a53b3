"""The beginning of an answer, freed of what the engine had in mind already.

A model that is asked to go on likes to repeat the last sentence, or the beginning that it was told;
what it repeats is taken off. Letters and digits alone are compared, so that other quotation marks
or line ends do not hide a repetition. What might still become one is held until it is certain.
"""

import re
from collections.abc import Callable, Iterator

_LEAST_ECHO = 16
"""Letters that must be the same: fewer are chance."""
_LONGEST_ECHO = 1_200
"""Characters of the end of the tail that are looked at."""
_FENCE = re.compile(r"\s*```[a-z]*\s*\n")
_MAYBE_FENCE = re.compile(r"\s*(?:`{1,2}|```[a-z]*\s*)?")
_SPEECH = '“"‘«„'


class AnswerStart:
    """Lets an answer through, without what it repeats at its beginning."""

    def __init__(self, reply_start: str = "", tail: str = "") -> None:
        """`reply_start` is the beginning that the caller adds again, `tail` what stands before."""
        self._reply_start = reply_start
        self._start_letters = _squeezed(reply_start)
        self._tail = tail[-_LONGEST_ECHO:]
        self._tail_letters = _letters(self._tail)
        self._held: str | None = ""
        """None once the beginning is settled."""

    def add(self, piece: str) -> str:
        """What of the answer is certain now."""
        if self._held is None:
            return piece
        self._held += piece
        if self._is_open(self._held):
            return ""
        return self.finish()

    def finish(self) -> str:
        """What was held back, once nothing more comes that could tell."""
        held, self._held = self._held, None
        return "" if held is None else self._settled(held)

    def _is_open(self, held: str) -> bool:
        """Whether more of the answer could show that its beginning repeats something."""
        if self._reply_start:
            if _MAYBE_FENCE.fullmatch(held):
                return True
            squeezed = _squeezed(_without_fence(held))
            return len(squeezed) < len(self._start_letters) and self._start_letters.startswith(
                squeezed
            )
        if not self._tail_letters:
            return False
        letters = _letters(held)
        if not letters:
            return True
        return any(
            self._tail_letters.startswith(letters, place)
            for place in self._echo_places(letters)
            if len(self._tail_letters) - place >= len(letters)
        )

    def _echo_places(self, letters: str) -> Iterator[int]:
        """Where in the tail's letters a long enough end of it begins as the answer does."""
        last = len(self._tail_letters) - _LEAST_ECHO
        places = _places(self._tail_letters, letters[:_LEAST_ECHO])
        return (place for place in places if place <= last)

    def _settled(self, held: str) -> str:
        if self._reply_start:
            held = _without_fence(held)
            squeezed = _squeezed(held)
            if not squeezed.startswith(self._start_letters):
                return held
            return held[_end_of(held, len(self._start_letters), str.isspace) :]
        return self._joined(self._without_echo(held))

    def _without_echo(self, held: str) -> str:
        letters = _letters(held)
        sizes = [
            len(self._tail_letters) - place
            for place in self._echo_places(letters)
            if letters.startswith(self._tail_letters[place:])
        ]
        if not sizes:
            return held
        longest = max(sizes)
        end = _end_of(held, longest, lambda character: not character.isalnum())
        closing = re.search(r"[^\w\s]*\s*$", self._tail)
        marks = closing.group().strip() if closing else ""
        while end < len(held) and held[end] in marks:
            end += 1
        return held[end:]

    def _joined(self, text: str) -> str:
        """Speech begins a paragraph; servers take the line ends before an answer away."""
        is_speech = text[:1] in _SPEECH and bool(text)
        return f"\n\n{text}" if is_speech and self._tail and not self._tail[-1].isspace() else text


def _letters(text: str) -> str:
    """Letters and digits, one for one."""
    return "".join(character.lower()[0] for character in text if character.isalnum())


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _without_fence(text: str) -> str:
    """Code fences are how chat models dress an answer in JSON."""
    fence = _FENCE.match(text)
    return text[fence.end() :] if fence else text


def _places(text: str, beginning: str) -> Iterator[int]:
    """Where in `text` that beginning is."""
    place = text.find(beginning)
    while place >= 0 and beginning:
        yield place
        place = text.find(beginning, place + 1)


def _end_of(text: str, count: int, is_skipped: Callable[[str], bool]) -> int:
    """The offset behind the first `count` characters that are not skipped."""
    for offset, character in enumerate(text):
        count -= not is_skipped(character)
        if count <= 0:
            return offset + 1
    return len(text)
