"""Makes the changes of a diff readable: no confetti of unchanged words between changed ones.

Guarantees to lose no character: what is no longer kept is deleted and inserted. Knows no alignment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.text.stop_words import STOP_WORDS

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_MOST_STOP_WORDS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Text that was replaced, and the unchanged text after it; any of them may be empty."""

    deleted: str
    inserted: str
    kept: str


def without_confetti(changes: Iterator[Change]) -> Iterator[Change]:
    """Changes whole, and joined over kept words too few to be worth reading between them."""
    waiting: Change | None = None
    for change in _whole(changes):
        if waiting is None:
            waiting = change
        elif _is_confetti(waiting, change):
            deleted = waiting.deleted + waiting.kept + change.deleted
            inserted = waiting.inserted + waiting.kept + change.inserted
            waiting = Change(deleted, inserted, change.kept)
        else:
            yield waiting
            waiting = change
    if waiting:
        yield waiting


def _whole(changes: Iterator[Change]) -> Iterator[Change]:
    """The same changes with some kept text between any two of them."""
    deleted: list[str] = []
    inserted: list[str] = []
    kept: list[str] = []
    for change in changes:
        if kept and (change.deleted or change.inserted):
            yield Change("".join(deleted), "".join(inserted), "".join(kept))
            deleted, inserted, kept = [], [], []
        deleted.append(change.deleted)
        inserted.append(change.inserted)
        if change.kept:
            kept.append(change.kept)
    yield Change("".join(deleted), "".join(inserted), "".join(kept))


def _is_confetti(before: Change, after: Change) -> bool:
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


def _longest(change: Change) -> int:
    # A few stop words between single words are longer than these.
    return max(len(change.deleted), len(change.inserted)) + 8


def _size(change: Change) -> int:
    return max(count_words_in(change.deleted), count_words_in(change.inserted))


def count_words_in(text: str) -> int:
    """The words in a stretch of text, which may begin and end anywhere but in a word."""
    return sum(1 for _ in _WORD.finditer(text))
