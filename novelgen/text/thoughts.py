"""Takes out of a model's text what it thinks aloud before or between what it says.

Reasoning models write a block, `<think>…</think>` and the like, that is no part of their answer.
Guarantees that nothing inside such a block is ever shown, however the text is cut into pieces, and
that a block which is never closed takes everything after it along. Knows no tokens.
"""

import re
from collections.abc import Iterable, Sequence

THOUGHT_MARKS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
)
"""What opens a block and what closes it, in any case: DeepSeek and Qwen, others, Mistral."""

_CLOSINGS = {opening.lower(): closing for opening, closing in THOUGHT_MARKS}
_OPENINGS = tuple(_CLOSINGS)
_ALL_MARKS = (*_OPENINGS, *(closing.lower() for closing in _CLOSINGS.values()))


def _any_of(marks: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, marks)), re.IGNORECASE | re.ASCII)


_OPENING, _ANY = _any_of(_OPENINGS), _any_of(_ALL_MARKS)
_LONGEST = max(map(len, _ALL_MARKS))


class ThoughtFilter:
    """What is said, out of a text that comes in pieces.

    The beginning of what might be a mark is held until it is certain. White space after a block is
    dropped where none is needed.
    """

    def __init__(self, *, heeds_strays: bool = False) -> None:
        """`heeds_strays`: a mark that closes what nobody opened ends a block that was opened in the
        prompt; then all that was said before was thought."""
        self._marks = _ANY if heeds_strays else _OPENING
        self._beginnings = _ALL_MARKS if heeds_strays else _OPENINGS
        self.is_void = False
        """Whether what was said so far turned out to be thought. The caller sets it back."""
        self._held = ""
        self._closing: re.Pattern[str] | None = None
        self._drops_space = False
        self._ends_in_space = True

    def add(self, piece: str) -> str:
        """Take the next piece; returns what is certain to be said."""
        if self._closing is None and not (self._held or "<" in piece or "[" in piece):
            return self._say(piece)
        self._held += piece
        said = ""
        while True:
            if self._closing is not None and not self._leave_block(self._closing):
                return said
            mark = self._marks.search(self._held)
            if mark is None:
                certain = len(self._held) - _held_length(self._held, self._beginnings)
                said += self._say(self._held[:certain])
                self._held = self._held[certain:]
                return said
            said += self._say(self._held[: mark.start()])
            self._held = self._held[mark.end() :]
            closing = _CLOSINGS.get(mark[0].lower())
            if closing is None:
                said, self.is_void = "", True
                self._drops_space = self._ends_in_space = True
            else:
                self._closing = _any_of([closing])

    def finish(self) -> str:
        """What was held back; nothing of a block that is still open."""
        said = "" if self._closing is not None else self._say(self._held)
        self._held = ""
        return said

    def _leave_block(self, closing: re.Pattern[str]) -> bool:
        """Drop what is thought, and say whether the thinking has ended."""
        end = closing.search(self._held)
        if end is None:
            self._held = self._held[-_LONGEST:]
            return False
        self._held = self._held[end.end() :]
        self._closing = None
        self._drops_space = self._ends_in_space
        return True

    def _say(self, text: str) -> str:
        if self._drops_space:
            text = text.lstrip()
        if text:
            self._drops_space, self._ends_in_space = False, text[-1].isspace()
        return text


def without_thoughts(answer: str) -> str:
    """A whole answer without its blocks.

    What stands before a closing mark that nothing opened was thought too: the block was opened in
    the prompt.
    """
    thoughts = ThoughtFilter(heeds_strays=True)
    return thoughts.add(answer) + thoughts.finish()


def _held_length(text: str, marks: Sequence[str]) -> int:
    """Length of the end of `text` that a mark may begin with."""
    for size in range(min(len(text), _LONGEST - 1), 0, -1):
        end = text[-size:]
        if end[0] in "<[" and any(mark.startswith(end.lower()) for mark in marks):
            return size
    return 0
