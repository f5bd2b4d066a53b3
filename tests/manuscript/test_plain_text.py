"""Plain text: what a person reads in it, and that nothing is lost in it."""

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.importing.heading_lines import LineKind, read_heading
from novelgen.manuscript.plain_text import plain_paragraph, write
from novelgen.manuscript.tree import Manuscript
from novelgen.text.emphasis import runs_of
from novelgen.text.sanitize import clean_line
from novelgen.text.words import count_words
from tests.conftest import REPOSITORY
from tests.manuscript.hand_made_books import PROSE, bare_book, book, hostile_book

GROWTH = 4 * 2**20
"""Bytes; the long novel of the trial has 25 MB."""


def written(manuscript: Manuscript) -> str:
    file = io.BytesIO()
    write(manuscript, file, ExportOptions())
    return file.getvalue().decode()


def test_a_book_reads_as_a_person_would_type_it() -> None:
    assert written(book("Prologue", "Ice", parts={2: "The Sea"}, prose=PROSE[:3])) == (
        "Salt\n\nby I. M. Ray\n"
        "\n\n\nPrologue\n\nThe lamp was _out_.\n\n“Who is there?”\n\n* * *\n"
        "\n\n\nPart 1: The Sea\n"
        "\n\n\nChapter 1: Ice\n\nThe lamp was _out_.\n\n“Who is there?”\n\n* * *\n"
    )


def test_a_novel_without_title_and_author() -> None:
    assert written(bare_book()) == "Untitled\n\n\n\nChapter 1\n\nOnly this.\n"


@pytest.mark.parametrize(
    ("part", "line"),
    [
        ("Part Two: The Sea", "Part Two: The Sea"),
        ("BOOK III", "BOOK III"),
        ("The Sea", "Part 1: The Sea"),
        ("Partings", "Part 1: Partings"),
    ],
)
def test_a_part_says_that_it_is_one(part: str, line: str) -> None:
    lines = written(book("A", parts={1: part})).split("\n")
    assert line in lines
    assert read_heading(line).kind is LineKind.PART


@pytest.mark.parametrize(
    ("stored", "plain"),
    [
        ("*one* and _two_", "_one_ and _two_"),
        ("**bold** and ***both***", "**bold** and **_both_**"),
        ("un*frigging*believable", "un*frigging*believable"),
        ("2 * 3 * 4, snake_case", "2 * 3 * 4, snake_case"),
        ("*a_b*", "_a_b_"),
        ("\x1b[31mred\x1b[0m and\nmore", "red and more"),
    ],
)
def test_marks_are_those_of_plain_text(stored: str, plain: str) -> None:
    assert plain_paragraph(stored) == plain


@given(st.text(alphabet="ab ,.*_“-", max_size=40) | st.text(max_size=60))
def test_a_paragraph_reads_back_with_its_words_and_emphasis(paragraph: str) -> None:
    plain = plain_paragraph(paragraph)
    assert runs_of(plain) == runs_of(clean_line(paragraph))
    assert plain_paragraph(plain) == plain
    assert "\n" not in plain
    assert count_words(plain) == count_words(clean_line(paragraph))


def test_every_line_is_a_paragraph_or_a_heading_and_bytes_are_the_same_twice() -> None:
    text = written(hostile_book())
    assert text == written(hostile_book())
    blocks = [block for block in text.split("\n\n") if block.strip()]
    hostile = hostile_book()
    chapter = next(hostile.chapters)
    num_parts = sum(heading.part is not None for heading in hostile.contents)
    per_chapter = 1 + len(chapter.paragraphs)
    assert len(blocks) == 2 + num_parts + hostile.num_chapters * per_chapter
    assert all("\n" not in block.strip("\n") for block in blocks)


def test_memory_does_not_grow_with_the_book() -> None:
    trial = "tests.manuscript.memory_of_writers"
    finished = subprocess.run(
        [sys.executable, "-m", trial, "novelgen.manuscript.plain_text"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=250,
        check=True,
    )
    assert int(finished.stdout) < GROWTH
