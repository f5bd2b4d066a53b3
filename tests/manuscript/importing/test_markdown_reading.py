"""Markdown by other people: what stays of it in prose."""

from pathlib import Path

import pytest

from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript
from tests.manuscript.importing.made_files import PROSE, put


def read(folder: Path, text: str) -> ImportedManuscript:
    return read_manuscript_file(put(folder, "a.md", text))


def prose(folder: Path, text: str) -> list[str]:
    """The paragraphs of a chapter that is this text."""
    return read(folder, f"# Chapter 1\n\n{text}").chapters[0].text.split("\n\n")


@pytest.mark.parametrize(
    ("typed", "paragraphs"),
    [
        ("He *was* _here_, **bold**, ***both***.", ["He *was* _here_, **bold**, ***both***."]),
        ("He <i>was</i> <b>here</b>, <span>so</span>.", ["He *was* **here**, so."]),
        ("She said <EM>no</EM><!-- never -->.", ["She said *no*."]),
        ("A [link](http://x.y \"t\") and <http://x.y>.", ["A link and http://x.y."]),
        ("A [link][one] and [two].\n\n[one]: http://x.y", ["A link and [two]."]),
        ("Fish &amp; chips&nbsp;&mdash; caf&eacute;", ["Fish & chips — café"]),
        (r"5 \* 3 \# \_not\_ \[x\] \<b\>", ["5 * 3 # _not_ [x] <b>"]),
        ("first\nsecond", ["first second"]),
        ("first\\\nsecond  \nthird<br>fourth", ["first", "second", "third", "fourth"]),
        ("*first\\\nsecond*", ["*first*", "*second*"]),
        ("> quoted\n> on\n>\n> more", ["quoted on", "more"]),
        ("- No.\n- Yes.", ["- No.", "- Yes."]),
        ("1914. It began.", ["1914. It began."]),
        ("a) first\n\nb", ["a) first", "b"]),
        ("Use `code` now.", ["Use code now."]),
        ("Before.\n\n    indented *line*\n    another", ["Before.", "indented *line*", "another"]),
        ("```\na  b\nc\n```", ["a b", "c"]),
        ("He left.[^1]\n\n[^1]: A note.", ["He left.[^1]", "[^1]: A note."]),
        ("| a | b |\n|---|---|", ["| a | b | |---|---|"]),
        ("One.\n\n* * *\n\nTwo.", ["One.", "* * *", "Two."]),
        ("One.\n\n\\* \\* \\*\n\nTwo.", ["One.", "* * *", "Two."]),
        ("One.\n\n\\#\n\nTwo.\n\n~\n\nThree.", ["One.", "* * *", "Two.", "* * *", "Three."]),
        ("One.\n\n<center>***</center>\n\nTwo.", ["One.", "* * *", "Two."]),
        ("<p align='center'>A <em>line</em></p>", ["A *line*"]),
        ("***\n\nOne.\n\n***\n\n---\n\nTwo.\n\n***", ["One.", "* * *", "Two."]),
        ("He left the house.\n---\nShe came.", ["He left the house.", "* * *", "She came."]),
        ("::: center\nOne.\n:::", ["One."]),
        ("A_b_c and snake_case_x", ["A_b_c and snake_case_x"]),
        ("Tab\tand\u00a0space   here", ["Tab and space here"]),
    ],
)  # fmt: skip
def test_what_becomes_of_markdown(tmp_path: Path, typed: str, paragraphs: list[str]) -> None:
    assert prose(tmp_path, typed) == paragraphs


def test_pictures_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, f"# One\n\n![a](b.png) {PROSE}\n\n<img src='x.png'>\n")
    assert found.chapters[0].text == PROSE
    assert found.remarks == ("Left out: 2 pictures.",)


def test_headings_are_plain_lines(tmp_path: Path) -> None:
    found = read(
        tmp_path, f"# The *Storm* \\#1 {{#a .b}}\n\n{PROSE}\n\nChapter 2\n=========\n\n{PROSE}\n"
    )
    assert [(each.number, each.title) for each in found.chapters] == [
        (None, "The Storm #1"),
        (2, ""),
    ]


def test_a_number_in_a_line_of_its_own_is_a_heading(tmp_path: Path) -> None:
    found = read(tmp_path, "".join(f"{number}.\n\n{PROSE}\n\n" for number in (1, 2, 3)))
    assert [(each.number, each.text) for each in found.chapters] == [
        (1, PROSE),
        (2, PROSE),
        (3, PROSE),
    ]


@pytest.mark.parametrize(
    ("fields", "title", "author", "target"),
    [
        ("title: Salt\nauthor: Ann Ray\ntarget_words: 90000", "Salt", "Ann Ray", 90_000),
        ("title: 1984\nauthor: [Ann, Bo]\ntarget_words: 90k", "1984", "Ann, Bo", 90_000),
        ("title: 'A: b'\nauthor:\n- name: Ann\n- name: Bo", "A: b", "Ann, Bo", None),
        ("title: {a: b}\nauthor: true\ntarget_words: -5", "", "", None),
        ("title: 2020-01-02\ntarget_words: 0", "2020-01-02", "", None),
        ("title: \"a\\u202eb\\n\\x1b[31mc\"", "ab c", "", None),
        (f"title: 0x{'f' * 4000}\ntarget_words: {'9' * 3000}", "", "", None),
    ],
)  # fmt: skip
def test_front_matter(
    tmp_path: Path, fields: str, title: str, author: str, target: int | None
) -> None:
    found = read(tmp_path, f"---\n{fields}\n---\n\n# Chapter 1\n\n{PROSE}")
    assert (found.title, found.author, found.target_words) == (title, author, target)
    assert found.chapters[0].text == PROSE


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("title: 'open", "it is no YAML"),
        ("title: a\ntitle: b", "`title` stands there twice"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: {<<: *b}", "it refers to itself"),
        ("title: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        (f"title: {'[' * 5000}", "it is no YAML"),
        (f"title: {'x' * 70_000}", "it is too long"),
    ],
)
def test_front_matter_that_is_passed_over(tmp_path: Path, fields: str, reason: str) -> None:
    found = read(tmp_path, f"---\n{fields}\n---\n\n# Chapter 1\n\n{PROSE}")
    assert found.title == "" and found.chapters[0].text == PROSE
    assert found.remarks[0].startswith("The file's front matter was passed over: ")
    assert reason in found.remarks[0]


def test_a_rule_at_the_beginning_is_no_front_matter(tmp_path: Path) -> None:
    assert read(tmp_path, f"---\n\n{PROSE}\n\n---\n\nMore.").chapters[0].text == (
        f"{PROSE}\n\n* * *\n\nMore."
    )


def test_lines_are_paragraphs_where_nothing_else_parts_them(tmp_path: Path) -> None:
    line = f"{PROSE} {PROSE}"
    typed = f"{line}\nYes.\n{line}\n" * 6
    assert prose(tmp_path, typed) == [line, "Yes.", line] * 6
    wrapped = f"{PROSE}\n" * 18
    assert prose(tmp_path, wrapped) == [" ".join([PROSE] * 18)]
    sentences = f"{line}\n{line}\n{line}\n\n" * 6
    assert prose(tmp_path, sentences) == [" ".join([line] * 3)] * 6


def test_marks_that_prose_cannot_say_are_said_nearly(tmp_path: Path) -> None:
    assert prose(tmp_path, "*a*<i>b</i> and <i>c</i>d") == ["*ab* and *c*d"]


def test_what_an_export_says_is_taken_at_its_word(tmp_path: Path) -> None:
    export = (
        "---\ntitle: Salt\ngenerator: novelgen 0.1.0\n---\n\n# Chapter 1\n\n\\#\n\nProloge\n\n"
        "Chapter 7\n\nTHE END\n\n# Prologue\n\n***x***\n\n# Chapter 2: I\n\nOne.\n\n* * *\n\nTwo.\n"
    )
    found = read(tmp_path, export)
    assert [(each.number, each.title, each.text) for each in found.chapters] == [
        (1, "", "#\n\nProloge\n\nChapter 7\n\nTHE END"),
        (None, "Prologue", "***x***"),
        (2, "I", "One.\n\n* * *\n\nTwo."),
    ]


def test_an_export_that_a_person_has_edited(tmp_path: Path) -> None:
    export = (
        "---\ntitle: Salt\ngenerator: novelgen 0.1.0\n---\n\n# Part One\n\n## Chapter 1\n\nOne.\n\n"
        "### A night\n\nTwo.\n\n## Chapter 2\n\n## A new one\n\nThree.\n"
    )
    found = read(tmp_path, export)
    assert [(each.title, each.part, each.text) for each in found.chapters] == [
        ("", "Part One", "One.\n\n* * *\n\n**A night**\n\nTwo."),
        ("A new one", None, "Three."),
    ]
    assert found.remarks[-1] == "Left out: 1 heading with no text below."
