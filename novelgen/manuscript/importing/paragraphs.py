"""A paragraph's text out of runs: cleaned, one line, and the places of comments kept.

A line break inside a paragraph makes two of it: in a novel's prose there is none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from novelgen.manuscript.importing.blocks import Comment, Edge
from novelgen.text.emphasis import Run, joined, marked
from novelgen.text.sanitize import clean_text

SOFT_HYPHEN = "\u00ad"
"""Where a program may part a word: no part of the word."""
_SPACES = re.compile(r"\s+")
_WHOLE_BOLD = 0.9


@dataclass(frozen=True, slots=True)
class PlacedComment:
    """An edge of a comment between two runs."""

    comment: Comment


Piece = Run | PlacedComment


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paragraph as it is stored."""

    text: str
    plain: str
    """Without marks, as for a heading."""
    edges: tuple[Edge, ...]
    is_bold: bool
    """Whether nearly all of it is."""


def lines_of(pieces: Iterable[Piece]) -> Iterator[Line]:
    """The lines that runs hold, parted where a run has a line feed; empty ones are left out.

    The edges of an empty line go to the next one, or to the last where there is none.
    """
    waiting: list[Comment] = []
    last: Line | None = None
    for parts in _by_line(pieces):
        runs, placed = _normalised(parts)
        if not runs:
            waiting += [comment for comment, _ in placed]
            continue
        if last is not None:
            yield last
        last = _line(runs, [*((comment, 0) for comment in waiting), *placed])
        waiting = []
    if last is not None:
        at = len(last.text)
        yield replace(last, edges=(*last.edges, *(Edge(comment, at) for comment in waiting)))


def cleaned(text: str) -> str:
    """Text as one line with single spaces, nothing in it that a file must not hold."""
    return " ".join(clean_text(text).split())


def _by_line(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, PlacedComment):
            line.append(piece)
            continue
        first, *others = clean_text(piece.text).split("\n")
        line.append(replace(piece, text=first))
        for other in others:
            yield line
            line = [replace(piece, text=other)]
    yield line


def _normalised(parts: Iterable[Piece]) -> tuple[list[Run], list[tuple[Comment, int]]]:
    """Runs with single spaces and none at either end, and where in their text comments stand."""
    runs: list[Run] = []
    placed: list[tuple[Comment, int]] = []
    length, ends_with_space = 0, True
    for part in parts:
        if isinstance(part, PlacedComment):
            placed.append((part.comment, length))
            continue
        text = _SPACES.sub(" ", part.text)
        if ends_with_space:
            text = text.removeprefix(" ")
        if text:
            runs.append(replace(part, text=text))
            length += len(text)
            ends_with_space = text.endswith(" ")
    if runs and ends_with_space:
        runs[-1] = replace(runs[-1], text=runs[-1].text[:-1])
        length -= 1
    return list(joined(runs)), [(comment, min(at, length)) for comment, at in placed]


def _line(runs: Sequence[Run], placed: Sequence[tuple[Comment, int]]) -> Line:
    plain = "".join(run.text for run in runs)
    is_plain = not any(run.is_italic or run.is_bold for run in runs)
    text = plain if is_plain else marked(runs)
    bold = sum(len(run.text) for run in runs if run.is_bold)
    edges = tuple(_edges(plain, text, placed)) if placed else ()
    return Line(text, plain, edges, bold >= _WHOLE_BOLD * len(plain))


def _edges(plain: str, text: str, placed: Sequence[tuple[Comment, int]]) -> Iterator[Edge]:
    """Edges in the text with marks. A passage begins behind the marks and ends before them."""
    places = _places(plain, text)
    seen: set[Comment] = set()
    for comment, at in placed:
        is_end = comment in seen
        seen.add(comment)
        if is_end and at:
            yield Edge(comment, places[at - 1] + 1)
        else:
            yield Edge(comment, places[at] if at < len(plain) else len(text))


def _places(plain: str, text: str) -> list[int]:
    """For each character of the plain text, its place in the one with marks."""
    if len(plain) == len(text):
        return list(range(len(text)))
    places = []
    at = 0
    for character in plain:
        while text[at] != character:
            at += 1
        places.append(at)
        at += 1
    return places
