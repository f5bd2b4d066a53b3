"""Takes out of a model's text what it thinks aloud before or between what it says.

Reasoning models write a block, `<think>…</think>` and the like, that is no part of their answer.
Guarantees that nothing inside such a block is ever shown, however the text is cut into pieces, and
that a block which is never closed takes everything after it along. Knows no tokens.
"""

import re

THOUGHT_MARKS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
)
"""What opens a block and what closes it, in any case: DeepSeek and Qwen, others, Mistral."""

_CLOSINGS = {opening.lower(): closing for opening, closing in THOUGHT_MARKS}
_OPENING = re.compile("|".join(map(re.escape, _CLOSINGS)), re.IGNORECASE | re.ASCII)
_STRAY = re.compile(
    "|".join(re.escape(closing) for _, closing in THOUGHT_MARKS), re.IGNORECASE | re.ASCII
)
_LONGEST = max(map(len, _CLOSINGS))


class ThoughtFilter:
    """What is said, out of a text that comes in pieces.

    The beginning of what might be a mark is held until it is certain. White space after a block is
    dropped where none is needed.
    """

    def __init__(self) -> None:
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
            opening = _OPENING.search(self._held)
            if opening is None:
                certain = len(self._held) - _held_length(self._held)
                said += self._say(self._held[:certain])
                self._held = self._held[certain:]
                return said
            said += self._say(self._held[: opening.start()])
            self._held = self._held[opening.end() :]
            closing = _CLOSINGS[opening[0].lower()]
            self._closing = re.compile(re.escape(closing), re.IGNORECASE | re.ASCII)

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
    thoughts = ThoughtFilter()
    said = thoughts.add(answer) + thoughts.finish()
    strays = list(_STRAY.finditer(said))
    return said[strays[-1].end() :].lstrip() if strays else said


def _held_length(text: str) -> int:
    """Length of the end of `text` that a mark may begin with."""
    for size in range(min(len(text), _LONGEST - 1), 0, -1):
        end = text[-size:]
        if end[0] in "<[" and any(mark.startswith(end.lower()) for mark in _CLOSINGS):
            return size
    return 0
