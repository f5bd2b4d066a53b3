"""A chapter as a person hands it in: nothing is reworded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.errors import UsageError
from novelgen.text.manuscript_text import read_handed_in, read_typed
from novelgen.text.words import count_words


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("One.\n\nTwo.\n", "One.\n\nTwo."),
        ("One.\nTwo.", "One.\n\nTwo."),
        (
            "It was late\nand it rained.\n\nNobody came.",
            "It was late and it rained.\n\nNobody came.",
        ),
        ("One.\r\n\r\nTwo.", "One.\n\nTwo."),
        ("One.\n\n\n\n  Two  words.  ", "One.\n\nTwo words."),
        ("One.\n\n***\n\nTwo.", "One.\n\n* * *\n\nTwo."),
        ("One.\n\n#\n\nTwo.", "One.\n\n* * *\n\nTwo."),
        ("\\# no heading\n\n1\\. no list", "# no heading\n\n1. no list"),
        ("A \x1b[31mred\x1b[0m word\x00.", "A red word."),
        ("", ""),
        ("* * *", "* * *"),
    ],
)
def test_paragraphs_of_a_file(raw: str, text: str) -> None:
    handed_in = read_handed_in(raw)
    assert (handed_in.text, handed_in.title) == (text, None)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("“Go.”\n\n“No.”\n“Why not?”\n“Because.”", "“Go.”\n\n“No.”\n\n“Why not?”\n\n“Because.”"),
        ("# 4 is a number\n\nA \\* stays.", "# 4 is a number\n\nA \\* stays."),
        ("---\nOne.\n---\nTwo.", "* * *\n\nOne.\n\n* * *\n\nTwo."),
        ("One.\n***\nTwo  words. \x1b[31m", "One.\n\n* * *\n\nTwo words."),
    ],
)
def test_paragraphs_of_an_editor(raw: str, text: str) -> None:
    typed = read_typed(raw)
    assert (typed.text, typed.title) == (text, None)


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# The Ferry", "The Ferry"),
        ("# Chapter 3: The Ferry", "The Ferry"),
        ("# Chapter 12", None),
        ("#  Chapter 3 — The  Ferry ", "The Ferry"),
    ],
)
def test_a_heading_names_the_chapter(heading: str, title: str | None) -> None:
    handed_in = read_handed_in(f"{heading}\n\nIt rained.\n")
    assert (handed_in.title, handed_in.text) == (title, "It rained.")


def test_a_long_line_among_others_is_a_paragraph_by_itself() -> None:
    long = "word " * 40
    handed_in = read_handed_in(f"{long}\nshort\n\nlast")
    assert handed_in.text.split("\n\n") == [long.strip(), "short", "last"]


@given(st.text(alphabet="ab .,\n*'", max_size=300))
def test_no_word_is_lost_and_reading_again_changes_nothing(raw: str) -> None:
    once = read_handed_in("x\n" + raw).text
    assert count_words(once) == count_words("x\n" + raw)
    assert read_handed_in(once).text == once


def test_front_matter_is_passed_over_and_a_second_chapter_refused() -> None:
    exported = "---\ntitle: Salt\nwords: 3\n---\n\n# Chapter 1: A \\<b>\n\nIt rained.\n"
    assert (read_handed_in(exported).title, read_handed_in(exported).text) == (
        "A <b>",
        "It rained.",
    )
    with pytest.raises(UsageError, match="second heading, “# Chapter 2”"):
        read_handed_in(exported + "\n# Chapter 2\n\nIt snowed.\n")
