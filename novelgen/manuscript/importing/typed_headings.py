"""Headings that nobody marked as such: paragraphs like “Chapter 12”, “XII” or “PART TWO”.

A line counts by its shape (`heading_lines`) and by its place in a row of numbers
(`chapter_numbers`). The entries of a table of contents look the same, and are told from chapters by
what follows them: the next entry, and the same number again further on. Bare numbers within marked
chapters are those of sections, and no headings.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from novelgen.manuscript.importing.blocks import Block, Heading, Paragraph
from novelgen.manuscript.importing.chapter_numbers import Numbered, rising
from novelgen.manuscript.importing.heading_lines import HeadingLine, LineKind, read_heading
from novelgen.text.emphasis import without_marks
from novelgen.text.words import count_words

_MAX_CHARS, _MAX_NUMBERED_CHARS = 400, 160
_MAX_TITLE_WORDS, _MAX_UNPARTED_WORDS = 25, 12
_WIDE_GAP = 3
"""Empty lines before a heading of a text that parts its headings so."""
_LARGEST = 400
"""No book has more chapters; a larger number is a year."""
_FEW_WORDS = 25
"""Between two entries of a table of contents; a chapter has more."""
_LEAST_ENTRIES = 3
_MOST_WORDS_BEFORE = 3_000
"""A table of contents stands before any text that is longer."""
_LEAST_NUMBERS, _LEAST_SET_APART = 3, 2
_CHAPTERS_OF_PART = 6
"""Numbers under each marked heading, at least, so that these are parts and those chapters."""
_COUNTED = frozenset({LineKind.CHAPTER, LineKind.NUMBER})
_PAGE_NUMBER = re.compile(r"(?:\s*[.·…_]){2,}\s*\d+$|\s{2,}\d+$|\t\d+$")
_BEGINS_TITLE = re.compile(r"[^\w\s]*[A-Z0-9À-Þ]")
_ENDS_SENTENCE = re.compile(r"[.,;:!?…][\"”’')]*$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A paragraph that may be a heading."""

    at: int
    """Among the blocks."""
    line: HeadingLine
    words_after: int
    """Before the next candidate."""
    stands_out: bool


def with_typed_headings(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with headings for paragraphs that are some, and without a table of contents."""
    candidates = list(_candidates(blocks))
    entries = _entries(candidates)
    counted = [each for each in candidates if each.at not in entries]
    headings = _headings(counted, _marked_with_prose(blocks))
    highest = max((block.level for block in blocks if isinstance(block, Heading)), default=0)
    found = {
        each.at: Heading(highest + (1 if each.line.kind is LineKind.PART else 2), each.line)
        for each in headings
    }
    return [
        _as_heading(block, found.get(at))
        for at, block in enumerate(blocks)
        if not (headings and at in entries)
    ]


def _as_heading(block: Block, found: Heading | None) -> Block:
    if found is None:
        return block
    return Heading(found.level, found.line, block.edges)


def _marked_with_prose(blocks: Sequence[Block]) -> list[HeadingLine]:
    """The marked headings that prose stands under, without those of parts."""
    return [
        one.line
        for one, other in pairwise(blocks)
        if isinstance(one, Heading) and isinstance(other, Paragraph)
        if one.line.kind is not LineKind.PART
    ]


def _candidates(blocks: Sequence[Block]) -> Iterator[_Candidate]:
    waiting: tuple[int, HeadingLine, bool] | None = None
    words = 0
    for at, block in enumerate(blocks):
        line = _line(block) if isinstance(block, Paragraph) else None
        if line is None:
            words += count_words(block.text) if isinstance(block, Paragraph) else 0
            continue
        if waiting is not None:
            yield _Candidate(waiting[0], waiting[1], words, waiting[2])
        assert isinstance(block, Paragraph)
        waiting, words = (at, line, block.stands_out), 0
    if waiting is not None:
        yield _Candidate(waiting[0], waiting[1], words, waiting[2])


def _line(block: Paragraph) -> HeadingLine | None:
    """The heading that a paragraph may be, by its shape."""
    if block.is_verbatim or len(block.text) > _MAX_CHARS:
        return None
    text = _PAGE_NUMBER.sub("", without_marks(block.text))
    line = read_heading(text)
    is_shaped = _SHAPES.get(line.kind)
    return line if is_shaped is not None and is_shaped(line, block) else None


def _has_title(line: HeadingLine, block: Paragraph) -> bool:
    """Whether what follows the number may be a title, and not the rest of a sentence."""
    if line.is_bare:
        return True
    if not _BEGINS_TITLE.match(line.title):
        return False
    if line.is_parted or block.stands_out or line.title.isupper() or block.gap >= _WIDE_GAP:
        return True
    is_short = len(line.title.split()) <= _MAX_UNPARTED_WORDS
    return is_short and not _ENDS_SENTENCE.search(line.title)


def _is_number(line: HeadingLine, block: Paragraph) -> bool:
    if (line.number or 0) > _LARGEST or len(line.text) > _MAX_NUMBERED_CHARS:
        return False
    if line.is_bare:
        return line.text[:1].isupper() or not line.text[:1].isalpha() or block.stands_out
    is_short = len(line.title.split()) <= _MAX_TITLE_WORDS
    return line.is_parted and is_short and _has_title(line, block)


def _is_uncounted(line: HeadingLine, block: Paragraph) -> bool:
    return _BEGINS_TITLE.match(line.text) is not None and (
        not _ENDS_SENTENCE.search(line.title) or block.stands_out
    )


_SHAPES = {
    LineKind.CHAPTER: _has_title,
    LineKind.PART: _has_title,
    LineKind.NUMBER: _is_number,
    LineKind.UNCOUNTED: _is_uncounted,
}


def _entries(candidates: Sequence[_Candidate]) -> set[int]:
    """The places of those candidates that are entries of a table of contents."""
    entries: set[int] = set()
    last_places = {each.line.number: each.at for each in candidates}
    for run in filter(None, _runs(candidates)):
        counted = [each.line.number for each in run if each.line.number is not None]
        again = sum(last_places[number] > run[-1].at for number in counted)
        is_row = sum(map(_follows, counted, counted[1:])) * 2 >= len(counted) - 1
        if len(run) >= _LEAST_ENTRIES and again * 2 > len(counted) and is_row:
            entries.update(each.at for each in run)
        if sum(each.words_after for each in run) > _MOST_WORDS_BEFORE:
            break
    return entries


def _follows(number: int, following: int) -> bool:
    return following in (number + 1, 1)


def _runs(candidates: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """Candidates with hardly a word between them, without the chapter that may follow them."""
    run: list[_Candidate] = []
    for each in candidates:
        run.append(each)
        if each.words_after >= _FEW_WORDS:
            yield _without_first_chapter(run)
            run = []
    if run:
        yield run


def _without_first_chapter(run: list[_Candidate]) -> list[_Candidate]:
    """A run that prose follows, without its end where the first chapter begins with it."""
    seen = [(each.line.kind, each.line.number, each.line.title) for each in run]
    last = len(run) - 1
    if run[last].line.number != 1 and seen[last] not in seen[:last]:
        return run
    while last and run[last - 1].line.kind is LineKind.PART and seen[last - 1] in seen[: last - 1]:
        last -= 1
    return run[:last]


def _headings(candidates: Sequence[_Candidate], marked: Sequence[HeadingLine]) -> list[_Candidate]:
    """Those candidates that are headings, in order."""
    row = _row(candidates, LineKind.CHAPTER)
    if len(row) <= len(marked):
        row = []
    if not row:
        row = _row(candidates, LineKind.NUMBER)
        row = row if _divides_book(row, marked) else []
    others = [each for each in candidates if each.line.kind not in _COUNTED]
    parts = [each for each in others if each.line.kind is LineKind.PART]
    if not row and (marked or len(parts) < _LEAST_SET_APART):
        return []
    return sorted([*row, *others], key=lambda each: each.at)


def _divides_book(row: Sequence[_Candidate], marked: Sequence[HeadingLine]) -> bool:
    """Whether bare numbers are those of chapters, and not of sections within marked chapters."""
    least = _LEAST_SET_APART if all(each.stands_out for each in row) else _LEAST_NUMBERS
    if len(row) < least or any(line.kind in _COUNTED for line in marked):
        return False
    return len(marked) < _LEAST_SET_APART or len(row) >= _CHAPTERS_OF_PART * len(marked)


def _row(candidates: Sequence[_Candidate], kind: LineKind) -> list[_Candidate]:
    """The candidates of a kind that make a row of numbers."""
    part = 0
    chosen: list[_Candidate] = []
    numbers: list[Numbered] = []
    for each in candidates:
        part += each.line.kind is LineKind.PART
        if each.line.kind is kind and (each.words_after or kind is LineKind.CHAPTER):
            chosen.append(each)
            numbers.append(Numbered(each.line.number or 0, part, kind is LineKind.CHAPTER))
    return [chosen[at] for at in rising(numbers)]
