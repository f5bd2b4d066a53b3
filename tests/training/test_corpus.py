"""Books to train on and books held out."""

import shutil
from pathlib import Path

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.text.books import Book
from novelgen.training.corpus import hold_out, read_corpus


def test_a_book_is_whole_in_one_part_and_the_seed_decides(books: list[Book]) -> None:
    kept, held = hold_out(books, 1, seed=1)
    assert len(held) == 1 and len(kept) == 2
    assert sorted([*kept, *held], key=lambda book: book.name) == books
    assert hold_out(list(reversed(books)), 1, seed=1)[1] == held
    assert len({hold_out(books, 1, seed)[1][0].name for seed in range(20)}) == 3
    assert hold_out(books, 0, seed=1) == (books, [])
    assert hold_out(books, 9, seed=1) == ([], books)


def test_what_is_held_out_stays_so_when_a_book_is_added(books: list[Book]) -> None:
    held = hold_out(books, 1, seed=1)[1]
    rest = [book for book in books if book not in held]
    assert hold_out([*held, rest[0]], 1, seed=1)[1] == held


def test_a_text_is_never_on_both_sides_of_a_split(corpus: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(corpus, tmp_path / "books")
    _, _, below_heading = (folder / "birch.txt").read_text().partition("\n")
    (folder / "a copy.md").write_text(f"# Another heading\n\n{below_heading}")
    told: list[tuple[str, str]] = []
    books = read_corpus(folder, 10, lambda copy, kept: told.append((copy.name, kept.name)))
    assert told == [("birch.txt", "a copy.md")]
    assert len({book.prose for book in books}) == len(books) == 3


def test_folders_that_are_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no corpus folder"):
        read_corpus(tmp_path / "nowhere", 10)
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / ".hidden.md").write_text("Hidden words.")
    with pytest.raises(NotFoundError, match=r"no \.md or \.txt"):
        read_corpus(tmp_path, 10)


def test_books_that_are_too_short_are_counted(corpus: Path, books: list[Book]) -> None:
    longest = max(len(book.prose) for book in books)
    with pytest.raises(UsageError, match=r"too short.* up to 1,000,000 characters") as caught:
        read_corpus(corpus, 1_000_000)
    assert caught.value.message.startswith("3 of 3 books")
    assert all(book.name in caught.value.message for book in books)
    assert "--late-max-burn-in" in caught.value.remedy
    with pytest.raises(UsageError):
        read_corpus(corpus, longest + 1)
    assert len(read_corpus(corpus, min(len(book.prose) for book in books))) == 3
