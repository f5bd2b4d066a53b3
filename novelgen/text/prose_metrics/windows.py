"""Cuts a book into windows of so many metrics' words, one after the other, and knows the way back.

A book is a stream of sections, of which no more are held than a window stands in, so that time
grows with its length and memory does not.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from novelgen.text.prose_metrics.cleaning import CleanText, cleaned
from novelgen.text.prose_metrics.measuring import Measured, measure_words
from novelgen.text.prose_metrics.metric_words import placed_words


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of a book, or what of a file stands under one heading."""

    chapter: int
    """Its number; 0 for what stands before the first heading of a file."""
    title: str
    text: str
    """As it is kept, with the white space that parts it from the next one."""
    offset: int = 0
    """Where it begins in the file; a novel's chapters are told from their own beginning."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a book as a person looks for it."""

    chapter: int
    paragraph: int
    """From 1, in the chapter."""
    start: int
    """The first character, in the chapter's text, or in the file; from 0."""
    end: int
    """The character after the last one."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What a window has of a section."""

    section: Section
    clean: CleanText
    clean_start: int
    start: int
    """Where it begins in the window."""
    chars: int

    def place(self, start: int, end: int) -> Place:
        """The place of the characters `[start, end)` of the window, all of them in this part."""
        clean_start, clean_end = start - self.start + self.clean_start, end - self.start
        first = self.clean.original(clean_start)
        last = self.clean.original(clean_end + self.clean_start - 1)
        paragraph = self.clean.paragraph(clean_start)
        offset = self.section.offset
        return Place(self.section.chapter, paragraph, offset + first, offset + last + 1)


@dataclass(frozen=True, slots=True)
class Window:
    """Some words of a book in a row, with the text from the first to the last of them."""

    number: int
    """From 1."""
    first_word: int
    """The metrics' word of the book that it begins with; from 0."""
    text: str
    """Cleaned up."""
    words: tuple[str, ...]
    starts: tuple[int, ...]
    """Where the words begin in `text`."""
    parts: tuple[_Part, ...]

    def measure(self) -> Measured:
        return measure_words(self.text, self.words, self.starts)

    def end_of(self, word: int) -> int:
        """Where the word with that index ends in `text`."""
        return self.starts[word] + len(self.words[word])

    def place(self, first_word: int, num_words: int) -> Place:
        """Where words of the window stand in the book; no further than their section goes."""
        start, end = self.starts[first_word], self.end_of(first_word + num_words - 1)
        index = bisect_right(self.parts, start, key=attrgetter("start")) - 1
        part = self.parts[index]
        return part.place(start, min(end, part.start + part.chars))

    @property
    def chapters(self) -> tuple[int, int]:
        """The numbers of the chapters that it begins and ends in."""
        return self.parts[0].section.chapter, self.parts[-1].section.chapter


def windows_of(sections: Iterable[Section], window_words: int) -> Iterator[Window]:
    """The windows of a book, the last one with what is left.

    Norms and shares are over whole windows, and over a shorter one only where it is the whole book:
    see `is_whole`.
    """
    cutter = WindowCutter(window_words)
    for section in sections:
        yield from cutter.add(section)
    yield from cutter.rest()


def is_whole(window: Window, window_words: int) -> bool:
    """Whether a window counts: it has all its words, or it is the whole book."""
    return len(window.words) == window_words or window.number == 1


class WindowCutter:
    """Cuts windows out of sections that come one by one."""

    def __init__(self, window_words: int) -> None:
        self._window_words = window_words
        self._number = 0
        self._begin()

    def add(self, section: Section) -> Iterator[Window]:
        """The windows that end in the section. To be run through before the next is added."""
        clean = cleaned(section.text)
        taken = 0
        for word, start, end in placed_words(clean.text):
            if not self._words:
                taken = start
            self._words.append(word)
            self._starts.append(self._length + start - taken)
            if len(self._words) == self._window_words:
                self._take(section, clean, taken, end)
                yield self._finish()
                taken = end
        if self._words:
            self._take(section, clean, taken, len(clean.text))

    def rest(self) -> Iterator[Window]:
        """What is left when all sections were added: a shorter window, or none."""
        if self._words:
            yield self._finish()

    def _begin(self) -> None:
        self._words: list[str] = []
        self._starts: list[int] = []
        self._parts: list[_Part] = []
        self._length = 0
        """Characters of the parts so far."""

    def _take(self, section: Section, clean: CleanText, start: int, end: int) -> None:
        if end > start:
            self._parts.append(_Part(section, clean, start, self._length, end - start))
            self._length += end - start

    def _finish(self) -> Window:
        self._number += 1
        text = "".join(
            part.clean.text[part.clean_start : part.clean_start + part.chars]
            for part in self._parts
        )
        text = text[: self._starts[-1] + len(self._words[-1])]
        window = Window(
            self._number,
            (self._number - 1) * self._window_words,
            text,
            tuple(self._words),
            tuple(self._starts),
            tuple(self._parts),
        )
        self._begin()
        return window
