"""Stretches of books, and which of their segments are scored."""

import re
import shutil
from pathlib import Path

import pytest
import torch

from novelgen.errors import UsageError
from novelgen.evaluation.memory_settings import MemoryEvalSettings, chosen_segments
from novelgen.evaluation.memory_windows import draw_windows
from novelgen.text.books import BookFile, find_books
from tests.evaluation.tiny_books import write_books


def encode(text: str) -> list[int]:
    """A token a character."""
    return [ord(character) for character in text]


# With a token a character, eight times the stretch is longer than a book: it is read whole.
@pytest.mark.parametrize("num_tokens", [100, 400])
def test_a_stretch_is_contiguous_and_past_the_beginning(corpus: Path, num_tokens: int) -> None:
    books = {book.name: book for book in find_books(corpus)}
    for seed in range(20):
        windows = draw_windows(books.values(), encode, num_tokens, seed)
        assert set(windows.books) == {"amber.md", "birch.txt", "cedar.md"}
        assert windows.input_ids.shape == (3, num_tokens)
        for name, row in zip(windows.books, windows.input_ids.tolist(), strict=True):
            prose = books[name].read().prose
            start = prose.index("".join(map(chr, row)))
            assert start >= int(0.05 * len(prose))


def test_places_lie_all_over_a_book(corpus: Path) -> None:
    books = find_books(corpus)
    prose = books[0].read().prose
    starts = []
    for seed in range(40):
        windows = draw_windows(books, encode, 100, seed)
        row = windows.input_ids[windows.books.index(books[0].name)].tolist()
        starts.append(prose.index("".join(map(chr, row))) / len(prose))
    assert min(starts) < 0.15 and max(starts) > 0.6
    assert len(set(starts)) > 30


def test_only_the_stretch_of_a_long_book_is_tokenised(corpus: Path) -> None:
    lengths: list[int] = []

    def counted(text: str) -> list[int]:
        lengths.append(len(text))
        return encode(text)

    draw_windows(find_books(corpus)[:3], counted, 100, 0)
    assert lengths == [800, 800, 800]


def test_a_slice_that_holds_too_few_tokens_is_made_up_for(corpus: Path) -> None:
    def words(text: str) -> list[int]:
        return [hash(word) % 1000 for word in text.replace(" and the ", "+").split()]

    windows = draw_windows(find_books(corpus), words, 250, 0)
    assert windows.input_ids.shape == (3, 250)


def test_the_whole_rest_of_a_book_is_the_longest_stretch(corpus: Path) -> None:
    books = [book for book in find_books(corpus) if book.name != "dust.md"]
    lengths: list[int] = []
    with pytest.raises(UsageError, match="0 of 3 books can be judged"):
        draw_windows(
            books, encode, 10**6, 0, on_skipped=lambda _, why: lengths.append(_number(why))
        )
    second = sorted(lengths)[1]
    assert draw_windows(books, encode, second, 0).input_ids.shape == (2, second)
    with pytest.raises(UsageError, match="1 of 3 books can be judged"):
        draw_windows(books, encode, second + 1, 0)


def _number(reason: str) -> int:
    return int(re.sub(r"\D", "", reason))


def test_the_seed_decides_and_other_books_do_not(corpus: Path) -> None:
    books = find_books(corpus)
    first = draw_windows(books, encode, 300, 1)
    assert torch.equal(draw_windows(reversed(books), encode, 300, 1).input_ids, first.input_ids)
    assert not torch.equal(draw_windows(books, encode, 300, 2).input_ids, first.input_ids)
    without_amber = draw_windows(books[1:], encode, 300, 1)
    kept = [row for row, name in enumerate(first.books) if name != "amber.md"]
    assert torch.equal(without_amber.input_ids, first.input_ids[kept])


def test_neighbours_are_drawn_and_not_taken_in_alphabetical_order(tmp_path: Path) -> None:
    write_books(tmp_path, [f"{letter}.md" for letter in "abcdefgh"])
    drawn = {draw_windows(find_books(tmp_path), encode, 300, seed).books for seed in range(12)}
    assert len(drawn) > 8


def test_books_that_were_trained_on_are_left_out(corpus: Path) -> None:
    books = find_books(corpus)
    skipped: list[tuple[str, str]] = []
    windows = draw_windows(
        books,
        encode,
        300,
        0,
        on_skipped=lambda book, why: skipped.append((book.name, why)),
        trained_on={books[0].read().sha256},
    )
    assert set(windows.books) == {"birch.txt", "cedar.md"}
    assert ("amber.md", "the adapter was trained on it") in skipped


def test_when_all_was_trained_on_the_remedy_is_another_corpus(corpus: Path) -> None:
    books = [book for book in find_books(corpus) if book.name != "dust.md"]
    trained_on = {book.read().sha256 for book in books}
    with pytest.raises(UsageError, match="Left out: 3 that the adapter was trained on") as caught:
        draw_windows(books, encode, 300, 0, trained_on=trained_on)
    assert "another corpus" in caught.value.remedy and "--segment-size" not in caught.value.remedy
    with pytest.raises(UsageError, match="3 that the adapter was trained on, 1 without") as caught:
        draw_windows(find_books(corpus), encode, 300, 0, trained_on=trained_on)
    assert "another corpus" in caught.value.remedy and "--segment-size" in caught.value.remedy


def test_copies_of_a_text_are_one_book(corpus: Path) -> None:
    shutil.copy(corpus / "amber.md", corpus / "zebra.md")
    skipped: list[tuple[str, str]] = []
    windows = draw_windows(
        find_books(corpus),
        encode,
        300,
        0,
        on_skipped=lambda book, why: skipped.append((book.name, why)),
    )
    copies = {"amber.md", "zebra.md"}
    kept, *more = copies & set(windows.books)
    assert not more and len(windows.books) == 3
    assert ((copies - {kept}).pop(), f"the same text as {kept}") in skipped
    same = [book for book in find_books(corpus) if book.name in copies]
    with pytest.raises(UsageError, match=r"1 of 2 books .* 1 with the same text") as caught:
        draw_windows(same, encode, 300, 0)
    assert caught.value.remedy == "Give more books."


def test_at_most_so_many_books_drawn_by_the_seed(tmp_path: Path) -> None:
    write_books(tmp_path, [f"{letter}.md" for letter in "abcdefgh"])
    books = find_books(tmp_path)
    drawn = {draw_windows(books, encode, 300, seed, max_books=2).books for seed in range(12)}
    assert all(len(names) == 2 for names in drawn)
    assert len(drawn) > 3


def test_short_books_are_reported_and_too_few_refused(corpus: Path) -> None:
    skipped: list[tuple[str, str]] = []

    def on_skipped(book: BookFile, why: str) -> None:
        skipped.append((book.name, why))

    draw_windows(find_books(corpus), encode, 300, 0, on_skipped=on_skipped)
    # 28 characters, of which the first word is skipped.
    assert skipped == [("dust.md", "too short, with 25 tokens")]
    skipped.clear()
    with pytest.raises(UsageError, match="4 without the 1,000,000 tokens") as caught:
        draw_windows(find_books(corpus), encode, 1_000_000, 0, on_skipped=on_skipped)
    assert len(skipped) == 4
    assert "--segments-per-book" in caught.value.remedy
    assert "trained" not in f"{caught.value.message} {caught.value.remedy}"


def test_chosen_segments() -> None:
    assert chosen_segments(2) == (2,)
    assert chosen_segments(8) == (2, 3, 4, 5, 6, 7, 8)
    assert chosen_segments(12) == (2, 3, 4, 5, 6, 7, 8, 11, 12)
    assert chosen_segments(64) == (2, 3, 4, 5, 6, 7, 8, 15, 16, 31, 32, 63, 64)
    assert chosen_segments(256)[-6:] == (63, 64, 127, 128, 255, 256)


def test_a_tail_moves_its_segments_past_what_it_covers() -> None:
    plain = MemoryEvalSettings(128, 8)
    assert (plain.tails, plain.tokens_per_book) == ((0,), 1024)
    settings = MemoryEvalSettings(128, 8, tail_tokens=300)
    assert settings.tails == (0, 300)
    assert settings.total_segments == 8 + 3
    assert settings.scored_segments(0) == (2, 3, 4, 5, 6, 7, 8)
    assert settings.scored_segments(300) == (5, 6, 7, 8, 9, 10, 11)
    for number in settings.scored_segments(300):
        assert (number - 1) * 128 - 300 >= 0, "the tail never reaches before the stretch"
