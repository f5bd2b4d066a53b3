"""PDF by typst: a book to read and a manuscript to send; whatever is written is text."""

import io
import re
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.errors import NovelgenError, UsageError
from novelgen.manuscript.export_options import ExportOptions, Face, PageSize
from novelgen.manuscript.pdf.book import require, write
from novelgen.manuscript.pdf.book_data import write_data
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter
from tests.manuscript.test_docx import HOSTILE, READ, SENT, book, chapter

pytest.importorskip("typst", reason="typst is not installed")


def written(manuscript: Manuscript, options: ExportOptions = READ) -> bytes:
    file = io.BytesIO()
    write(manuscript, file, options)
    return file.getvalue()


def num_pages(made: bytes) -> int:
    return max(int(count) for count in re.findall(rb"/Type/Pages/Count (\d+)", made))


def pages_of(made: bytes, folder: Path) -> list[str]:
    """The text of each page, its lines folded."""
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed")
    path = folder / "made.pdf"
    path.write_bytes(made)
    told = subprocess.run(
        [reader, "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True
    ).stdout.decode()
    return [" ".join(page.split()) for page in told.split("\f")[:-1]]


@pytest.mark.parametrize("options", [SENT, READ])
def test_the_same_novel_gives_the_same_bytes(options: ExportOptions) -> None:
    made = written(book(chapter(1), chapter(2)), options)
    assert made == written(book(chapter(1), chapter(2)), options)
    assert made.startswith(b"%PDF-")
    assert b"/CreationDate(D:20260304050607Z)" in made
    assert b"/Title(Salt)/Author(I. M. Ray)" in made


def test_a_book_has_a_title_page_contents_and_chapters_on_pages_of_their_own(
    tmp_path: Path,
) -> None:
    made = written(book(chapter(1, "", "Winter"), chapter(2, "The Ice"), chapter(3)))
    title, contents, part, first, second, third = pages_of(made, tmp_path)
    assert title == "Salt I. M. Ray"
    assert contents.startswith("Contents Winter")
    assert "Chapter 2: The Ice" in contents and contents.endswith("ii")
    assert part == "Winter"
    assert first.startswith("Chapter 1 The lamp was out.") and first.endswith(" 2")
    assert second.startswith("CHAPTER 2 The Ice The lamp was out.")
    assert "* * * Nobody ever came." in third
    assert b"/Title(Chapter 2: The Ice)" in made, "a bookmark"


def test_a_long_chapter_has_running_heads_but_not_where_it_begins(tmp_path: Path) -> None:
    prose = ("She went on. " * 60,) * 12
    made = written(book(chapter(1, "The Ice", prose=prose), title="The Keeper"))
    first, *others = pages_of(made, tmp_path)[1:]
    assert "THE ICE" not in first and "THE KEEPER" not in first
    assert len(others) > 2
    heads = [re.match(r"THE KEEPER|THE ICE", page) for page in others]
    assert {head and head[0] for head in heads} == {"THE KEEPER", "THE ICE"}


def test_a_manuscript_is_what_editors_ask_for(tmp_path: Path) -> None:
    made = written(book(chapter(1, "", "Winter"), chapter(2)), SENT)
    title, part, first, second = pages_of(made, tmp_path)
    assert title.split("about")[0].startswith("Ida Marlow")
    assert "about 95,000 words" in title and title.endswith("Salt by I. M. Ray")
    assert part == "Marlow / SALT / 1 Winter"
    assert first.startswith("Marlow / SALT / 2 Chapter 1 The lamp was out.")
    assert " # Nobody ever came." in first and "END" not in first
    assert second.endswith("She wrote. END")


@pytest.mark.parametrize(
    ("size", "box"), [(PageSize.LETTER, b"612 792"), (PageSize.A4, b"595.3 841.9")]
)
def test_pages_are_as_large_as_wished(size: PageSize, box: bytes) -> None:
    for options in (SENT, READ):
        made = written(book(chapter(1)), replace(options, page_size=size))
        assert set(re.findall(rb"/MediaBox\[0 0 ([\d. ]+)\]", made)) == {box}


def test_both_faces_are_embedded() -> None:
    made = [written(book(chapter(1)), replace(SENT, face=face)) for face in Face]
    fonts = [set(re.findall(rb"/BaseFont/\w+\+([\w-]+)", each)) for each in made]
    assert all(fonts) and not fonts[0] & fonts[1]


@pytest.mark.parametrize("options", [SENT, READ])
def test_hostile_words_stay_words(options: ExportOptions, tmp_path: Path) -> None:
    told = book(*(chapter(n, text, text, HOSTILE) for n, text in enumerate(HOSTILE, start=1)))
    pages = pages_of(written(replace(told, title=HOSTILE[2], author=HOSTILE[1]), options), tmp_path)
    said = re.sub(r"\s", "", " ".join(pages))
    for text in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[7], HOSTILE[8]):
        assert said.count(re.sub(r"\s", "", text)) >= len(HOSTILE)
    assert "\x1b" not in said and "naïveΕλλάδα" in said


def test_a_book_without_title_author_and_prose_is_set() -> None:
    for options in (SENT, READ):
        made = written(book(chapter(1, prose=()), title="", author=""), options)
        assert b"/Title(Untitled)" in made
        assert num_pages(made) == 2


def test_a_very_long_paragraph_flows_over_pages() -> None:
    assert num_pages(written(book(chapter(1, prose=("word " * 20_000,))))) > 30


def test_without_typst_the_error_tells_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError) as caught:
        write(book(chapter(1)), io.BytesIO(), READ)
    assert "pip install 'novelgen[pdf]'" in caught.value.remedy


def test_what_typst_cannot_do_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = io.BytesIO()
    with pytest.raises(NovelgenError, match="could not set the PDF"):
        write(replace(book(chapter(1)), language="no language"), file, READ)
    assert not file.getvalue()
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_memory_of_this_process_does_not_grow_with_the_book(tmp_path: Path) -> None:
    def peak(num_chapters: int) -> int:
        headings = tuple(chapter(1 + n, "Ice").heading for n in range(num_chapters))
        prose = ("A *short* line.", *("word " * 200,) * 20)

        def read() -> Iterator[ManuscriptChapter]:
            for heading in headings:
                yield ManuscriptChapter(heading, prose, 9)

        folder = tmp_path / str(num_chapters)
        folder.mkdir()
        tracemalloc.start()
        write_data(replace(book(), contents=headings, chapters=read()), folder, READ)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(110) - peak(10) < 100_000, "of 2 million characters"
