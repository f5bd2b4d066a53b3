"""With what memory a segment is read by `eval memory`. Knows no torch."""

from enum import StrEnum


class Reading(StrEnum):
    """What stands before the segment."""

    TRUE = "true"
    """The memory of this book, then the tail if there is one, as for the next two."""
    RESET = "reset"
    """The initial memory."""
    OTHER_BOOK = "other_book"
    """The memory of another book after as many segments."""
    CONTROL = "control"
    """No memory: a model tuned without."""
    FULL_CONTEXT = "full_context"
    """The initial memory, and verbatim the two segments before the tail."""


COMPARED = (Reading.RESET, Reading.OTHER_BOOK, Reading.CONTROL)
"""The readings that the true memory has to beat."""
