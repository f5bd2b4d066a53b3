"""Paragraphs of the prose in a text that has the author's notes in it.

The rest of the workbench counts paragraphs without notes; one that is nothing else is none.
"""

from collections.abc import Collection

from novelgen.text.author_notes import note_spans
from novelgen.tui.writing.moving import paragraph_around, paragraph_start
from novelgen.tui.writing.styling import Span


def hidden_notes(text: str) -> str:
    """The text with every note blank, so that what remains stands where it stood."""
    for start, end in note_spans(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def paragraph_spans_of(text: str, numbers: Collection[int]) -> list[Span]:
    """Where these paragraphs of the prose, from 1, stand in a text."""
    prose = hidden_notes(text)
    return [paragraph_around(prose, paragraph_start(prose, each)) for each in sorted(set(numbers))]
