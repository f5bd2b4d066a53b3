"""Whatever is in a file: a manuscript that keeps its promises, or an error that can be read."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novelgen.errors import NovelgenError
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.values import ImportedManuscript, TrackedChanges
from novelgen.text.sanitize import clean_text
from novelgen.text.sentences import SCENE_BREAK
from tests.manuscript.importing.made_files import (
    PROSE,
    docx_parts,
    epub_parts,
    ins,
    p,
    part,
    r,
    struck,
    zipped,
)

COMMENTS = part("comments", f'<w:comment w:id="0" w:author="Bo">{p("Why?")}</w:comment>')
BODY = (
    p(r("Chapter 1", "<w:b/>"))
    + p("He ", r("was", "<w:i/>"), ins("x"), struck("y"), '<w:commentRangeStart w:id="0"/>', PROSE)
    + p('<w:commentRangeEnd w:id="0"/>', "z", properties='<w:rPr><w:ins w:author="E"/></w:rPr>')
    + p(r("Chapter 2", "<w:b/>"))
    + p(PROSE)
)
PAGES = {"1.xhtml": f"<h1>One</h1><p>{PROSE} <i>x</i></p>", "2.xhtml": f"<h1>Two</h1><p>{PROSE}"}
ARCHIVES = {"a.docx": docx_parts(BODY, comments=COMMENTS), "a.epub": epub_parts(PAGES)}
MARKDOWN = (
    "---\ntitle: x\nauthor: [y]\n---\n# One\n\nHe *was* [here](x) ![p](y)\n\n* * *\n\n- a\n1. b\n\n"
    "> c\n\n<i>d</i>\n\n    e\n\n```\nf\n```\n\nTwo\n===\n\nText\n"
)
TEXT = f"Salt\n\nCONTENTS\n\nI\nII\n\nI\n\n{PROSE}\n\n***\n\nII\nTHE CALM\n\n{PROSE}\n\nTHE END\n"
PIECES = [
    "<", "&", "\0", "*", "_", "#", "-", "\n", "\n\n", "[", "]", "(", ")", ">", "I", "Chapter 3",
    "PART II", "<!DOCTYPE x [", "<!ENTITY a 'b'>", "&a;", "&nbsp;", "]]>", "<![CDATA[", "\r", "\t",
    "\f", "\ufeff", "\u2028", "\ud7ff", "é", "  \n", "\\", "`", "```\n", "~~~", "---\n", "===\n",
    "<i>", "</p>", "<hr/>", "1. ", "> ", "    ", "[a]: b\n", "<!--", "*** START OF THE PROJECT",
    "by ", "CONTENTS\n", "THE END",
]  # fmt: skip


def assert_promises(read: ImportedManuscript) -> None:
    assert read.chapters
    for chapter in read.chapters:
        paragraphs = chapter.text.split("\n\n")
        assert chapter.words
        assert clean_text(chapter.text) == chapter.text and "\n" not in "".join(paragraphs)
        assert all(" ".join(each.split()) == each != "" for each in paragraphs)
        assert paragraphs[0] != SCENE_BREAK != paragraphs[-1]
        for note in chapter.notes:
            assert 0 <= note.start <= note.end <= len(chapter.text) and note.body
    for line in (read.title, read.author, *(chapter.title for chapter in read.chapters)):
        assert " ".join(clean_text(line).split()) == line


def read_or_told(name: str, data: bytes, tracked: TrackedChanges = TrackedChanges.NOTES) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            assert_promises(read_manuscript_file(path, tracked=tracked))
        except NovelgenError as error:
            assert error.message and error.remedy


@st.composite
def changed(draw: st.DrawFn, source: bytes) -> bytes:
    """The source with bytes put in, taken out, doubled or replaced."""
    data = bytearray(source)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 60)))
        new = draw(st.sampled_from(PIECES) | st.text(max_size=4))
        times = draw(st.integers(0, 3))
        data[at:end] = new.encode("utf-8", "replace") * times + bytes(data[at:end]) * (times // 2)
    return bytes(data)


FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize(("name", "source"), [("a.md", MARKDOWN), ("a.txt", TEXT)])
@FUZZ
@given(data=st.data())
def test_texts(name: str, source: str, data: st.DataObject) -> None:
    read_or_told(name, data.draw(changed(source.encode())))


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@FUZZ
@given(
    lines=st.lists(st.sampled_from([*PIECES, PROSE, "XII", "12.", "END", "Prologue"]) | st.text())
)
def test_texts_of_hostile_lines(name: str, lines: list[str]) -> None:
    read_or_told(name, "\n".join(lines).encode("utf-8", "replace"))


@pytest.mark.parametrize("name", ARCHIVES)
@FUZZ
@given(data=st.data())
def test_parts_of_archives(name: str, data: st.DataObject) -> None:
    parts = dict(ARCHIVES[name])
    chosen = data.draw(st.sampled_from(sorted(parts)))
    source = parts[chosen]
    parts[chosen] = data.draw(changed(source.encode() if isinstance(source, str) else source))
    read_or_told(name, zipped(parts), data.draw(st.sampled_from(TrackedChanges)))


@pytest.mark.parametrize("name", ARCHIVES)
@FUZZ
@given(data=st.data())
def test_archives_themselves(name: str, data: st.DataObject) -> None:
    read_or_told(name, data.draw(changed(zipped(ARCHIVES[name]))))


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.docx", "a.epub"])
@FUZZ
@given(data=st.binary(max_size=2_000))
def test_any_bytes(name: str, data: bytes) -> None:
    read_or_told(name, data)


BIG = 60_000
"""Signs. In quadratic time they take minutes, in linear time a second or two."""


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "sign",
    ["[", "*", "*a ", "_a", "**x", "[a](", "![", "<a ", "<!--", "&", "\\", "`", "> ", "- ", "a\n",
     "\n", "-\n", "[x]: y '", "I\n", "I\n\n", "Chapter 1\n\n", "PART I\n\n", "V. Sea\n\n", "by\n\n",
     "word-\n", "[Illustration", "a: b\n", "<i>"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_no_sign_takes_quadratic_time(tmp_path: Path, name: str, sign: str) -> None:
    read_or_told(name, f"# A\n\nb\n\n{sign * (BIG // len(sign))}\n\n# B\n\nc".encode())
