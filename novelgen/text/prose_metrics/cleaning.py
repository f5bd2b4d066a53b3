"""The text that prose metrics are taken of, and where each piece of it stood in the file.

Dropped: YAML front matter, and lines that start with `#`. Curly quotes become straight. Everything
else stays to the character, so that figures can be compared with figures.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter

from novelgen.text.books import FRONT_MATTER
from novelgen.text.straight_marks import straightened

_HEADING_LINES = re.compile(r"^#[^\n]*(?:\n|\Z)", re.MULTILINE)
PARAGRAPH_BREAK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text as it is measured, with the way back to the text as it is kept."""

    text: str
    kept_from: tuple[tuple[int, int], ...]
    """Where each kept stretch begins, in `text` and in the text as it is kept, in order."""
    paragraph_starts: tuple[int, ...]
    """Where the paragraphs begin, in `text`. An empty line parts two of them."""

    def original(self, place: int) -> int:
        """The character of the text as it is kept that a character of `text` comes from."""
        index = bisect_right(self.kept_from, place, key=itemgetter(0)) - 1
        clean, original = self.kept_from[max(0, index)]
        return original + place - clean

    def paragraph(self, place: int) -> int:
        """The number, from 1, of the paragraph that a character of `text` stands in."""
        return max(1, bisect_right(self.paragraph_starts, place))


def clean_up(raw: str) -> str:
    """The text as it is measured. Line ends are `\\n` already."""
    return cleaned(raw, end_of_front_matter(raw)).text


def end_of_front_matter(raw: str) -> int:
    """Where the text of a file begins: 0 without front matter."""
    matter = FRONT_MATTER.match(raw)
    return matter.end() if matter else 0


def cleaned(raw: str, begin: int = 0) -> CleanText:
    """The text from a place on as it is measured, with the way back. Front matter stays."""
    pieces: list[str] = []
    kept_from: list[tuple[int, int]] = []
    length = 0
    headings = _HEADING_LINES.finditer(raw, begin) if "#" in raw else ()
    for heading in [*headings, None]:
        end = heading.start() if heading else len(raw)
        if end > begin or not (heading or kept_from):
            kept_from.append((length, begin))
            pieces.append(raw[begin:end])
            length += end - begin
        begin = heading.end() if heading else end
    text = "".join(pieces)
    text = straightened(text)
    return CleanText(text, tuple(kept_from), _paragraph_starts(text))


def _paragraph_starts(text: str) -> tuple[int, ...]:
    first = len(text) - len(text.lstrip())
    breaks = PARAGRAPH_BREAK.finditer(text, first)
    return (first, *(end for match in breaks if (end := match.end()) < len(text)))
