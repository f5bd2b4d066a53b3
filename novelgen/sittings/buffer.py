"""What the editor shows of a chapter, and what is handed in of it: the one place for both ways.

Of an editor's text only paragraphs are handed in, so words may go on the way; those that a model
drew are found again among the words that are left.
"""

from dataclasses import dataclass

from novelgen.generation.editing import ChapterText
from novelgen.manuscript.origins import WordOrigin, word_stretches
from novelgen.text.alignment import align
from novelgen.text.machine_words import Ranges, machine_words, ranges_of_words
from novelgen.text.manuscript_text import HandedIn, read_typed
from novelgen.text.words import iter_words
from storage.records import ChapterRecord
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
    text = before.text.strip()
    return Buffer(text, ranges_of_words(text, _drawn_words(store, before)))


def as_handed_in(text: str, machine: Ranges) -> Given:
    """An editor's text as it is handed in."""
    handed_in = read_typed(text)
    return Given(handed_in, _moved(text, handed_in.text, machine_words(text, machine)))


def _drawn_words(store: Store, before: ChapterText) -> list[list[int]]:
    """The words of a chapter that a model drew and nobody edited."""
    if before.revision is None:
        return []
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
    if old_words == new_words or not spans:
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
