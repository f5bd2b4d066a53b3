"""The books of a training: all of a folder, split by book.

Guarantees that a text is never in two parts of a split, and that which are held out follows from
the names and the seed. Knows no tokens.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from novelgen.errors import UsageError
from novelgen.text.books import Book, find_books

# Books that one message lists.
_NAMED = 20


OnCopy = Callable[[Book, Book], None]
"""Told of a book that is left out, and of the one whose text it has."""


def read_corpus(
    folder: Path, min_chars: int, on_copy: OnCopy = lambda _copy, _kept: None
) -> list[Book]:
    """The books of a folder and of the folders below it, sorted by name.

    Of a text that is there several times only the first by name is a book: its copies could be on
    both sides of a split.

    Raises `NotFoundError` for a folder that is missing or holds no book, `UsageError` when one is
    shorter than `min_chars` and cannot give a window.
    """
    kept: dict[str, Book] = {}
    for book in (file.read() for file in find_books(folder)):
        first = kept.setdefault(book.prose_sha256, book)
        if first is not book:
            on_copy(book, first)
    books = list(kept.values())
    short = [book.name for book in books if len(book.prose) < min_chars]
    if short:
        named = ", ".join(short[:_NAMED]) + (" …" if len(short) > _NAMED else "")
        raise UsageError(
            f"{len(short)} of {len(books)} books are too short to train on: {named}. A window "
            f"takes up to {min_chars:,} characters.",
            "Remove them or join them with others, or lower --late-max-burn-in, then "
            "--max-segment-tokens and --max-window-tokens.",
        )
    return books


def hold_out(books: Sequence[Book], count: int, seed: int) -> tuple[list[Book], list[Book]]:
    """`books` as those to train on and `count` to judge on, the same for the same seed."""
    by_digest = sorted(
        books, key=lambda book: hashlib.sha256(f"{seed} {book.name}".encode()).digest()
    )
    held = {book.name for book in by_digest[:count]}
    return [b for b in books if b.name not in held], [b for b in books if b.name in held]
