"""What the editor shows of a chapter, and what is handed in of it: the one place for both ways.

The editor's text holds the author's notes, what is handed in does not; both have the same words
otherwise, and those that a model drew are found again by their numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.generation.editing import ChapterText, buffer_of
from novelgen.manuscript.origins import WordOrigin, word_stretches
from novelgen.text.alignment import align
from novelgen.text.author_notes import note_spans, without_notes
from novelgen.text.machine_words import Ranges, machine_words, merged, ranges_of_words
from novelgen.text.manuscript_text import HandedIn, read_typed
from novelgen.text.words import iter_words
from storage.records import MACHINE_WORDS, ChapterRecord
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Buffer:
    """The text of an editor, and the machine's stretches of it."""

    text: str
    machine: Ranges


@dataclass(frozen=True, slots=True)
class Given:
    """A text as it is handed in, and the machine's words of it."""

    handed_in: HandedIn
    machine: list[list[int]]


def as_buffer(store: Store, before: ChapterText) -> Buffer:
    """A chapter as the editor shows it."""
    text = buffer_of(store, before)
    prose, notes = without_notes(text)
    ranges = ranges_of_words(prose, _drawn_words(store, before))
    return Buffer(text, merged(_around(ranges, notes)))


def as_handed_in(text: str, machine: Ranges) -> Given:
    """An editor's text as it is handed in."""
    handed_in = read_typed(text)
    prose, notes = without_notes(text)
    spans = machine_words(prose, merged(_without(machine, notes)))
    return Given(handed_in, _moved(prose, handed_in.text, spans))


def end_of_prose(text: str) -> int:
    """Where an editor's text ends when white space and notes at its end are left out."""
    end = len(text.rstrip())
    for start, stop in reversed(note_spans(text)):
        if stop != end:
            break
        end = len(text[:start].rstrip())
    return end


def _around(ranges: Ranges, notes: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of a text without its notes, in the text that has them; notes are in none."""
    for start, end in ranges:
        moved = 0
        for first, last in notes:
            if first - moved >= end:
                break
            if first - moved > start:
                yield start + moved, first
                start = first - moved
            moved += last - first
        yield start + moved, end + moved


def _without(ranges: Ranges, notes: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The reverse."""
    for start, end in ranges:
        yield _place_without(start, notes), _place_without(end, notes)


def _place_without(place: int, notes: list[tuple[int, int]]) -> int:
    return place - sum(min(last, place) - first for first, last in notes if first < place)


def _drawn_words(store: Store, before: ChapterText) -> list[list[int]]:
    """The words of a chapter that a model drew and nobody edited.

    A revision that a sitting saved says it itself; for others all that they were made from is read.
    """
    if before.revision is None:
        return []
    told = before.revision.provenance.get(MACHINE_WORDS)
    if told is not None:
        return [list(span) for span in told]
    chapter = ChapterRecord(before.branch_id, before.number, before.revision)
    with store.reading() as work:
        stretches = word_stretches(work, chapter)
    spans, first = [], 0
    for stretch in stretches:
        if stretch.origin is WordOrigin.MACHINE:
            spans.append([first, stretch.words])
        first += stretch.words
    return spans


def _moved(old: str, new: str, spans: list[list[int]]) -> list[list[int]]:
    """Words of one text where they stand in another one, which has hardly any others."""
    old_words, new_words = list(iter_words(old)), list(iter_words(new))
    if not spans or len(old_words) == len(new_words):
        return spans
    moved: list[list[int]] = []
    for block in align(old_words, new_words):
        for first, count in spans:
            start, end = max(first, block.old), min(first + count, block.old + block.length)
            if start < end:
                moved.append([start - block.old + block.new, end - start])
    return _joined(moved)


def _joined(spans: list[list[int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for first, count in spans:
        if joined and sum(joined[-1]) == first:
            joined[-1][1] += count
        else:
            joined.append([first, count])
    return joined
