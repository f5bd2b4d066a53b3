"""OpenDocument and rich text by pandoc: a novel's pages, and whatever is written is text."""

import io
import re
import sys
import unicodedata
import zipfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from novelgen.errors import NovelgenError, UsageError
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.pandoc import conversion, odt, rtf
from novelgen.manuscript.tree import Manuscript
from novelgen.text.emphasis import without_marks
from novelgen.text.sanitize import clean_text
from tests.manuscript.test_docx import HOSTILE, book, chapter

if find_spec("pypandoc") is None:
    pytest.skip("pypandoc_binary is not installed", allow_module_level=True)
BOTH = [pytest.param(module, id=module.__name__.rsplit(".")[-1]) for module in (odt, rtf)]
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def written(module: ModuleType, manuscript: Manuscript) -> bytes:
    file = io.BytesIO()
    module.write(manuscript, file, ExportOptions())
    return file.getvalue()


def part(made: bytes, name: str) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(made)).read(name))


def said(element: etree._Element) -> str:
    for space in list(element.iter(f"{TEXT}s", f"{TEXT}tab")):
        space.text = " "
    return " ".join("".join(element.itertext()).split())


def blocks_of(made: bytes) -> list[str]:
    """The texts of a rich text file, one a paragraph."""
    found = re.findall(r"\{\\pard (?:\\[a-z]+-?\d* )*(.*)\\par\}", made.decode("ascii"))
    return [" ".join(_plain(text).split()) for text in found]


def _plain(text: str) -> str:
    """Marks of italics and bold taken out, escapes undone; UTF-16 units as the format has them."""
    text = re.sub(r"(?<!\\)\{\\[bi] |(?<!\\)\}", "", text)
    text = re.sub(r"\\u(-?\d+) ?.", lambda found: chr(int(found[1]) % 65536), text)
    text = re.sub(r"\\([\\{}])", r"\1", text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def test_opendocument_has_real_headings_and_chapters_on_new_pages() -> None:
    made = written(odt, book(chapter(1, "", "Winter"), chapter(2, "The Ice")))
    content = part(made, "content.xml")
    headings = [(each.get(f"{TEXT}outline-level"), said(each)) for each in content.iter(f"{TEXT}h")]
    assert headings == [("1", "Winter"), ("2", "Chapter 1"), ("2", "Chapter 2: The Ice")]
    paragraphs = [(each.get(f"{TEXT}style-name"), said(each)) for each in content.iter(f"{TEXT}p")]
    assert paragraphs[:3] == [
        ("Title", "Salt"),
        ("Author", "I. M. Ray"),
        ("First_20_paragraph", "The lamp was out."),
    ]
    assert paragraphs.count(("Scene_20_Break", "* * *")) == 2
    assert [said(each) for each in content.iter(f"{TEXT}span")].count("out") == 2
    styles = {
        each.get(f"{STYLE}name"): each.find(f"{STYLE}paragraph-properties")
        for each in part(made, "styles.xml").iter(f"{STYLE}style")
    }
    assert styles["Heading_20_1"].get(f"{FO}break-before") == "page"
    assert styles["Heading_20_2"].get(f"{FO}break-before") == "page"
    assert styles["Text_20_body"].get(f"{FO}text-indent") == "0.25in"


def test_opendocument_tells_of_title_and_author_and_of_nothing_else() -> None:
    manuscript = replace(book(chapter(1)), model="secret-model", adapter="secret-adapter")
    made = written(odt, manuscript)
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        everything = b"".join(map(parts.read, parts.namelist()))
    assert b"secret" not in everything
    assert b"<dc:title>Salt</dc:title>" in everything
    assert b"<dc:creator>I. M. Ray</dc:creator>" in everything


def test_rich_text_begins_chapters_on_pages_and_keeps_italics() -> None:
    made = written(rtf, book(chapter(1, "", "Winter"), chapter(2, "The Ice")))
    assert made.startswith(b"{\\rtf1")
    assert made.count(b"\\page\n") == 3
    assert b"Times New Roman" in made and b"{\\i out}" in made and b"{\\b ever}" in made
    assert blocks_of(made)[1:7] == [
        "Salt",
        "I. M. Ray",
        "Winter",
        "Chapter 1",
        "The lamp was out.",
        "“Who is there?”",
    ]
    assert made.count(b"* * *") == 2


@pytest.mark.parametrize("module", BOTH)
def test_the_same_novel_gives_the_same_bytes(module: ModuleType) -> None:
    made = written(module, book(chapter(1), chapter(2)))
    assert made == written(module, book(chapter(1), chapter(2)))


@pytest.mark.parametrize("module", BOTH)
def test_hostile_words_stay_words(module: ModuleType) -> None:
    prose = (*HOSTILE, "``` {=rtf}", "```{=opendocument}", "# no heading", "\\page {\\b x}", "---")
    told = book(*(chapter(n, text, text, prose) for n, text in enumerate(HOSTILE, start=1)))
    made = written(module, replace(told, title="*a* \\b {c} <d>", author=HOSTILE[1]))
    if module is odt:
        content = part(made, "content.xml")
        blocks = [said(each) for each in content.iter(f"{TEXT}p", f"{TEXT}h")]
    else:
        blocks = blocks_of(made)
    blocks = [unicodedata.normalize("NFC", block) for block in blocks]
    for text in prose:
        wanted = " ".join(without_marks(clean_text(text)).split())
        assert blocks.count(unicodedata.normalize("NFC", wanted)) >= len(HOSTILE), wanted
    assert blocks[0 if module is odt else 1] == "*a* \\b {c} <d>"


@pytest.mark.parametrize("module", BOTH)
def test_a_book_without_title_author_and_prose_is_written(module: ModuleType) -> None:
    made = written(module, book(chapter(1, prose=()), title="", author=""))
    shown = made if module is rtf else zipfile.ZipFile(io.BytesIO(made)).read("content.xml")
    assert b"Untitled" in shown and b"Chapter 1" in shown


@pytest.mark.parametrize("module", BOTH)
def test_without_pandoc_the_error_tells_how_to_get_it(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    module.require()
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    for call in (module.require, lambda: written(module, book(chapter(1)))):
        with pytest.raises(UsageError) as caught:
            call()
        assert "pip install 'novelgen[pandoc]'" in caught.value.remedy


def test_a_pandoc_that_is_stopped_is_told_of() -> None:
    stopped = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    with pytest.raises(NovelgenError, match="signal 9") as caught:
        conversion._run(stopped)
    assert "memory" in caught.value.remedy


def test_nothing_is_left_behind_whether_pandoc_fails_or_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert written(rtf, book(chapter(1)))
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(rtf, "_PAGE", "$if(")
    file = io.BytesIO()
    with pytest.raises(NovelgenError, match="pandoc could not write the file"):
        rtf.write(book(chapter(1)), file, ExportOptions())
    assert not file.getvalue() and not list(tmp_path.iterdir())
