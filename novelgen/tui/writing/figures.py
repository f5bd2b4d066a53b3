"""What is counted of a chapter while it is written; lines that stay are counted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from novelgen.text.author_notes import without_notes
from novelgen.text.words import count_words
from novelgen.tui.writing.moving import paragraph_number
from novelgen.tui.writing.note_lines import hidden_notes
from novelgen.tui.writing.styling import Span


@dataclass(frozen=True, slots=True)
class ChapterFigures:
    """Of a chapter with a cursor in it; notes are no part of it."""

    words: int
    paragraph: int
    """From 1, the one that the cursor is in."""
    paragraphs: int
    share_author: float | None
    """Of the words, those that are no machine's; None where there are none."""


def figures_of(text: str, machine: Sequence[Span], cursor: int) -> ChapterFigures:
    """`machine` has the stretches of the text that a model wrote."""
    prose, words = hidden_notes(text), words_of(text)
    by_machine = sum(_counted(text[start:end]) for start, end in machine)
    return ChapterFigures(
        words,
        paragraph_number(prose, cursor),
        sum(1 for line in prose.split("\n") if line.strip()),
        1 - by_machine / words if words else None,
    )


def words_of(text: str) -> int:
    """Words of the prose."""
    return sum(map(_counted, without_notes(text)[0].split("\n")))


@lru_cache(maxsize=8192)
def _counted(line: str) -> int:
    return count_words(line)
