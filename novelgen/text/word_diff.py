"""What an edit changed, word by word, as a novelist would mark it on paper.

Paragraphs are compared first, then sentences inside those that changed, then words inside those.
Guarantees that the kept and deleted spans, joined, are the old text, the kept and inserted ones
the new text, to the last space; and that time grows with the length of the texts, however
different they are. A stretch too long or too different to compare stands as replaced.
"""

import enum
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from novelgen.text.alignment import Block, align
from novelgen.text.stop_words import STOP_WORDS

_PARAGRAPH_START = re.compile(r"(?<=\n)(?=[^\n])")
_SENTENCE_START = re.compile(r"[.!?…][\"”’')\]]*\s+")
_ITEM = re.compile(r"(\w+(?:['’-]\w+)*|[^\w\s])(\s*)|(\A\s+)")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
# Some 100,000 words that have no sentence in common with what replaced them.
_MOST_CHARS = 500_000
# Words in a row that hardly stand in two texts by chance.
_ANCHOR_WORDS = 3
_MOST_STOP_WORDS = 3

_Cut = Callable[[str], list[str]]


class DiffKind(enum.Enum):
    """What became of a stretch of text."""

    EQUAL = "equal"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A stretch of text with one fate; never empty."""

    kind: DiffKind
    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    """Text that was replaced, and the unchanged text after it; any of them may be empty."""

    deleted: str
    inserted: str
    kept: str


def diff_words(old: str, new: str) -> tuple[DiffSpan, ...]:
    """The spans of both texts in order; what was deleted stands before what replaced it."""
    changes = _changes(old, new, (_paragraphs, _sentences))
    return tuple(_spans(_without_confetti(changes)))


def share_changed(spans: Sequence[DiffSpan]) -> float:
    """Changed words per word of the longer text, from 0 to 1; 0 where no text holds a word."""
    words = dict.fromkeys(DiffKind, 0)
    for span in spans:
        words[span.kind] += _count(span.text)
    changed = max(words[DiffKind.DELETED], words[DiffKind.INSERTED])
    return changed / max(1, changed + words[DiffKind.EQUAL])


def _changes(old: str, new: str, cuts: Sequence[_Cut]) -> Iterator[_Change]:
    """The changes between two texts, cut into ever smaller pieces where they differ."""
    if old == new:
        yield _Change("", "", old)
    elif not old or not new:
        yield _Change(old, new, "")
    elif cuts:
        old_pieces, new_pieces = cuts[0](old), cuts[0](new)
        for before, after, kept in _gaps(old_pieces, new_pieces, align(old_pieces, new_pieces)):
            yield from _changes("".join(before), "".join(after), cuts[1:])
            yield _Change("", "", "".join(kept))
    elif len(old) > _MOST_CHARS or len(new) > _MOST_CHARS:
        yield _Change(old, new, "")
    else:
        yield from _word_changes(old, new)


def _word_changes(old: str, new: str) -> Iterator[_Change]:
    """Words and marks are compared; of the white space behind an equal one only then."""
    old_items, new_items = _items(old), _items(new)
    old_words = [word for word, _ in old_items]
    new_words = [word for word, _ in new_items]
    blocks = align(old_words, new_words, _ANCHOR_WORDS)
    old_end = new_end = 0
    for block in [*blocks, Block(len(old_items), len(new_items), 0)]:
        deleted, inserted = old_items[old_end : block.old], new_items[new_end : block.new]
        yield _replaced(_text(deleted), _text(inserted))
        old_end, new_end = block.old + block.length, block.new + block.length
        for (word, old_space), (_, new_space) in zip(
            old_items[block.old : old_end], new_items[block.new : new_end], strict=True
        ):
            if old_space == new_space:
                yield _Change("", "", word + old_space)
            else:
                yield _Change("", "", word)
                yield _Change(old_space, new_space, "")


def _replaced(deleted: str, inserted: str) -> _Change:
    """The change, without white space that stands behind the old text and behind the new."""
    end, new_end = len(deleted.rstrip()), len(inserted.rstrip())
    if end and new_end and deleted[end:] == inserted[new_end:]:
        return _Change(deleted[:end], inserted[:new_end], deleted[end:])
    return _Change(deleted, inserted, "")


def _gaps(
    old: Sequence[str], new: Sequence[str], blocks: list[Block]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """What stands between the blocks in both sequences, with the block after it."""
    old_end = new_end = 0
    for block in [*blocks, Block(len(old), len(new), 0)]:
        kept = old[block.old : block.old + block.length]
        yield old[old_end : block.old], new[new_end : block.new], kept
        old_end, new_end = block.old + block.length, block.new + block.length


def _without_confetti(changes: Iterator[_Change]) -> Iterator[_Change]:
    """Changes whole, and joined over kept words too few to be worth reading between them."""
    waiting: _Change | None = None
    for change in _whole(changes):
        if waiting is None:
            waiting = change
        elif _is_confetti(waiting, change):
            deleted = waiting.deleted + waiting.kept + change.deleted
            inserted = waiting.inserted + waiting.kept + change.inserted
            waiting = _Change(deleted, inserted, change.kept)
        else:
            yield waiting
            waiting = change
    if waiting:
        yield waiting


def _whole(changes: Iterator[_Change]) -> Iterator[_Change]:
    """The same changes with some kept text between any two of them."""
    deleted: list[str] = []
    inserted: list[str] = []
    kept: list[str] = []
    for change in changes:
        if kept and (change.deleted or change.inserted):
            yield _Change("".join(deleted), "".join(inserted), "".join(kept))
            deleted, inserted, kept = [], [], []
        deleted.append(change.deleted)
        inserted.append(change.inserted)
        if change.kept:
            kept.append(change.kept)
    yield _Change("".join(deleted), "".join(inserted), "".join(kept))


def _is_confetti(before: _Change, after: _Change) -> bool:
    """Whether the words kept between two changes only make them hard to read.

    A paragraph break is never: it tells which paragraph became which.
    """
    if "\n" in before.kept or len(before.kept) > _longest(before) + _longest(after):
        return False
    least = min(_size(before), _size(after))
    words = _WORD.findall(before.kept)
    if least and len(words) <= _MOST_STOP_WORDS and STOP_WORDS.issuperset(map(str.lower, words)):
        return True
    return 2 * len(words) <= least and least > 1


def _longest(change: _Change) -> int:
    # A few stop words between single words are longer than these.
    return max(len(change.deleted), len(change.inserted)) + 8


def _size(change: _Change) -> int:
    return max(_count(change.deleted), _count(change.inserted))


def _spans(changes: Iterator[_Change]) -> Iterator[DiffSpan]:
    for change in changes:
        if change.deleted:
            yield DiffSpan(DiffKind.DELETED, change.deleted)
        if change.inserted:
            yield DiffSpan(DiffKind.INSERTED, change.inserted)
        if change.kept:
            yield DiffSpan(DiffKind.EQUAL, change.kept)


def _paragraphs(text: str) -> list[str]:
    return _PARAGRAPH_START.split(text)


def _sentences(text: str) -> list[str]:
    ends = [match.end() for match in _SENTENCE_START.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def _items(text: str) -> list[tuple[str, str]]:
    """Words and marks, each with the white space behind it; joined, they are the text."""
    return [(word, space or lead) for word, space, lead in _ITEM.findall(text)]


def _text(items: Sequence[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in items)


def _count(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))
