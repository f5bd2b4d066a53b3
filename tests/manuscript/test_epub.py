"""EPUB books: opened and read through, chapter by chapter."""

import io
import re
import subprocess
import sys
import uuid
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from novelgen.manuscript.epub.book import write
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.tree import Manuscript
from novelgen.text.emphasis import without_marks
from novelgen.text.sanitize import clean_line, clean_text
from tests.conftest import REPOSITORY
from tests.manuscript.hand_made_books import PROSE, book, hostile_book

NAMES = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
    "h": "http://www.w3.org/1999/xhtml",
    "epub": "http://www.idpf.org/2007/ops",
    "ncx": "http://www.daisy.org/z3986/2005/ncx/",
}
GROWTH = 4 * 2**20
"""Bytes; the long novel of the trial has 25 MB."""
TALE = ("Prologue", "The Letter", "", "Ice")


def written(manuscript: Manuscript, cover: Path | None = None) -> bytes:
    file = io.BytesIO()
    write(manuscript, file, ExportOptions(cover=cover))
    return file.getvalue()


class Opened:
    """A book that was written, with its documents as trees."""

    def __init__(self, manuscript: Manuscript, cover: Path | None = None) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(written(manuscript, cover)))
        self.package = self.tree("EPUB/package.opf")

    def tree(self, name: str) -> etree._Element:
        return etree.fromstring(self.archive.read(name))

    def found(self, path: str, name: str = "EPUB/package.opf") -> list[str]:
        result = self.tree(name).xpath(path, namespaces=NAMES)
        assert isinstance(result, list)
        return [str(each) for each in result]

    def texts(self, tag: str, name: str) -> list[str]:
        return [text_of(each) for each in self.tree(name).iter(f"{{*}}{tag}")]

    @property
    def spine(self) -> list[str]:
        items = dict(zip(self.found("//opf:item/@id"), self.found("//opf:item/@href"), strict=True))
        return [items[each] for each in self.found("//opf:itemref/@idref")]


def text_of(element: etree._Element) -> str:
    return "".join(element.itertext())


def test_the_first_file_says_what_the_book_is_and_names_are_plain() -> None:
    archive = Opened(hostile_book()).archive
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
    assert archive.read("mimetype") == b"application/epub+zip"
    assert archive.testzip() is None
    for name in archive.namelist():
        assert re.fullmatch(r"[A-Za-z0-9./-]+", name)
    assert len(set(archive.namelist())) == len(archive.namelist())


def test_the_manifest_names_every_file_and_no_other() -> None:
    opened = Opened(book(*TALE, parts={2: "The Island"}))
    container = "META-INF/container.xml"
    root = opened.found("//c:rootfile/@full-path", container)
    named = [f"EPUB/{each}" for each in opened.found("//opf:item/@href")]
    assert root == ["EPUB/package.opf"]
    assert sorted([*named, *root, container, "mimetype"]) == sorted(opened.archive.namelist())


def test_a_book_is_read_from_title_page_to_last_chapter_and_parts_have_pages() -> None:
    opened = Opened(book(*TALE, parts={2: "The Island", 4: "Ashore"}))
    chapters = [f"chapter-000{number}.xhtml" for number in range(1, 5)]
    assert opened.spine == [
        "title.xhtml",
        "nav.xhtml",
        chapters[0],
        "part-0002.xhtml",
        *chapters[1:3],
        "part-0004.xhtml",
        chapters[3],
    ]
    assert opened.texts("h1", "EPUB/part-0002.xhtml") == ["The Island"]
    assert opened.texts("h2", "EPUB/chapter-0002.xhtml") == ["Chapter 1: The Letter"]


def test_contents_are_nested_under_parts_in_both_tables() -> None:
    opened = Opened(book(*TALE, parts={2: "The Island"}))
    toc = "//h:nav[@epub:type='toc']"
    assert opened.found(f"{toc}/h:ol/h:li/h:a/text()", "EPUB/nav.xhtml") == [
        "Prologue",
        "The Island",
    ]
    below = ["Chapter 1: The Letter", "Chapter 2", "Chapter 3: Ice"]
    assert opened.found(f"{toc}/h:ol/h:li/h:ol/h:li/h:a/text()", "EPUB/nav.xhtml") == below
    inner = "//ncx:navPoint/ncx:navPoint"
    assert opened.found(f"{inner}/ncx:navLabel/ncx:text/text()", "EPUB/toc.ncx") == below
    nav = opened.found(f"{toc}//h:a/@href", "EPUB/nav.xhtml")
    assert opened.found("//ncx:content/@src", "EPUB/toc.ncx") == nav == opened.spine[2:]
    assert opened.found("//ncx:navPoint/@playOrder", "EPUB/toc.ncx") == [*"12345"]
    landmarks = "//h:nav[@epub:type='landmarks']//h:a/@epub:type"
    assert opened.found(landmarks, "EPUB/nav.xhtml") == ["titlepage", "toc", "bodymatter"]


def test_prose_keeps_its_words_its_emphasis_and_its_scene_breaks() -> None:
    page = Opened(book("A", "B")).tree("EPUB/chapter-0001.xhtml")
    paragraphs = page.findall(".//{*}p")
    assert [text_of(each) for each in paragraphs] == [without_marks(each) for each in PROSE]
    assert [each.get("class") for each in paragraphs] == [
        "first",
        None,
        "scene-break",
        "first",
        None,
    ]
    markup = etree.tostring(paragraphs[3], encoding="unicode")
    assert "Nobody <strong>ever</strong> came" in markup
    assert "<strong><em>never</em></strong> would" in markup
    assert "the lamp" not in markup.lower()


@given(st.lists(st.text(min_size=1, max_size=80), max_size=4), st.text(max_size=40))
def test_whatever_is_written_is_text(paragraphs: list[str], title: str) -> None:
    opened = Opened(book(title, prose=tuple(paragraphs), title=title, author=title))
    assert opened.texts("p", "EPUB/chapter-0001.xhtml") == [
        _kept(without_marks(clean_text(each))) for each in paragraphs
    ]
    assert opened.found("//dc:title/text()") == [_kept(clean_line(title)).strip() or "Untitled"]


def _kept(text: str) -> str:
    return "".join(
        character
        for character in text
        if not 0xFDD0 <= ord(character) <= 0xFDEF and ord(character) & 0xFFFE != 0xFFFE
    )


def test_the_same_novel_is_the_same_book_and_an_unchanged_one_the_same_bytes() -> None:
    one, again = written(hostile_book()), written(hostile_book())
    assert one == again
    west = timezone(timedelta(hours=-8))
    here = book("A")
    there = replace(book("A"), updated_at=here.updated_at.astimezone(west))
    assert written(there) == written(here)


def test_a_later_export_updates_the_book_and_another_novel_is_another_book() -> None:
    identifiers = "//dc:identifier/text()"
    first = Opened(book("A"))
    later = Opened(
        replace(book("A", "B", title="Brine"), updated_at=datetime(2027, 1, 1, tzinfo=UTC))
    )
    other = Opened(replace(book("A"), novel_id="another"))
    identifier = first.found(identifiers)
    assert later.found(identifiers) == identifier != other.found(identifiers)
    assert uuid.UUID(identifier[0].removeprefix("urn:uuid:")).version == 5
    assert first.found("//ncx:meta[@name='dtb:uid']/@content", "EPUB/toc.ncx") == identifier
    modified = "//opf:meta[@property='dcterms:modified']/text()"
    assert first.found(modified) == ["2026-03-04T05:06:07Z"]
    assert later.found(modified) == ["2027-01-01T00:00:00Z"]


def test_what_the_book_says_of_itself() -> None:
    opened = Opened(replace(book("A"), language="en-GB"))
    assert opened.found("//dc:title/text()") == ["Salt"]
    assert opened.found("//dc:creator/text()") == ["I. M. Ray"]
    assert opened.found("//dc:language/text()") == ["en-GB"]
    assert opened.found("/h:html/@lang", "EPUB/chapter-0001.xhtml") == ["en-GB"]
    assert "textual" in opened.found("//opf:meta[@property='schema:accessMode']/text()")
    assert opened.found("//opf:meta[@property='schema:accessibilitySummary']/text()")


def test_a_novel_without_title_and_author_has_a_title_and_no_author() -> None:
    opened = Opened(book("", title="", author=""))
    assert opened.found("//dc:title/text()") == ["Untitled"]
    assert opened.found("//dc:creator") == []
    assert opened.spine == ["title.xhtml", "chapter-0001.xhtml"]
    assert opened.texts("h1", "EPUB/title.xhtml") == ["Untitled"]


def test_the_style_sheet_forces_no_colours() -> None:
    style = Opened(book("A")).archive.read("EPUB/style.css").decode()
    colours = re.findall(r"(?:color|background)[\w-]*\s*:\s*([^;]+);", style)
    assert set(colours) <= {"inherit"}
    assert "url(" not in style
    assert "display: none" not in style  # converters and importers lose what is not displayed


def test_memory_does_not_grow_with_the_book() -> None:
    trial = "tests.manuscript.memory_of_writers"
    finished = subprocess.run(
        [sys.executable, "-m", trial, "novelgen.manuscript.epub.book"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=250,
        check=True,
    )
    assert int(finished.stdout) < GROWTH
