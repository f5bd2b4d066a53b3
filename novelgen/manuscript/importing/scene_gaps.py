"""Ends of scenes: typed ornaments, and wider gaps between paragraphs where they mean that.

Gaps count only in a book that has no ornaments, in which few paragraphs, but more than one, stand
further apart than the others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from novelgen.manuscript.importing.blocks import Block, Break, Paragraph
from novelgen.text.emphasis import without_marks
from novelgen.text.ornaments import is_ornament

_MAX_CHARS = 200
"""No ornament is longer."""
_LEAST_GAPS = 2
_MAX_SHARE = 0.12
"""Of paragraphs that may stand further apart; of more of them it is the look of the page."""


def with_breaks(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with a break for every end of a scene."""
    typed = [_typed(block) for block in blocks]
    if any(isinstance(block, Break) for block in typed):
        return typed
    usual = _usual_gap(typed)
    return typed if usual is None else list(_parted(typed, usual))


def _typed(block: Block) -> Block:
    if not isinstance(block, Paragraph) or block.is_verbatim or len(block.text) > _MAX_CHARS:
        return block
    return Break(block.edges) if is_ornament(without_marks(block.text)) else block


def _usual_gap(blocks: Sequence[Block]) -> int | None:
    """The empty lines between paragraphs, where more of them end a scene; None where not."""
    gaps = Counter(
        later.gap
        for earlier, later in pairwise(blocks)
        if isinstance(earlier, Paragraph) and isinstance(later, Paragraph)
    )
    if not gaps:
        return None
    usual = gaps.most_common(1)[0][0]
    wider = sum(count for gap, count in gaps.items() if gap > usual)
    return usual if _LEAST_GAPS <= wider <= _MAX_SHARE * gaps.total() else None


def _parted(blocks: Sequence[Block], usual: int) -> Iterator[Block]:
    earlier: Block | None = None
    for block in blocks:
        if isinstance(earlier, Paragraph) and isinstance(block, Paragraph) and block.gap > usual:
            yield Break()
        yield replace(block, gap=0) if isinstance(block, Paragraph) else block
        earlier = block
