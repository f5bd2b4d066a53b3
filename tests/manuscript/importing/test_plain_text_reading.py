"""Plain text: how it is wrapped, where its chapters begin, what is around it."""

import textwrap
from pathlib import Path

import pytest

from novelgen.errors import UsageError
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript
from tests.manuscript.importing.made_files import PROSE, put

LONG = " ".join([PROSE] * 4)
WRAPPED = textwrap.fill(LONG, 70)


def read(folder: Path, text: str) -> ImportedManuscript:
    return read_manuscript_file(put(folder, "a.txt", text))


def paragraphs(folder: Path, text: str) -> list[str]:
    return read(folder, text).chapters[0].text.split("\n\n")


def chapters(*headings: str, prose: str = LONG, between: str = "\n\n") -> str:
    return between.join(part for heading in headings for part in (heading, prose))


def titles(found: ImportedManuscript) -> list[tuple[int | None, str, str | None]]:
    return [(each.number, each.title, each.part) for each in found.chapters]


@pytest.mark.parametrize(
    ("headings", "numbers"),
    [
        (("Chapter 1", "Chapter 2"), [1, 2]),
        (("CHAPTER I.", "CHAPTER II.", "CHAPTER III."), [1, 2, 3]),
        (("Chapter One", "Chapter Two", "Chapter Three"), [1, 2, 3]),
        (("I", "II", "III", "IV"), [1, 2, 3, 4]),
        (("1", "2", "3"), [1, 2, 3]),
        (("— 1 —", "— 2 —", "— 3 —"), [1, 2, 3]),
        (("ONE", "TWO", "THREE"), [1, 2, 3]),
        (("Prologue", "Chapter 1", "Chapter 2", "Epilogue"), [None, 1, 2, None]),
        (("Chapter 1", "Chapter 2", "Chapter 2", "Chapter 3"), [1, 2, 2, 3]),
    ],
)  # fmt: skip
def test_chapters_are_found(
    tmp_path: Path, headings: tuple[str, ...], numbers: list[int | None]
) -> None:
    found = read(tmp_path, chapters(*headings))
    assert [each.number for each in found.chapters] == numbers
    assert all(each.text == LONG for each in found.chapters)


def test_titles_stand_in_the_line_or_below_it(tmp_path: Path) -> None:
    one = chapters("XII. The Storm", "XIII. The Calm", "XIV. The Sea")
    assert titles(read(tmp_path, one)) == [
        (12, "The Storm", None), (13, "The Calm", None), (14, "The Sea", None),
    ]  # fmt: skip
    two = chapters("CHAPTER I.\nTHE STORM.", "CHAPTER II.\nTHE CALM.", prose=WRAPPED)
    assert titles(read(tmp_path, two)) == [(1, "THE STORM.", None), (2, "THE CALM.", None)]
    three = chapters("Chapter 1\n\nThe Storm", "Chapter 2\n\nThe Calm", "Chapter 3")
    assert titles(read(tmp_path, three)) == [
        (1, "The Storm", None), (2, "The Calm", None), (3, "", None),
    ]  # fmt: skip


def test_parts_and_their_titles(tmp_path: Path) -> None:
    text = "\n\n".join(
        [
            "PART ONE", "THE COMING", chapters("Chapter 1", "Chapter 2"),
            "PART TWO", "THE LEAVING", chapters("Chapter 1", "Chapter 2"),
        ]
    )  # fmt: skip
    assert titles(read(tmp_path, text)) == [
        (1, "", "PART ONE: THE COMING"), (2, "", None),
        (1, "", "PART TWO: THE LEAVING"), (2, "", None),
    ]  # fmt: skip


def test_what_only_looks_like_a_heading(tmp_path: Path) -> None:
    strays = (
        f"{LONG}\n\nI\n\n{LONG}\n\nV.\n\nM. Myriel said nothing.\n\n12 May 1805\n\n1805\n\n"
        f"Chapter 3 of the report was short, and nobody read it.\n\n{LONG}"
    )
    found = read(tmp_path, chapters("I", "II", "III", prose=strays))
    assert [each.number for each in found.chapters] == [1, 2, 3]
    assert all(each.text == strays for each in found.chapters)
    alone = read(tmp_path, strays)
    assert [each.text for each in alone.chapters] == [strays]


def gutenberg(contents: str, book: str) -> str:
    return (
        "The Project Gutenberg eBook of Salt\r\n\r\nTitle: Salt\r\n\r\nAuthor: Ann Ray\r\n\r\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK SALT ***\r\n\r\nProduced by Bo\r\n\r\n"
        f"[Illustration]\r\n\r\nSALT\r\n\r\nby Ann Ray\r\n\r\n\r\n{contents}\r\n\r\n\r\n{book}"
        "\r\n\r\nTHE END\r\n\r\n*** END OF THE PROJECT GUTENBERG EBOOK SALT ***\r\n\r\nLicence\r\n"
    )


@pytest.mark.parametrize(
    "contents",
    [
        "CONTENTS\r\n\r\n CHAPTER I. THE STORM\r\n CHAPTER II. THE CALM\r\n CHAPTER III. THE SEA",
        "Contents\r\n\r\nI. The Storm . . 3\r\n\r\nII. The Calm . . 9\r\n\r\nIII. The Sea  12",
        "CONTENTS\r\n\r\nThe Storm\r\nThe Calm\r\nThe Sea",
        "",
    ],
)
def test_a_text_of_project_gutenberg(tmp_path: Path, contents: str) -> None:
    book = chapters(
        "CHAPTER I. THE STORM", "CHAPTER II. THE CALM", "CHAPTER III. THE SEA", prose=WRAPPED,
        between="\r\n\r\n\r\n",
    )  # fmt: skip
    found = read(tmp_path, gutenberg(contents, book))
    assert (found.title, found.author) == ("Salt", "Ann Ray")
    assert titles(found) == [(1, "THE STORM", None), (2, "THE CALM", None), (3, "THE SEA", None)]
    assert all(each.text == LONG for each in found.chapters)


def test_contents_of_a_book_with_parts(tmp_path: Path) -> None:
    listed = "BOOK ONE\n\nCHAPTER I\n\nCHAPTER II\n\nBOOK TWO\n\nCHAPTER I\n\nCHAPTER II"
    book = "\n\n".join(
        ["BOOK ONE", chapters("CHAPTER I", "CHAPTER II"), "BOOK TWO", chapters("CHAPTER I")]
    )
    found = read(tmp_path, f"SALT\n\nCONTENTS\n\n{listed}\n\n\n{book}")
    assert titles(found) == [(1, "", "BOOK ONE"), (2, "", None), (1, "", "BOOK TWO")]
    assert found.title == "SALT"


def test_lines_are_joined_as_they_are_wrapped(tmp_path: Path) -> None:
    assert paragraphs(tmp_path, f"{WRAPPED}\n\n{WRAPPED}") == [LONG, LONG]
    assert paragraphs(tmp_path, f"{LONG}\n{LONG}") == [LONG, LONG]
    indented = "\n".join(textwrap.fill(LONG, 70, initial_indent="   ") for _ in range(3))
    assert paragraphs(tmp_path, indented) == [LONG] * 3
    tabbed = "\n".join(f"\t{textwrap.fill(LONG, 70)}" for _ in range(3))
    assert paragraphs(tmp_path, tabbed) == [LONG] * 3
    dialogue = "Yes.\nNo, never.\nWhy?"
    assert paragraphs(tmp_path, dialogue) == ["Yes.", "No, never.", "Why?"]


def test_words_that_were_parted_at_the_end_of_a_line(tmp_path: Path) -> None:
    within = "He was well-\nknown there.\n\n" * 9 + "Two-\nor three-fold."
    assert paragraphs(tmp_path, within)[0] == "He was well-known there."
    assert paragraphs(tmp_path, within)[-1] == "Two- or three-fold."
    dashes = "He said—\nand left.\n\n" * 9
    assert paragraphs(tmp_path, dashes)[0] == "He said—and left."
    spaced = "Lord — was\nhere, and Lord — went.\n\nThen Lord —\nsaid.\n\n" * 9
    assert paragraphs(tmp_path, spaced)[1] == "Then Lord — said."


def test_verse_keeps_its_lines(tmp_path: Path) -> None:
    verse = f"{WRAPPED}\n\n    The sea is high,\n    the sea is low.\n\n{WRAPPED}"
    assert paragraphs(tmp_path, verse) == [LONG, "The sea is high,", "the sea is low.", LONG]


@pytest.mark.parametrize("sign", ["* * *", "***", "#", "~", "-----", "       *       *"])
def test_typed_scene_breaks(tmp_path: Path, sign: str) -> None:
    assert paragraphs(tmp_path, f"{WRAPPED}\n\n{sign}\n\n{WRAPPED}") == [LONG, "* * *", LONG]


def test_wide_gaps_are_scene_breaks_where_that_is_the_custom(tmp_path: Path) -> None:
    scene = f"{LONG}\n\n" * 12
    found = paragraphs(tmp_path, f"{scene}\n\n{scene}\n\n{scene}")
    assert found.count("* * *") == 2
    once = paragraphs(tmp_path, f"{scene}\n\n{scene}")
    assert once.count("* * *") == 0
    typed = paragraphs(tmp_path, f"{scene}\n\n{scene}***\n\n{scene}\n\n{scene}")
    assert typed.count("* * *") == 1
    lines = f"{LONG}\n" * 12
    assert paragraphs(tmp_path, f"{lines}\n{lines}\n{lines}").count("* * *") == 2


def test_italics_stay_as_they_are_typed(tmp_path: Path) -> None:
    assert paragraphs(tmp_path, f"He _was_ here, *so* he was.\n\n{LONG}")[0] == (
        "He _was_ here, *so* he was."
    )


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8-sig", b""), ("utf-16", b""), ("utf-16-le", b""), ("cp1252", b"")],
)
def test_encodings(tmp_path: Path, encoding: str, mark: bytes) -> None:
    prose = f"“Café,” she said — {PROSE}"
    path = put(tmp_path, "a.txt", mark + f"Chapter 1\r\n\r\n{prose}".encode(encoding))
    assert read_manuscript_file(path).chapters[0].text == prose


def test_utf_8_with_a_broken_byte_is_told_by_its_line(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", f"Chapter 1\n\nCafé {PROSE}\n".encode() + b"\xff\n")
    with pytest.raises(UsageError, match=r"UTF-8 with a byte in line 4"):
        read_manuscript_file(path)
