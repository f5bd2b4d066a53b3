"""A manuscript that goes out and comes in again: the same chapters, paragraphs and words."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novelgen.manuscript.archive.export import write_archive
from novelgen.manuscript.archive.reading import read_archive
from novelgen.manuscript.chapter_headings import labels
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript
from novelgen.manuscript.markdown import write
from novelgen.manuscript.split_files import write_split
from novelgen.manuscript.tree import (
    ChapterHeading,
    Manuscript,
    ManuscriptChapter,
    paragraphs_of,
)
from novelgen.text.sanitize import clean_line
from novelgen.text.sentences import SCENE_BREAK
from novelgen.text.words import count_words

SIGNS = "*_`[]()<>&#+-=|~^$@!{}:;.,\"'\\/% 0123456789iIvVxX"
HOSTILE = [
    "# Chapter 2", "Chapter 7", "Chapter 3: A", "PART TWO", "XII", "Prologue", "---", "***", "1.",
    "> said", "- item", "    code", "<!-- x -->", "[a]: b", "&amp; &lt;", "\\*not\\*", "*yes*",
    "_so_", "**bold** *and* _it_", "a*b*c", "***", "* * *", "THE END", "END", "Contents", "| a | b",
    "![x](y)", "```", "~~~", "<b>x</b>", "http://a.b/c_d_e", "5 * 3 * 2", "$a$ $b$", "[[b]]", "#",
    "I",
    "title: x", "...", "II. The Sea", "I. A.", "(a) b", "Copyright 2020", "\u202eevil", "\x1b[31m",
    "caf\u00e9 \u4e2d\u6587 \U0001f600", "=====", "setext\n===", "line\nline", "a\\", "tail  ",
]  # fmt: skip
LINE = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.sampled_from(SIGNS), max_size=30),
    st.text(max_size=30),
)
PARAGRAPHS = st.lists(st.one_of(LINE, st.just(SCENE_BREAK)), max_size=5)


@st.composite
def manuscripts(draw: st.DrawFn) -> Manuscript:
    """As the tree gives them: cleaned, with words, scene breaks between paragraphs."""
    texts: list[tuple[str, ...]] = []
    for _ in range(draw(st.integers(1, 4))):
        lines = [part for each in draw(PARAGRAPHS) for part in paragraphs_of(each)]
        kept: list[str] = ["Once there was."]
        for line in lines:
            if line != SCENE_BREAK or kept[-1] != SCENE_BREAK:
                kept.append(line)
        if kept[-1] == SCENE_BREAK:
            kept.pop()
        if draw(st.booleans()) and len(kept) > 1 and kept[1] != SCENE_BREAK:
            kept = kept[1:] if any(map(count_words, kept[1:])) else kept
        texts.append(tuple(kept))
    titles = [clean_line(draw(LINE)) for _ in texts]
    parts = [clean_line(draw(LINE)) or None if draw(st.booleans()) else None for _ in texts]
    headings = tuple(
        ChapterHeading(number, label, title, part)
        for number, (label, title, part) in enumerate(
            zip(labels(titles), titles, parts, strict=True), 1
        )
    )
    words = [sum(map(count_words, text)) for text in texts]
    chapters = (ManuscriptChapter(*each) for each in zip(headings, texts, words, strict=True))
    return Manuscript(
        "0123456789ab", clean_line(draw(LINE)), clean_line(draw(LINE)), "en",
        datetime(2026, 1, 2, tzinfo=UTC), 5_000, sum(words), "finished", "scripted", "none", 1,
        headings, chapters,
    )  # fmt: skip


def held(manuscript: Manuscript) -> tuple[Manuscript, list[ManuscriptChapter]]:
    """The manuscript, and its chapters, which can be read but once."""
    chapters = list(manuscript.chapters)
    return replace(manuscript, chapters=iter(chapters)), chapters


def assert_same(
    read: ImportedManuscript, manuscript: Manuscript, chapters: list[ManuscriptChapter]
) -> None:
    assert [each.title for each in read.chapters] == [each.heading.title for each in chapters]
    assert [tuple(each.text.split("\n\n")) for each in read.chapters] == [
        each.paragraphs for each in chapters
    ]
    assert [each.words for each in read.chapters] == [each.words for each in chapters]
    assert [each.part for each in read.chapters] == [each.heading.part for each in chapters]
    assert (read.title, read.author) == (manuscript.title, manuscript.author)
    assert read.target_words == manuscript.target_words


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(manuscripts())
def test_markdown(manuscript: Manuscript) -> None:
    manuscript, chapters = held(manuscript)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "novel.md"
        with path.open("wb") as file:
            write(manuscript, file, ExportOptions())
        assert_same(read_manuscript_file(path), manuscript, chapters)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(manuscripts())
def test_markdown_one_file_a_chapter(manuscript: Manuscript) -> None:
    manuscript, chapters = held(manuscript)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "novel"
        write_split(path, manuscript, "md", overwrite=False)
        assert_same(read_manuscript_file(path), manuscript, chapters)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(manuscripts())
def test_json(manuscript: Manuscript) -> None:
    manuscript, chapters = held(manuscript)
    file = io.BytesIO()
    write_archive(manuscript, file, None)
    json.loads(file.getvalue())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "novel.json"
        path.write_bytes(file.getvalue())
        assert_same(read_archive(path).manuscript(), manuscript, chapters)
