"""A plan as a document: what is written is read back, and mistakes are named by their line."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentMember,
    DocumentPart,
    PlanDocument,
    PlanMistake,
)
from novelgen.planning.document_markdown import parse_markdown, render_markdown
from novelgen.planning.document_yaml import parse_yaml, render_yaml
from novelgen.text.sanitize import clean_line

# Texts with everything in them that means something in Markdown or YAML.
MARKS = st.sampled_from(
    ["# ", "## Chapter 2", "- ", "* ", "1. ", "\\", "(20 words)", "(1 word)", "Characters: ",
     "With: ", "At:", ": ", "---", "> ", "`", "no", "12", "“é”", "'", '"', "{", "[", "&", "%"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(MARKS, st.text(max_size=12)), max_size=4).map("".join).map(clean_line)
SAID = TEXTS.filter(bool)
NAME = (
    st.text(st.characters(categories=["L"], include_characters="-'.:\\#* "), min_size=1, max_size=9)
    .map(clean_line)
    .filter(bool)
)
WORDS = st.none() | st.integers(min_value=1, max_value=9_999_999)
MEMBERS = st.lists(
    st.builds(DocumentMember, NAME.filter(lambda n: ":" not in n), TEXTS), max_size=3
).map(tuple)
NAMED = st.lists(NAME, max_size=3).map(tuple)
BEATS = st.lists(st.builds(DocumentBeat, SAID, WORDS, NAMED, TEXTS), max_size=3).map(tuple)


def chapters() -> st.SearchStrategy[DocumentChapter]:
    return st.builds(DocumentChapter, st.just(None), TEXTS, WORDS, TEXTS, NAMED, NAMED, BEATS)


@st.composite
def documents(draw: st.DrawFn) -> PlanDocument:
    listed = st.lists(chapters(), min_size=1, max_size=3).map(tuple)
    parts = draw(st.lists(st.builds(DocumentPart, TEXTS, TEXTS, listed), min_size=1, max_size=3))
    number = 0
    numbered = []
    for part in parts:
        told = []
        for chapter in part.chapters:
            number += 1
            told.append(replace(chapter, number=number))
        numbered.append(DocumentPart(part.title, part.brief, tuple(told)))
    return PlanDocument(
        tuple(numbered), draw(MEMBERS), draw(MEMBERS), draw(TEXTS), draw(TEXTS),
        draw(st.none() | st.integers(1, 99)),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(documents())
def test_markdown_and_yaml_are_read_back_as_they_were_written(document: PlanDocument) -> None:
    assert parse_markdown(render_markdown(document)) == document
    assert parse_yaml(render_yaml(document)) == document


FRIENDLY = """
Characters:
- Mara Hale: keeps the light
- Odo

Places:

* Port Sorrow

# Part One

## Chapter 1: The Letter (1,200 words)
A brief that is
wrapped by hand.

And has two paragraphs.

1. She reads it. (400 words)
   With: Mara Hale; Odo
2. She burns it,
   and is sorry.

## Chapter 2
"""


def test_a_document_that_was_typed_by_hand_is_understood() -> None:
    with pytest.raises(PlanMistake, match="Line 10"):  # "Part One" has no number
        parse_markdown(FRIENDLY)
    document = parse_markdown(FRIENDLY.replace("# Part One", "# Part 1: One"))
    assert [member.name for member in document.characters] == ["Mara Hale", "Odo"]
    assert document.places == (DocumentMember("Port Sorrow"),)
    first, second = document.chapters
    assert first.words == 1_200
    assert first.brief == "A brief that is wrapped by hand. And has two paragraphs."
    assert first.beats == (
        DocumentBeat("She reads it.", 400, ("Mara Hale", "Odo")),
        DocumentBeat("She burns it, and is sorry."),
    )
    assert (second.number, second.title, second.brief) == (2, "", "")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("", 0, "at least one"),
        ("## Chapter 1: A\n\n### Scene", 3, "## Chapter 3: Title"),
        ("Once upon a time.", 1, "Characters:"),
        ("## Chapter 1: A\n\n- She goes.\n\nAnd then.", 5, "list item"),
        ("## Chapter 1: A (0 words)", 1, "positive"),
        ("# Part 2: B\n\n## Chapter 1", 1, "Part 1"),
        ("## Chapter 1\n\n# Part 1: B\n\n## Chapter 2", 3, "before the first chapter"),
        ("---\nversion: x\n---\n## Chapter 1", 2, "number"),
        ("---\ncolour: red\n---\n## Chapter 1", 2, "novel"),
        ("---\nversion: 1\n## Chapter 1", 1, "second line"),
        ("Characters:\n- Mara, Odo\n\n## Chapter 1", 2, "no comma"),
        ("## Chapter 1: " + "a" * 301, 1, "at most 300"),
        ("## Chapter 1\n\n## Chapter 2: B\n\n" + "b" * 4_001, 3, "4,000"),
    ],
)
def test_a_mistake_in_markdown_is_named_by_its_line(text: str, line: int, expected: str) -> None:
    with pytest.raises(PlanMistake) as caught:
        parse_markdown(text)
    assert caught.value.line == line
    assert expected in caught.value.remedy
    assert (f"Line {line}" in caught.value.message) is bool(line)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("chapters: [", 1, "YAML"),
        ("chapters:\n- title: A\n  words: many", 3, "yaml"),
        ("chapters:\n- title: A\n- title: 12", 3, "quotation marks"),
        ("chapters:\n- title: A\n  colour: red", 3, "known keys"),
        ("chapters:\n- title: A\n  beats:\n  - words: 3", 4, "there"),
        ("characters: ['A, B']\nchapters: [A]", 1, "comma"),
        ("chapters: []", 0, "at least one"),
        ("parts: [{chapters: [A]}]\nchapters: [B]", 0, "one of the two"),
        ("3", 1, "yaml"),
    ],
)
def test_a_mistake_in_yaml_is_named_by_its_line(text: str, line: int, expected: str) -> None:
    with pytest.raises(PlanMistake) as caught:
        parse_yaml(text)
    assert caught.value.line == line
    assert expected in caught.value.remedy


def test_yaml_may_be_a_bare_list() -> None:
    document = parse_yaml(
        "- One\n- title: Two\n  beats: [She goes., {brief: She stays., words: 4}]"
    )
    assert [chapter.title for chapter in document.chapters] == ["One", "Two"]
    assert document.chapters[1].beats == (
        DocumentBeat("She goes."), DocumentBeat("She stays.", 4),
    )  # fmt: skip
    assert document.chapters[1].line == 2
