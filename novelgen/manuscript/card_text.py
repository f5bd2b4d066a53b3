"""Text on a card: escaped for XML, and fitted into its width without knowing the reader's fonts."""

import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

from novelgen.text.sanitize import clean_line

_EM_NARROW, _EM_WIDE = 0.55, 1.05
"""About how wide characters of a serif are, in their size; the wide ones are those of CJK."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `colour` is a class of the card."""

    text: str
    x: float
    y: float
    size: float
    colour: str
    is_bold: bool = False
    is_italic: bool = False
    is_small: bool = False
    """Whether it is set without serifs, as the small print is."""
    anchor: str = "start"

    def element(self) -> str:
        classes = f"{self.colour} small" if self.is_small else self.colour
        style = ' font-weight="bold"' if self.is_bold else ""
        style += ' font-style="italic"' if self.is_italic else ""
        style += f' text-anchor="{self.anchor}"' if self.anchor != "start" else ""
        return (
            f'  <text class="{classes}" x="{self.x:.1f}" y="{self.y:.1f}" '
            f'font-size="{self.size:.0f}"{style}>{escape(clean_line(self.text))}</text>\n'
        )


def text_element(name: str, text: str) -> str:
    """An element with nothing but text, such as the title of a document."""
    return f"  <{name}>{escape(clean_line(text))}</{name}>\n"


def width_of(text: str, size: float) -> float:
    """About how wide a text is."""
    ems = sum(
        _EM_WIDE if unicodedata.east_asian_width(character) in "WF" else _EM_NARROW
        for character in text
    )
    return ems * size


def fitted(
    text: str, width: float, largest: float, smallest: float, most_lines: int
) -> tuple[float, list[str]]:
    """The largest size at which a text fits, and its lines; what does not fit at all is cut."""
    size = largest
    while size > smallest:
        lines = _wrapped(text, width, size)
        if len(lines) <= (1 if size > (largest + smallest) / 2 else most_lines):
            return size, lines
        size -= 2
    lines = _wrapped(text, width, smallest)
    if len(lines) > most_lines:
        lines = lines[:most_lines]
        lines[-1] = f"{lines[-1].rstrip()[:-1]}…"
    return smallest, lines


def _wrapped(text: str, width: float, size: float) -> list[str]:
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, width, size):
            longer = f"{lines[-1]} {piece}".strip()
            if lines[-1] and width_of(longer, size) > width:
                lines.append(piece)
            else:
                lines[-1] = longer
    return lines


def _pieces(word: str, width: float, size: float) -> list[str]:
    """A word, or as much of it as fits in a line at a time."""
    pieces = [""]
    for character in word:
        if pieces[-1] and width_of(pieces[-1] + character, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
