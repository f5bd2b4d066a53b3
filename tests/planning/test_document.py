"""A plan as a document: what is written is read back, and mistakes are named by their line."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentMember,
    DocumentPart,
    PlanDocument,
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
