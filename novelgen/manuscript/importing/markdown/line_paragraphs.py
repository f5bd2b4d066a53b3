"""Whether the lines of a Markdown file are paragraphs, though no empty lines part them.

CommonMark makes one paragraph of them. But lines of very different lengths, some of them far longer
than any screen is wide, dozens of them without an empty one, are what people type as paragraphs.
"""

from collections.abc import Sequence

_LONG_LINE = 100
_SHARE_OF_LONG_LINES = 0.1
_LINES_TOGETHER = 12
"""With no empty line among them, on average. Lines of single sentences come in fewer."""


def are_paragraphs(lines: Sequence[str]) -> bool:
    """Whether each line is to be read as a paragraph."""
    filled = stretches = long = 0
    was_filled = False
    for line in lines:
        is_filled = bool(line.strip()) and not line.startswith("#")
        filled += is_filled
        stretches += is_filled and not was_filled
        long += is_filled and len(line) > _LONG_LINE
        was_filled = is_filled
    is_together = filled >= _LINES_TOGETHER * max(1, stretches)
    return is_together and long >= _SHARE_OF_LONG_LINES * filled
