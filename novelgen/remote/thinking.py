"""Takes what a model thought out of what it answers, while it streams.

A thought that is never closed hides all after it: half a thought is no prose. Where the server's
template opened the thought, only its end is seen; then all before that was a thought.
"""

_MARKS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]"))


class ThinkingFilter:
    """The answer of one row without its thoughts."""

    def __init__(self) -> None:
        self._held = ""
        self._closing: str | None = None
        """What ends the thought that is open."""
        self._is_behind_thought = False
        self.is_void = False
        """Whether all that was let through so far was a thought. The caller sets it back."""

    @property
    def is_thinking(self) -> bool:
        return self._closing is not None

    def add(self, piece: str) -> str:
        """What of the answer is certain now."""
        self._held += piece
        shown = ""
        while True:
            if self._closing is not None and not self._close(self._closing):
                return shown
            found = _first_mark(self._held)
            if found is None:
                return shown + self._pass_on(len(self._held) - _begun_mark(self._held))
            place, mark, closing = found
            if closing is None:  # the end of a thought whose beginning nobody saw
                shown, self.is_void = "", True
                self._drop(place + len(mark))
            else:
                shown += self._pass_on(place)
                self._held = self._held[len(mark) :]
                self._closing = closing

    def _close(self, closing: str) -> bool:
        """End the thought, if its end is there."""
        place = self._held.find(closing)
        if place < 0:
            self._held = self._held[-(len(closing) - 1) :]
            return False
        self._closing = None
        self._drop(place + len(closing))
        return True

    def _drop(self, end: int) -> None:
        """A thought ends there; the line ends behind it belong to it."""
        self._held = self._held[end:]
        self._is_behind_thought = True

    def _pass_on(self, end: int) -> str:
        passed, self._held = self._held[:end], self._held[end:]
        if self._is_behind_thought:
            passed = passed.lstrip("\n")
            self._is_behind_thought = not passed
        return passed

    def finish(self) -> str:
        """What was held back, once nothing more comes; nothing of a thought that is open."""
        return "" if self.is_thinking else self._pass_on(len(self._held))


def _first_mark(text: str) -> tuple[int, str, str | None] | None:
    """Place and text of the first mark, and what closes it; None where it closes by itself."""
    found = [
        (place, mark, closing)
        for opening, end in _MARKS
        for mark, closing in ((opening, end), (end, None))
        if (place := text.find(mark)) >= 0
    ]
    return min(found, key=lambda each: each[0], default=None)


def _begun_mark(text: str) -> int:
    """Characters at the end that a mark may begin with."""
    longest = max(len(mark) for pair in _MARKS for mark in pair) - 1
    for size in range(min(longest, len(text)), 0, -1):
        end = text[-size:]
        if any(mark.startswith(end) for pair in _MARKS for mark in pair):
            return size
    return 0
