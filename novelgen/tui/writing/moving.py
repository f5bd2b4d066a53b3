"""Where the next sentence, paragraph or scene of a text begins, and the one before.

Pure functions over a text and an offset. A paragraph is a line that is not blank; a scene begins
behind a scene break, and at the beginning.
"""

import re
from collections.abc import Callable, Sequence

from novelgen.text.scene_breaks import is_scene_break
from novelgen.text.sentences import split_sentences

Move = Callable[[str, int], int]

_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")


def next_sentence(text: str, offset: int) -> int:
    """Where the next sentence begins; the end behind the last one."""
    start, end = _paragraph_around(text, offset)
    for begin in _sentence_starts(text, start, end):
        if begin > offset:
            return begin
    return next_paragraph(text, offset)


def sentence_before(text: str, offset: int) -> int:
    """Where the sentence at the offset begins, or the one before where it does already."""
    start, end = _paragraph_around(text, offset)
    before = [begin for begin in _sentence_starts(text, start, end) if begin < offset]
    if before:
        return before[-1]
    earlier = text[:start].rstrip()
    if not earlier:
        return 0
    start, end = _paragraph_around(text, len(earlier))
    return ([start, *_sentence_starts(text, start, end)])[-1]


def next_paragraph(text: str, offset: int) -> int:
    """Where the next paragraph begins; the end behind the last one."""
    line_end = text.find("\n", offset)
    found = None if line_end < 0 else _PARAGRAPH.search(text, line_end)
    return len(text) if found is None else found.start()


def paragraph_before(text: str, offset: int) -> int:
    """Where the paragraph at the offset begins, or the one before where it does already."""
    start = text.rfind("\n", 0, offset) + 1
    if start < offset and text[start:offset].strip():
        return start
    earlier = text[:start].rstrip()
    return earlier.rfind("\n") + 1 if earlier else 0


def next_scene(text: str, offset: int) -> int:
    """The first paragraph of the next scene; the end in the last one."""
    return next((begin for begin in _scene_starts(text) if begin > offset), len(text))


def scene_before(text: str, offset: int) -> int:
    """The first paragraph of the scene, or of the one before where the offset is there already."""
    return max((begin for begin in _scene_starts(text) if begin < offset), default=0)


def sentence_around(text: str, offset: int) -> tuple[int, int]:
    """`[start, end)` of the sentence that the offset is in, without the white space before it."""
    start, end = _paragraph_around(text, offset)
    begins = [start, *(each for each in _sentence_starts(text, start, end) if each > start)]
    first = max(each for each in begins if each <= max(offset, start))
    last = next((each for each in begins if each > first), end)
    return first, first + len(text[first:last].rstrip())


def paragraph_around(text: str, offset: int) -> tuple[int, int]:
    """`[start, end)` of the line that the offset is in."""
    return _paragraph_around(text, offset)


def paragraph_number(text: str, offset: int) -> int:
    """Which paragraph, from 1, the offset is in or just behind; 0 before the first."""
    line_end = text.find("\n", offset)
    before = text if line_end < 0 else text[:line_end]
    return sum(1 for line in before.split("\n") if line.strip())


def paragraph_start(text: str, number: int) -> int:
    """Where a paragraph, from 1, begins; the last one for a number past the end."""
    starts = [each.start() for each in _PARAGRAPH.finditer(text)]
    return starts[min(max(number, 1), len(starts)) - 1] if starts else 0


def _paragraph_around(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return start, len(text) if end < 0 else end


def _sentence_starts(text: str, start: int, end: int) -> Sequence[int]:
    """Where the sentences of a paragraph begin, behind the white space before them."""
    paragraph = text[start:end]
    starts = []
    for sentence in split_sentences(paragraph):
        told = paragraph[sentence.start : sentence.end]
        starts.append(start + sentence.start + len(told) - len(told.lstrip()))
    return starts


def _scene_starts(text: str) -> Sequence[int]:
    starts = [0]
    for line in _PARAGRAPH.finditer(text):
        if is_scene_break(line.group()):
            found = _PARAGRAPH.search(text, line.end())
            if found is not None:
                starts.append(found.start())
    return starts
