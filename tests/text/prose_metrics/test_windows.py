"""Windows, sections of a file, and the way back from a window to the text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.errors import StorageError
from novelgen.text.prose_metrics import clean_up, measure
from novelgen.text.prose_metrics.book_file import read_sections, sections_of
from novelgen.text.prose_metrics.metric_words import metric_words
from novelgen.text.prose_metrics.windows import Section, is_whole, windows_of

BOOK = """---
title: A Test
---
# Part One

## The Sea

“One,” he said.

two three

# A tag in the prose

## The Land

four. Five!
six seven
"""


def test_headings_that_follow_each_other_open_one_section() -> None:
    sections = list(sections_of(BOOK))
    assert [(each.chapter, each.title) for each in sections] == [(1, "The Sea"), (2, "The Land")]
    assert "".join(each.text for each in sections) == BOOK[BOOK.index("# Part One") :]
    for each in sections:
        assert BOOK[each.offset :].startswith(each.text)


def test_text_before_the_first_heading_is_chapter_nought() -> None:
    assert [each.chapter for each in sections_of("Once.\n\n# A\n\nTwice.\n")] == [0, 1]
    assert [each.chapter for each in sections_of("Once and no heading.")] == [0]


def test_windows_follow_each_other_and_the_rest_does_not_count() -> None:
    windows = list(windows_of(sections_of(BOOK), 3))
    assert [window.words for window in windows] == [
        ("one", "he", "said"),
        ("two", "three", "four"),
        ("five", "six", "seven"),
    ]
    assert [window.first_word for window in windows] == [0, 3, 6]
    assert [window.chapters for window in windows] == [(1, 1), (1, 2), (2, 2)]
    rest = list(windows_of(sections_of(BOOK), 5))[-1]
    assert (len(rest.words), is_whole(rest, 5)) == (4, False)
    (alone,) = windows_of(sections_of(BOOK), 50)
    assert is_whole(alone, 50)


def test_a_book_in_sections_measures_as_the_whole_text_does() -> None:
    (window,) = windows_of(sections_of(BOOK), 100)
    assert window.measure() == measure(BOOK)
    assert window.text == clean_up(BOOK).strip('"\n !.')


PIECES = st.sampled_from(
    ["word ", "Don't, ", "“Yes.” ", "\n\n", "\n# gone\n", "İ ", "9 ", "other\n", "--- "]
)


@given(st.lists(PIECES, max_size=60).map("".join), st.integers(1, 7))
def test_places_lead_back_to_the_words(text: str, window_words: int) -> None:
    words: list[str] = []
    for window in windows_of(sections_of(text), window_words):
        words += window.words
        for index, word in enumerate(window.words):
            place = window.place(index, 1)
            found = text[place.start : place.end].replace("’", "'").replace("İ", "i")
            assert found.lower() == word
    assert words == metric_words(clean_up(text))


def test_places_count_paragraphs_and_characters_in_the_chapter() -> None:
    sections = [Section(4, "", "Ah.\n\nOh so\nlong.\n\n"), Section(5, "", "At last.\n\n")]
    (window,) = windows_of(sections, 50)
    place = window.place(2, 2)
    assert (place.chapter, place.paragraph) == (4, 2)
    assert sections[0].text[place.start : place.end] == "so\nlong"
    assert window.place(5, 1).start == 3
    across = window.place(3, 3)
    assert (across.chapter, sections[0].text[across.start :]) == (4, "long.\n\n")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_line_ends_and_marks_of_other_systems(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(BOOK.replace("\n", "\r\n").encode(encoding))
    assert read_sections(path) == list(sections_of(BOOK))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(StorageError, match=r"book\.md is no text"):
        read_sections(path)
