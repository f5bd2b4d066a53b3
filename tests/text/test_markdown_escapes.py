"""Prose as Markdown: read by two readers of Markdown, it is the prose again."""

import re
import subprocess

import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from novelgen.text.emphasis import runs_of, without_marks
from novelgen.text.markdown_escapes import escaped_line, escaped_paragraph, unescaped
from novelgen.text.words import count_words

SIGNS = "*_`[]()<>&#+-=|~^$@!{}:;.,\"'\\/% \n0123456789iIvVxXaAb"
HOSTILE = st.text(st.sampled_from(SIGNS) | st.characters(codec="utf-8", exclude_categories=["C"]))
PARAGRAPHS = HOSTILE.map(lambda text: " ".join(text.split())).filter(bool)


def read(markdown: str) -> str:
    """What CommonMark reads, the marks of italics and bold as they were typed."""
    blocks = MarkdownIt("commonmark").parse(markdown)
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    return "".join(
        child.content if child.type == "text" else child.markup
        for child in blocks[1].children or []
    )


@settings(max_examples=400)
@given(PARAGRAPHS)
def test_a_paragraph_comes_back(paragraph: str) -> None:
    written = escaped_paragraph(paragraph)
    assert read(written) == paragraph
    assert count_words(written) == count_words(paragraph)


@settings(max_examples=200)
@given(PARAGRAPHS)
def test_a_heading_comes_back(title: str) -> None:
    blocks = MarkdownIt("commonmark").parse(f"# {escaped_line(title)}\n")
    assert [block.type for block in blocks] == ["heading_open", "inline", "heading_close"]
    assert all(child.type == "text" for child in blocks[1].children or [])
    assert "".join(child.content for child in blocks[1].children or []) == title


@settings(max_examples=200)
@given(PARAGRAPHS)
def test_escapes_are_taken_out_again(title: str) -> None:
    assert unescaped(escaped_line(title)) == title


@pytest.mark.parametrize(
    ("paragraph", "written"),
    [
        ("He *was* there, _she_ not; **never**.", "He *was* there, _she_ not; **never**."),
        ("5 * 3", r"5 \* 3"),
        ("I. A. Smith came.", "I. A. Smith came."),
        ("1914. It began.", r"1914\. It began."),
        ("xii. The end", r"xii\. The end"),
        ("(a) first", r"(a\) first"),
        ("- No.", r"\- No."),
        ("It cost $5.", "It cost $5."),
        ("$5 or $6", r"\$5 or \$6"),
        ("snake_case &amp; me@home", r"snake_case \&amp; me@home"),
        ("—No", "—No"),
    ],
)
def test_what_is_escaped(paragraph: str, written: str) -> None:
    assert escaped_paragraph(paragraph) == written


def test_pandoc_reads_the_same_words() -> None:
    paragraphs = [
        "1. first", "(2) second", "a. third", "iv) fourth", "#. fifth", "(@) sixth", "@ref says",
        "H~2~O and x^2^", "$5 and $6", "Term", ": a definition", "| a line", "::: note", "> said",
        "```code```", "[link](there)", "![picture](there)", "<b>bold</b>", "&copy; he",
        r"\textbf{x}", "# not a heading", "Text {#id}", "***", "a*b*c d", "x\\", "A  B", "* item",
        "+ item", "- item", "~~~", "% Title", "[^1]", "http://example.org/_a_b_", "II. Two",
        "=====", "-----",
    ]  # fmt: skip
    markdown = "\n\n".join(["Before.", *map(escaped_paragraph, paragraphs), "After."])
    told = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "markdown-smart", "-t", "plain", "--wrap=none"],
        input=markdown.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    got = re.split(r"\n\n+", told.strip("\n"))
    wanted = ["Before.", *(" ".join(without_marks(p).split()) for p in paragraphs), "After."]
    as_plain = [re.sub(r"[_*]", "", part) for part in got]
    assert as_plain == [re.sub(r"[_*]", "", part) for part in wanted]


@given(PARAGRAPHS)
def test_runs_hold_the_prose(paragraph: str) -> None:
    text = "".join(run.text for run in runs_of(paragraph))
    assert re.sub(r"[*_]", "", text) == re.sub(r"[*_]", "", paragraph)
