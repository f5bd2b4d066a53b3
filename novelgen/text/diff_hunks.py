"""The changes of a word diff with a little text around them: what fits on a screen.

Guarantees that every change is in one hunk, in order. Knows no layout: where text was left out
is for the display to mark.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from novelgen.text.word_diff import DiffKind, DiffSpan

_PARAGRAPH = re.compile(r"[^\S\n]*\S[^\n]*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class DiffHunk:
    """Changes that stand close together."""

    spans: tuple[DiffSpan, ...]
    paragraph: int
    """The number, in the new text and from 1, of the paragraph where the first change stands."""


def diff_hunks(spans: Sequence[DiffSpan], context_words: int = 12) -> tuple[DiffHunk, ...]:
    """The hunks of a diff; of equal text `context_words` on each side of a change stay."""
    starts = _paragraph_starts(spans)
    hunks: list[DiffHunk] = []
    current: list[DiffSpan] = []
    paragraph = new_length = 0
    for index, span in enumerate(spans):
        is_last = index == len(spans) - 1
        if span.kind is not DiffKind.EQUAL:
            if not paragraph:
                paragraph = _number(starts, new_length, span)
            current.append(span)
        elif paragraph and not is_last and len(_WORD.findall(span.text)) <= 2 * context_words:
            current.append(span)
        else:
            if paragraph:
                hunks.append(DiffHunk((*current, *_head(span.text, context_words)), paragraph))
            current, paragraph = _tail(span.text, context_words), 0
        new_length += 0 if span.kind is DiffKind.DELETED else len(span.text)
    if paragraph:
        hunks.append(DiffHunk(tuple(current), paragraph))
    return tuple(hunks)


def _head(text: str, num_words: int) -> list[DiffSpan]:
    ends = [match.end() for match in islice(_WORD.finditer(text), num_words + 1)]
    end = len(text) if len(ends) <= num_words else ends[num_words - 1] if num_words else 0
    return [DiffSpan(DiffKind.EQUAL, text[:end])] if end else []


def _tail(text: str, num_words: int) -> list[DiffSpan]:
    starts = [match.start() for match in _WORD.finditer(text)]
    start = 0 if len(starts) <= num_words else [*starts, len(text)][len(starts) - num_words]
    return [DiffSpan(DiffKind.EQUAL, text[start:])] if start < len(text) else []


def _paragraph_starts(spans: Sequence[DiffSpan]) -> list[int]:
    """The characters at which the paragraphs of the new text start."""
    new = "".join(span.text for span in spans if span.kind is not DiffKind.DELETED)
    return [match.start() for match in _PARAGRAPH.finditer(new)]


def _number(starts: list[int], position: int, change: DiffSpan) -> int:
    if change.kind is DiffKind.INSERTED:
        position += len(change.text) - len(change.text.lstrip())
    return max(1, bisect_right(starts, position))
