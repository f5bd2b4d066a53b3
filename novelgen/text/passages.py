"""The paragraphs and sentences of a chapter, numbered and of bounded length.

A paragraph is a line that is not blank. A paragraph that goes on for pages is cut into parts before
its sentences are looked for, so that no text takes more time than its length.
"""

import re
from collections.abc import Iterator

from novelgen.text.sentences import split_sentences

MAX_PASSAGE_CHARS = 300
# The segmenter takes only what can be encoded.
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# More than any paragraph that was written to be read.
_LONG_PARAGRAPH = 20_000
_PART = 5_000


def paragraphs_of(text: str) -> Iterator[tuple[int, str]]:
    """The paragraphs with their numbers from 1; a very long one in parts, of one number."""
    number = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        number += 1
        for part in _parts(line):
            yield number, part


def sentences_of(paragraph: str) -> list[str]:
    """The sentences of a paragraph, without the white space around them."""
    return [
        sentence
        for part in _parts(paragraph)
        for span in split_sentences(_LONE_SURROGATE.sub("_", part))
        if (sentence := part[span.start : span.end].strip())
    ]


def fold(text: str) -> str:
    """The text with single spaces for all white space."""
    return " ".join(text.split())


def common_prefix(one: str, other: str, backwards: bool = False) -> int:
    """How many characters two texts share at the start, or at the end; by halves, so it is fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if backwards:
            is_shared = one.endswith(other[len(other) - middle :])
        else:
            is_shared = one.startswith(other[:middle])
        low, high = (middle, high) if is_shared else (low, middle - 1)
    return low


def excerpt(text: str, start: int, end: int, max_chars: int = MAX_PASSAGE_CHARS) -> str:
    """Folded words around `[start, end)`, as many as fit; the text itself when it fits."""
    if len(text) > max_chars:
        room = max(0, max_chars - (end - start)) // 2
        left, right = max(0, start - room), end + room
        text = _whole_words(text, left, max(right, left + max_chars))[:max_chars]
    return fold(text)


def _whole_words(text: str, start: int, end: int) -> str:
    if start:
        space = text.find(" ", start)
        start = space + 1 if 0 <= space < start + 40 else start
    space = text.rfind(" ", start, end)
    return text[start : space if end < len(text) and space > end - 40 else end]


def _parts(paragraph: str) -> Iterator[str]:
    if len(paragraph) <= _LONG_PARAGRAPH:
        yield paragraph
        return
    start = 0
    while start < len(paragraph):
        end = start + _PART
        stop = max(paragraph.rfind(mark, start, end) for mark in (". ", "! ", "? "))
        space = paragraph.rfind(" ", start, end)
        end = len(paragraph) if end >= len(paragraph) else max(stop, -1) + 1 or space + 1 or end
        end = max(end, start + 1)
        yield paragraph[start:end]
        start = end
