"""What an alarm is."""

from dataclasses import dataclass
from enum import StrEnum


class AlarmKind(StrEnum):
    """What is wrong with a stretch of prose."""

    REPEAT = "repeat"
    """Words that stand in the book already, to the letter."""
    SENTENCE = "sentence"
    """A sentence that was said a short while ago."""
    LOOP = "loop"
    """More and more of it was said just before."""
    LEAK = "leak"
    """Talk about the story instead of the story."""
    ECHO = "echo"
    """Words of the brief, which the reader must not see."""
    BORROWED_NAME = "borrowed name"
    """Somebody of a book that the model was trained on, and who is not in this one."""
    LITTER = "litter"
    """What stands on web pages and in files, not in novels."""
    QUOTES = "quotes"
    """A quotation that is never closed, or never opened."""
    PARAGRAPH = "paragraph"
    """A paragraph or a sentence that does not end."""
    NOT_PROSE = "not prose"
    """Lists, tables, code, capitals, another script."""
    BANNED = "banned phrase"
    """Words that the author does not want."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding in a text: `[start, end)` are offsets of characters in it."""

    kind: AlarmKind
    start: int
    end: int
    detail: str
    """The words that raised it, or how much there is of it."""
