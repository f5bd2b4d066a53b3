"""Chapters, parts and what is no part of a novel, found in Markdown written by other people."""

from collections.abc import Callable
from pathlib import Path

import pytest

from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript
from tests.manuscript.importing.made_files import PROSE, put

LONG = f"{PROSE} " * 40
Reader = Callable[[str], ImportedManuscript]


@pytest.fixture
def markdown(tmp_path: Path) -> Reader:
    def read(text: str) -> ImportedManuscript:
        return read_manuscript_file(put(tmp_path, "a.md", text))

    return read


def titles(read: ImportedManuscript) -> list[tuple[int | None, str, str | None]]:
    return [(each.number, each.title, each.part) for each in read.chapters]


def test_title_parts_and_chapters(markdown: Reader) -> None:
    read = markdown(
        f"# Salt\n\n# Book I\n\n# Part I: 1805\n\n## I\n\n{PROSE}\n\n## II: The Sea\n\n{PROSE}\n\n"
        f"# Part II: 1806\n\n## I\n\n{PROSE}\n\n# Epilogue\n\n{PROSE}"
    )
    assert read.title == "Salt"
    assert titles(read) == [
        (1, "", "Book I, Part I: 1805"),
        (2, "The Sea", None),
        (1, "", "Part II: 1806"),
        (None, "Epilogue", None),
    ]
    assert read.remarks == ()


def test_parts_of_one_level_with_the_chapters(markdown: Reader) -> None:
    read = markdown(
        f"# Part One\n\n# The Coming\n\n# Chapter 1\n\n{PROSE}\n\n# Chapter 2\n\n{PROSE}\n\n"
        f"# Part Two\n\n# Chapter 3\n\n{PROSE}"
    )
    assert titles(read) == [
        (1, "", "Part One: The Coming"),
        (2, "", None),
        (3, "", "Part Two"),
    ]


def test_the_first_heading_is_a_part_where_others_are(markdown: Reader) -> None:
    read = markdown(f"# The Coming\n\n## One\n\n{PROSE}\n\n# The Leaving\n\n## Two\n\n{PROSE}\n\n")
    assert titles(read) == [(1, "", "The Coming"), (2, "", "The Leaving")]
    assert read.title == ""


def test_a_known_title_is_no_part(markdown: Reader) -> None:
    text = f"# Salt: A Novel\n\n## The Storm\n\n{PROSE}\n\n## The Calm\n\n{PROSE}"
    read = markdown(f"---\ntitle: Salt\n---\n\n{text}")
    assert (read.title, titles(read)[0]) == ("Salt", (None, "The Storm", None))
    other = markdown(f"---\ntitle: Pepper\n---\n\n{text}")
    assert (other.title, titles(other)[0][2]) == ("Pepper", "Salt: A Novel")


def test_smaller_headings_are_lines_within_chapters(markdown: Reader) -> None:
    read = markdown(
        f"# Salt\n\n## The Storm\n\n{LONG}\n\n### II\n\n{LONG}\n\n### III\n\n{LONG}\n\n"
        f"## The Calm\n\n{LONG}\n\n### II\n\n{LONG}"
    )
    assert [each.title for each in read.chapters] == ["The Storm", "The Calm"]
    assert read.chapters[0].text.count("\n\n* * *\n\n**II") == 2
    assert read.remarks == (
        "3 smaller headings within chapters became bold lines after a scene break.",
    )


def test_a_prologue_of_a_higher_level_is_a_chapter(markdown: Reader) -> None:
    chapters = "".join(f"## Chapter {number}\n\n{LONG}\n\n" for number in range(1, 6))
    read = markdown(f"# Prologue\n\n{LONG}\n\n{chapters}# Epilogue\n\n{LONG}")
    assert [each.title for each in read.chapters] == ["Prologue", "", "", "", "", "", "Epilogue"]


def test_a_motto_under_a_part_begins_its_first_chapter(markdown: Reader) -> None:
    read = markdown(
        f"# Part One\n\nWho goes there?\n\n## Chapter 1\n\n{LONG}\n\n## Chapter 2\n\n{LONG}\n\n"
        f"# Part Two\n\n## Chapter 3\n\n{LONG}"
    )
    assert titles(read)[0] == (1, "", "Part One")
    assert read.chapters[0].text.startswith("Who goes there?\n\n* * *\n\nThe lamp")
    assert "begins the chapter that follows" in read.remarks[0]


def test_a_long_text_before_the_first_heading_is_a_chapter(markdown: Reader) -> None:
    read = markdown(f"{LONG}\n\n# Chapter 1\n\n{LONG}\n\n# Chapter 2\n\n{LONG}")
    assert titles(read) == [(None, "", None), (1, "", None), (2, "", None)]


def test_titles_below_numbers_are_taken_where_that_is_the_custom(markdown: Reader) -> None:
    read = markdown(
        f"## Chapter 1\n\n### The Storm\n\n{PROSE}\n\n## Chapter 2\n\n### The Calm\n\n{PROSE}"
    )
    assert titles(read) == [(1, "The Storm", None), (2, "The Calm", None)]
    lines = markdown(f"# I\n\nTHE STORM\n\n{PROSE}\n\n# II\n\nTHE CALM\n\n{PROSE}")
    assert titles(lines) == [(1, "THE STORM", None), (2, "THE CALM", None)]
    once = markdown(f"# I\n\nTHE STORM\n\n{PROSE}\n\n# II\n\n{PROSE}\n\n# III\n\n{PROSE}")
    assert [each.title for each in once.chapters] == ["", "", ""]
    assert once.chapters[0].text.startswith("THE STORM")


def test_numbers_that_make_no_row_are_titles(markdown: Reader) -> None:
    read = markdown(f"# 1984\n\n{PROSE}\n\n# M. Myriel\n\n{PROSE}\n\n# One Day in May\n\n{PROSE}")
    assert titles(read) == [
        (None, "1984", None),
        (None, "M. Myriel", None),
        (None, "One Day in May", None),
    ]
    counted = markdown(
        f"# I The Eve\n\n{PROSE}\n\n# II The Day\n\n{PROSE}\n\n# III Dusk\n\n{PROSE}"
    )
    assert titles(counted) == [(1, "The Eve", None), (2, "The Day", None), (3, "Dusk", None)]


def test_pages_around_the_novel_are_left_out(markdown: Reader) -> None:
    read = markdown(
        "# Salt\n\nby Ann Ray\n\n© 2020 Ann Ray. All rights reserved.\n\n# Dedication\n\nFor Bo\n\n"
        "# Table of Contents\n\n- One\n- Two\n\n"
        f"# Chapter 1\n\n{LONG}\n\n# Chapter 2\n\n{LONG}\n\nThe End\n\n"
        "# About the Author\n\nAnn Ray lives by the sea.\n"
    )
    assert (read.title, read.author) == ("Salt", "Ann Ray")
    assert titles(read) == [(1, "", None), (2, "", None)]
    assert "The End" not in read.chapters[1].text
    assert read.remarks == (
        "Left out, as no part of the novel: the title page, “Dedication”, “Table of Contents”, "
        "“About the Author” (19 words).",
    )


def test_chapters_that_are_called_like_pages_stay_within_the_book(markdown: Reader) -> None:
    chapters = "".join(f"# {name}\n\n{LONG}\n\n" for name in ("Sea", "Sky", "Cover", "Sand", "Ice"))
    assert [each.title for each in markdown(chapters).chapters][2] == "Cover"


def test_a_title_page_before_the_first_heading(markdown: Reader) -> None:
    chapters = f"# Chapter 1\n\n{LONG}\n\n# Chapter 2\n\n{LONG}"
    read = markdown(f"Ann Ray\n\n1 High St\n\nann@example.org\n\nSalt\n\nby Ann Ray\n\n{chapters}")
    assert (read.title, read.author, len(read.chapters)) == ("Salt", "Ann Ray", 2)
    dedicated = markdown(f"For my mother\n\n{chapters}")
    assert dedicated.title == "" and dedicated.chapters[0].text.startswith("The lamp")
    motto = markdown(f"The sea gives, and the sea takes away what it gave.\n\n{chapters}")
    assert motto.chapters[0].text.startswith("The sea gives")


def test_headings_without_text_are_left_out_and_told(markdown: Reader) -> None:
    read = markdown(
        f"# Chapter 1\n\n{PROSE}\n\n# Chapter 2\n\n# Chapter 3\n\n{PROSE}\n\n# Chapter 4"
    )
    assert [each.number for each in read.chapters] == [1, 3]
    assert read.remarks == ("Left out: 2 headings with no text below.",)


def test_headings_that_nobody_marked(markdown: Reader) -> None:
    read = markdown(
        f"**PART ONE**\n\n**Chapter 1**\n\n{PROSE}\n\n**Chapter 2: The Calm**\n\n{PROSE}\n\n"
        f"**PART TWO**\n\n**Chapter 3**\n\n{PROSE}\n\n**Epilogue**\n\n{PROSE}"
    )
    assert titles(read) == [
        (1, "", "PART ONE"),
        (2, "The Calm", None),
        (3, "", "PART TWO"),
        (None, "Epilogue", None),
    ]


def test_sections_with_bare_numbers_are_no_chapters(markdown: Reader) -> None:
    sections = f"1\n\n{PROSE}\n\n2\n\n{PROSE}\n\n3\n\n{PROSE}\n\n"
    read = markdown(f"# Chapter One\n\n{sections}# Chapter Two\n\n{sections}")
    assert [each.number for each in read.chapters] == [1, 2]


def test_no_headings_at_all(markdown: Reader) -> None:
    read = markdown(f"{PROSE}\n\n{PROSE}")
    assert titles(read) == [(None, "", None)]
    (remark,) = read.remarks
    assert remark.startswith("No headings of chapters were found")


def test_one_story_under_its_title(markdown: Reader) -> None:
    read = markdown(f"---\ntitle: Salt\n---\n\n# Salt\n\n{PROSE}")
    assert (read.title, titles(read)) == ("Salt", [(None, "", None)])
