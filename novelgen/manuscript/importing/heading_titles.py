"""Titles that stand below the number: “CHAPTER I”, and then “THE FUNERAL” in a line of its own.

Taken for titles only where that is the custom of the book; one short line under one number is
prose.
"""

from collections.abc import Sequence
from dataclasses import replace

from novelgen.manuscript.importing.blocks import Block, Heading, Paragraph
from novelgen.manuscript.importing.heading_lines import LineKind, titled
from novelgen.text.emphasis import without_marks
from novelgen.text.ornaments import is_ornament

_LEAST, _SHARE = 2, 0.6
_MAX_WORDS, _MAX_CHARS = 14, 100
_MAX_WORDS_IN_CAPITALS, _MAX_CHARS_IN_CAPITALS = 40, 300
_SHARE_CAPITALISED = 0.6
_SENTENCE_ENDS = tuple(".,;:!?…”\"’'")
_NUMBERED = frozenset({LineKind.CHAPTER, LineKind.NUMBER, LineKind.PART})


def with_titles(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, every number that a title follows by custom made one heading with it."""
    for kinds in (_NUMBERED - {LineKind.PART}, {LineKind.PART}):
        bare = [at for at, block in enumerate(blocks) if _is_bare(block, kinds)]
        for title_at in (_heading_below, _line_below):
            found = {at: title for at in bare if (title := title_at(blocks, at)) is not None}
            if len(found) >= _LEAST and len(found) >= _SHARE * len(bare):
                blocks = _merged(blocks, found)
                break
    return list(blocks)


def _is_bare(block: Block, kinds: frozenset[LineKind] | set[LineKind]) -> bool:
    return isinstance(block, Heading) and block.line.is_bare and block.line.kind in kinds


def _merged(blocks: Sequence[Block], titles: dict[int, str]) -> list[Block]:
    merged: list[Block] = []
    for at, block in enumerate(blocks):
        title = titles.get(at)
        if isinstance(block, Heading) and title is not None:
            merged.append(replace(block, line=titled(block.line, title)))
        elif at - 1 in titles:
            edges = block.edges
            previous = merged[-1]
            assert isinstance(previous, Heading)
            merged[-1] = replace(previous, edges=(*previous.edges, *edges))
        else:
            merged.append(block)
    return merged


def _heading_below(blocks: Sequence[Block], at: int) -> str | None:
    """The title where a second heading follows, not a higher one."""
    number, below = blocks[at], blocks[at + 1 : at + 2]
    if not below or not isinstance(number, Heading) or not isinstance(below[0], Heading):
        return None
    is_title = below[0].line.kind is LineKind.OTHER and below[0].level >= number.level
    return below[0].text if is_title else None


def _line_below(blocks: Sequence[Block], at: int) -> str | None:
    """The title where a short line follows, and prose after it."""
    below = blocks[at + 1 : at + 3]
    if len(below) < 2 or not isinstance(below[0], Paragraph):
        return None
    number = blocks[at]
    is_part = isinstance(number, Heading) and number.line.kind is LineKind.PART
    if not isinstance(below[1], Heading if is_part else Paragraph):
        return None
    text = without_marks(below[0].text)
    return text if _is_title(text, below[0]) else None


def _is_title(text: str, block: Paragraph) -> bool:
    words = text.split()
    if block.is_verbatim or is_ornament(text):
        return False
    if text.isupper() and len(words) <= _MAX_WORDS_IN_CAPITALS:
        return len(text) <= _MAX_CHARS_IN_CAPITALS
    if len(text) > _MAX_CHARS or len(words) > _MAX_WORDS:
        return False
    if block.stands_out:
        return True
    capitalised = sum(word[:1].isupper() for word in words)
    return capitalised >= _SHARE_CAPITALISED * len(words) and not text.endswith(_SENTENCE_ENDS)
