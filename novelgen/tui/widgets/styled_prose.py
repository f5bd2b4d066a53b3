"""Makes the paragraphs of a page out of stretches of text that have a style."""

from collections.abc import Iterable
from typing import NamedTuple

from novelgen.tui.widgets.prose_page import Paragraph, Stretch


class StyledPiece(NamedTuple):
    """A stretch of prose, line breaks included. `style` as in `Stretch`; empty for plain text."""

    text: str
    style: str = ""


def paragraphs_of(pieces: Iterable[StyledPiece]) -> list[Paragraph]:
    """The lines that are not blank, with their styles; white space around a line is left out."""
    found: list[Paragraph] = []
    line = ""
    stretches: list[Stretch] = []

    def end_line() -> None:
        nonlocal line, stretches
        if line.strip():
            found.append(Paragraph(line.rstrip(), tuple(stretches)))
        line, stretches = "", []

    for text, style in pieces:
        for count, part in enumerate(text.split("\n")):
            if count:
                end_line()
            told = part if line else part.lstrip()
            if told and style:
                stretches.append(Stretch(len(line), len(line) + len(told), style))
            line += told
    end_line()
    return found
