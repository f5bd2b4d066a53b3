"""A plain text into blocks: paragraphs, each with the empty lines before it.

Headings are found by `typed_headings`; here only lines that belong to one are kept apart. Italics
between underscores stay as they are typed.
"""

from collections.abc import Callable, Iterator, Sequence

from novelgen.manuscript.importing.blocks import Draft, Paragraph
from novelgen.manuscript.importing.gutenberg import is_inserted, without_licence
from novelgen.manuscript.importing.heading_lines import LineKind, read_heading
from novelgen.manuscript.importing.plain_text.layout import (
    TextBlock,
    joiner,
    text_blocks,
    width_of,
)
from novelgen.text.sanitize import clean_text

_TAB = " " * 4
_CENTRED = 8
"""Spaces before a line in the middle of the page."""
_LISTED_SHARE, _LEAST_LISTED = 0.6, 3
_MAX_TITLE_LINES, _LONGEST_TITLE_LINE = 4, 80
_SHARE_OF_VERSE = 0.8
_BEGINS_HEADING = frozenset({LineKind.CHAPTER, LineKind.PART, LineKind.NUMBER})


def add_plain_text(raw: str, draft: Draft) -> None:
    """Put the paragraphs of a text to a draft."""
    text = without_licence(clean_text(raw.replace("\t", _TAB)), draft)
    blocks = text_blocks(text.split("\n"))
    width, join = width_of(blocks), joiner(blocks)
    for block in blocks:
        draft.blocks += _paragraphs(block, width, join, draft)


def _paragraphs(
    block: TextBlock, width: int, join: Callable[[Sequence[str]], str], draft: Draft
) -> Iterator[Paragraph]:
    text = join(block.lines)
    if text.startswith("[") and is_inserted(text, draft):
        return
    gap = block.gap
    for lines in _parts(block.lines, width):
        stands_out = len(lines) == 1 and lines[0].startswith(" " * _CENTRED)
        yield Paragraph(join(lines), gap=gap, stands_out=stands_out)
        gap = 0


def _parts(lines: list[str], width: int) -> Iterator[list[str]]:
    """The lines of each paragraph in what no empty line divides."""
    if len(lines) == 1:
        yield lines
    elif _is_list(lines) or _is_verse(lines, width):
        yield from ([line] for line in lines)
    elif _begins_with_number(lines):
        yield lines[:1]
        yield lines[1:]
    else:
        yield lines


def _is_list(lines: Sequence[str]) -> bool:
    """Whether it is a piece of a table of contents."""
    if len(lines) < _LEAST_LISTED:
        return False
    headings = sum(_may_be_heading(line) for line in lines)
    return headings >= _LISTED_SHARE * len(lines)


def _may_be_heading(line: str) -> bool:
    read = read_heading(line)
    return read.kind in _BEGINS_HEADING and (read.is_bare or read.title[:1].isupper())


def _is_verse(lines: Sequence[str], width: int) -> bool:
    """Whether lines are set in, and end before the margin."""
    return all(line[:1].isspace() for line in lines) and all(
        len(line) < _SHARE_OF_VERSE * width for line in lines
    )


def _begins_with_number(lines: Sequence[str]) -> bool:
    """Whether the first line is a heading's number, and the others its title."""
    if len(lines) > _MAX_TITLE_LINES or max(map(len, lines)) > _LONGEST_TITLE_LINE:
        return False
    first = read_heading(lines[0])
    return first.kind in _BEGINS_HEADING and first.is_bare and not first.text.endswith("-")
