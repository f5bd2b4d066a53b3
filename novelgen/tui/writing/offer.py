"""Ghost text: what the machine offers at the cursor, shown in its place and not part of the text.

It stands in the page as it would stand in the book, wraps with it and pushes what follows down;
neither the listener nor undo knows of it until a person takes a piece.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from novelgen.text.sentences import split_sentences
from novelgen.tui.writing.offsets import location_of
from novelgen.tui.writing.page import WritingPage
from novelgen.tui.writing.styling import Marks, Span, shifted

_WORD = re.compile(r"\s*\S+")


def first_word(text: str) -> str:
    """The first word, with the white space before it."""
    found = _WORD.match(text)
    return text if found is None else found.group()


def first_sentence(text: str) -> str:
    """The first sentence, with the white space before it."""
    sentences = split_sentences(text)
    return text[: sentences[0].end] if sentences else text


def everything(text: str) -> str:
    return text


class Offer:
    """What is offered on a page; empty while nothing is."""

    def __init__(self, page: WritingPage) -> None:
        self._page = page
        self._at: int | None = None
        self._replaced: Span | None = None
        self._text = ""

    @property
    def replaced(self) -> Span | None:
        """What the offer would stand in the place of; None where it is to be put in."""
        return self._replaced

    @property
    def is_open(self) -> bool:
        return self._at is not None

    @property
    def text(self) -> str:
        """What is offered and not taken."""
        return self._text

    def open(self, replaces: Span | None = None) -> None:
        """Offer at the cursor from now on, or in the place of a stretch that stays until then."""
        self.withdraw()
        self._at = self._page.cursor if replaces is None else replaces[1]
        self._replaced = self._page.marks.replaced = replaces
        self._page.restyle()

    def show(self, text: str) -> None:
        """Offer this."""
        if self._at is not None and text != self._text:
            self._swap(text)

    def withdraw(self) -> None:
        """Take the offer away; the text is as it was."""
        if self._at is not None:
            self._swap("")
            self._at = self._replaced = self._page.marks.replaced = None
            self._page.restyle()

    def take_instead(self) -> bool:
        """Put what is offered into the place of the stretch; whether anything was."""
        text, replaced = self._text, self._replaced
        self.withdraw()
        if replaced is not None and text:
            self._page.put_in(*replaced, text, by_machine=True)
        return bool(replaced is not None and text)

    def take(self, piece: Callable[[str], str]) -> str:
        """Make the beginning of what is offered part of the text; returns what was taken."""
        at, text = self._at, self._text
        taken = piece(text)
        if at is None or not taken:
            return ""
        self._swap("")
        self._page.put_in(at, at, taken, by_machine=True)
        self._at = at + len(taken)
        self._swap(text[len(taken) :])
        return taken

    def _swap(self, text: str) -> None:
        """Put another text into the place of the offer, unknown to undo and listener."""
        page, start = self._page, self._at or 0
        end = start + len(self._text)
        lines = page.document.lines
        first, last = location_of(lines, start), location_of(lines, end)
        result = page.document.replace_range(first, last, text)
        page.wrapped_document.wrap_range(first, last, result.end_location)
        page.marks = moved_marks(page.marks, start, end, len(text))
        page.marks.offered = (start, start + len(text)) if text else None
        self._text = text
        page.was_rewrapped()


def moved_marks(marks: Marks, start: int, end: int, length: int) -> Marks:
    """The marks after `[start, end)` was replaced by so many characters."""

    def moved(spans: Sequence[Span]) -> list[Span]:
        return shifted(spans, start, end, length)

    bright = None if marks.bright is None else shifted([marks.bright], start, end, length)
    return replace(
        marks,
        machine=moved(marks.machine),
        notes=moved(marks.notes),
        locked=moved(marks.locked),
        found=moved(marks.found),
        to_check=moved(marks.to_check),
        bright=(bright[0][0], bright[-1][1]) if bright else None,
    )
