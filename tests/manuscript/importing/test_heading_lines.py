"""What single lines say: headings, numbers, scene breaks."""

import pytest

from novelgen.manuscript.importing.chapter_numbers import Numbered, rising
from novelgen.manuscript.importing.heading_lines import LineKind, read_heading
from novelgen.text.numerals import number_of
from novelgen.text.ornaments import is_ornament

CHAPTER, NUMBER, PART, OTHER, UNCOUNTED = (
    LineKind.CHAPTER,
    LineKind.NUMBER,
    LineKind.PART,
    LineKind.OTHER,
    LineKind.UNCOUNTED,
)


@pytest.mark.parametrize(
    ("line", "kind", "number", "title"),
    [
        ("CHAPTER XII. The Funeral", CHAPTER, 12, "The Funeral"),
        ("Chapter Twelve", CHAPTER, 12, ""),
        ("Chapter 12: The Funeral", CHAPTER, 12, "The Funeral"),
        ("CHAPTER I—M. MYRIEL", CHAPTER, 1, "M. MYRIEL"),
        ("Chapter III.—The Eve", CHAPTER, 3, "The Eve"),
        ("Chapter the Tenth", CHAPTER, 10, ""),
        ("Chapter One Hundred and Four", CHAPTER, 104, ""),
        ("Chap. IV", CHAPTER, 4, ""),
        ("chapter 7 -", CHAPTER, 7, ""),
        ("Stave I: Marley's Ghost", CHAPTER, 1, "Stave I: Marley's Ghost"),
        ("Chapter 3: Chapter 5: x", CHAPTER, 3, "Chapter 5: x"),
        ("Chapter 3: 'a' -- *b*", CHAPTER, 3, "'a' -- *b*"),
        ("12.", NUMBER, 12, ""),
        ("XII", NUMBER, 12, ""),
        ("— 12 —", NUMBER, 12, ""),
        ("[3]", NUMBER, 3, ""),
        ("Twenty-One", NUMBER, 21, ""),
        ("I: The Eve of the War", NUMBER, 1, "The Eve of the War"),
        ("PART TWO", PART, 2, ""),
        ("Part I: 1805", PART, 1, "1805"),
        ("Book the Second", PART, 2, ""),
        ("BOOK FIRST—A JUST MAN", PART, 1, "A JUST MAN"),
        ("The First Epoch", PART, 1, ""),
        ("Second Part", PART, 2, ""),
        ("Prologue", UNCOUNTED, None, "Prologue"),
        ("EPILOGUE.", UNCOUNTED, None, "EPILOGUE"),
        ("D. H. Lawrence", OTHER, None, "D. H. Lawrence"),
        ("I, Claudius", OTHER, None, "I, Claudius"),
        ("Chapter", OTHER, None, "Chapter"),
        ("chapters of life", OTHER, None, "chapters of life"),
        ("Part of the way", OTHER, None, "Part of the way"),
        ("The Storm", OTHER, None, "The Storm"),
        ("", OTHER, None, ""),
    ],
)
def test_a_line_is_read(line: str, kind: LineKind, number: int | None, title: str) -> None:
    read = read_heading(line)
    assert (read.kind, read.number, read.title, read.text) == (kind, number, title, line)


def test_what_only_begins_with_a_number_is_told_from_a_heading() -> None:
    assert not read_heading("I went home.").is_parted
    assert not read_heading("One day he came").is_parted
    assert read_heading("I. Home").is_parted
    assert read_heading("Part 2").is_bare and not read_heading("Part 2: Sea").is_bare


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("XII", 12), ("xiv", 14), ("MMMCMXCIX", 3999), ("twelve", 12),
        ("Twenty-first", 21), ("ninetieth", 90), ("two hundred twelfth", 212), ("a hundred", 100),
        ("IIX", None), ("IC", None), ("", None), ("twelve six", None), ("hundred", None),
        ("²", None), ("١٢", None), ("Xi ", None), ("no", None),
    ],
)  # fmt: skip
def test_numbers_are_read(text: str, number: int | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    "line",
    ["***", "* * *", "#", "# # #", "~", "———", "- - -", "⁂", "❦ ❦ ❦", "_____", "• • •", "x x x",
     "-----ooo-----", "* ~ *", "  * * *  ", "-" * 72],
)  # fmt: skip
def test_scene_breaks_are_known(line: str) -> None:
    assert is_ornament(line)


@pytest.mark.parametrize(
    "line", ["", "...", "…", "—", "--", "?!", "“”", "x", "O", "XXX", "12", "* he said *", "*" * 201]
)
def test_what_is_no_scene_break(line: str) -> None:
    assert not is_ornament(line)


def row(*numbers: int, parts: tuple[int, ...] = (), says_chapter: bool = False) -> list[int]:
    """The numbers that are chapters'; `parts` are places before which a part begins."""
    listed = [
        Numbered(number, sum(part <= at for part in parts), says_chapter)
        for at, number in enumerate(numbers)
    ]
    return [numbers[at] for at in rising(listed)]


def test_a_row_rises_by_one() -> None:
    assert row(1, 2, 3, 4) == [1, 2, 3, 4]
    assert row(1, 2, 1, 3, 4) == [1, 2, 3, 4]
    assert row(5, 1, 2, 3) == [1, 2, 3]
    assert row(1, 2, 5, 3, 4, 5) == [1, 2, 3, 4, 5]


def test_a_row_begins_anew_in_a_part_and_may_without_one() -> None:
    assert row(1, 2, 3, 1, 2, 3, parts=(3,)) == [1, 2, 3, 1, 2, 3]
    assert row(1, 2, 3, 1, 2, 3) == [1, 2, 3, 1, 2, 3]
    assert row(1, 2, 3, 1) == [1, 2, 3]


def test_a_row_bears_a_number_that_is_missing_or_there_twice_where_it_says_chapter() -> None:
    assert row(1, 2, 4, 5) == [1, 2, 4, 5]
    assert row(1, 2, 2, 3, says_chapter=True) == [1, 2, 2, 3]
    assert row(1805, 1812) == []
    assert row() == []
