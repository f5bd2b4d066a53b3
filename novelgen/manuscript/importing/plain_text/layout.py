"""How a plain text sets its paragraphs: a line each, wrapped between empty lines, or indented.

Lines of a wrapped paragraph are joined by spaces, without one where the file is wrapped within
words, behind a hyphen or a dash.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_WRAPPED_LINE = 100
_SHARE_WRAPPED = 0.99
_SHARE_FULL = 0.75
"""Of the usual width, that a line has which does not end its paragraph."""
_SHARE_OF_FULL_LINES = 0.5
_ENDS_SENTENCE = re.compile(r"[.!?…:—-][\"”’')*_]*$")
_AT_LINE_END = re.compile(r"\w(-|—|--)$")
_BEFORE_SPACE = re.compile(r"\w(-|—|--) \S")
_SUSPENDED = re.compile(r"(?:and|or|to|nor|but)\b")
_OFTEN, _AT_LEAST = 0.5, 8


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines with no empty one among them."""

    lines: list[str]
    """With the white space that they begin with."""
    gap: int
    """Empty lines before it."""


def text_blocks(lines: Sequence[str]) -> list[TextBlock]:
    """The paragraphs of a text, each with its lines."""
    blocks = list(_between_empty_lines(lines))
    begins = _beginning(lines, blocks)
    if begins is None:
        return blocks
    return [part for block in blocks for part in _parted(block, begins)]


def width_of(blocks: Sequence[TextBlock]) -> int:
    """The width to which lines are wrapped; 0 where they are not."""
    lengths = sorted(len(line) for block in blocks for line in block.lines[:-1])
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def joiner(blocks: Sequence[TextBlock]) -> Callable[[Sequence[str]], str]:
    """Joins the lines of a paragraph as this file has them wrapped."""
    lines = [line for block in blocks for line in block.lines[:-1]]
    tight = {sign for sign in ("-", "—", "--") if _is_wrapped_behind(lines, sign)}

    def join(paragraph: Sequence[str]) -> str:
        text = ""
        for line in paragraph:
            part = " ".join(line.split())
            text = f"{text}{_joint(text, part, tight)}{part}"
        return text

    return join


def _joint(text: str, part: str, tight: set[str]) -> str:
    found = _AT_LINE_END.search(text[-4:])
    if not text or (
        found is not None and found[1] in tight and not (found[1] == "-" and _SUSPENDED.match(part))
    ):
        return ""
    return " "


def _is_wrapped_behind(lines: Sequence[str], sign: str) -> bool:
    """Whether lines end with a sign more often than spaces behind it can be the cause."""
    at_end = within = 0
    for line in lines:
        found = _AT_LINE_END.search(line.rstrip()[-4:])
        at_end += found is not None and found[1] == sign
        if sign in line:
            within += sum(match[1] == sign for match in _BEFORE_SPACE.finditer(line))
    return at_end >= _AT_LEAST and at_end > _OFTEN * within


def _between_empty_lines(lines: Sequence[str]) -> Iterator[TextBlock]:
    block: list[str] = []
    gap = waiting = 0
    for line in lines:
        if line.strip():
            if not block:
                gap, waiting = waiting, 0
            block.append(line)
        else:
            if block:
                yield TextBlock(block, gap)
                block = []
            waiting += 1
    if block:
        yield TextBlock(block, gap)


def _beginning(
    lines: Sequence[str], blocks: Sequence[TextBlock]
) -> Callable[[str, str], bool] | None:
    """Whether a line, after another one, begins a paragraph; None where no line does."""
    filled = [line for line in lines if line.strip()]
    wrapped = sum(len(line.rstrip()) <= _WRAPPED_LINE for line in filled)
    if wrapped < _SHARE_WRAPPED * len(filled):
        return lambda _, line: bool(line)
    inner = [pair for block in blocks for pair in pairwise(block.lines)]
    indented = sum(_begins_indented(before, line) for before, line in inner)
    if indented > len(blocks) and indented * 2 < len(filled):
        return _begins_indented
    if len(blocks) > 1:
        return None
    width = width_of(blocks)
    full = sum(len(line) >= _SHARE_FULL * width for line in filled)
    if full < _SHARE_OF_FULL_LINES * len(filled):
        return lambda _, line: bool(line)
    return lambda before, _: (
        len(before) < _SHARE_FULL * width and bool(_ENDS_SENTENCE.search(before[-8:]))
    )


def _begins_indented(before: str, line: str) -> bool:
    return line[:1].isspace() and not before[:1].isspace()


def _parted(block: TextBlock, begins: Callable[[str, str], bool]) -> Iterator[TextBlock]:
    part = block.lines[:1]
    gap = block.gap
    for before, line in pairwise(block.lines):
        if begins(before, line):
            yield TextBlock(part, gap)
            part, gap = [], 0
        part.append(line)
    yield TextBlock(part, gap)
