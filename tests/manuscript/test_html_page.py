"""The HTML page: whole in itself, safe, and a book that can be found one's way in."""

import base64
import hashlib
import io
import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.html.page import write
from novelgen.manuscript.tree import Manuscript
from novelgen.text.emphasis import without_marks
from tests.conftest import REPOSITORY
from tests.manuscript.hand_made_books import PROSE, bare_book, book, hostile_book

GROWTH = 4 * 2**20
"""Bytes; the long novel of the trial has 25 MB."""
TALE = ("Prologue", "The Letter", "", "Ice")


def written(manuscript: Manuscript) -> str:
    file = io.BytesIO()
    write(manuscript, file, ExportOptions())
    return file.getvalue().decode()


def opened(manuscript: Manuscript) -> html.HtmlElement:
    """As a browser reads it; it must be well-formed XML too."""
    text = written(manuscript)
    etree.fromstring(text.encode())
    return html.document_fromstring(text.encode())


def texts(page: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in page.xpath(path)]


def test_a_page_has_a_title_page_contents_parts_and_chapters() -> None:
    page = opened(book(*TALE, parts={2: "The Island", 4: "Ashore"}))
    assert page.get("lang") == "en"
    assert texts(page, "//title | //h1") == ["Salt", "Salt"]
    assert texts(page, "//header/p") == ["I. M. Ray"]
    assert texts(page, "//main/section/h2") == ["Prologue", "The Island", "Ashore"]
    assert texts(page, "//main/section[@class='part']/section/h3") == [
        "Chapter 1: The Letter",
        "Chapter 2",
        "Chapter 3: Ice",
    ]


def test_contents_lead_to_chapters_and_parts_and_every_chapter_back() -> None:
    page = opened(book(*TALE, parts={2: "The Island"}))
    assert texts(page, "//nav/details/ol/li/a") == ["Prologue"]
    assert texts(page, "//nav//li/details/summary/a") == ["The Island"]
    assert len(page.xpath("//nav//li/details/ol/li/a")) == 3
    targets = [each.removeprefix("#") for each in page.xpath("//nav//a/@href")]
    assert targets == page.xpath("//main//section/@id")
    assert page.xpath("//main//a/@href") == ["#contents"] * 4
    assert page.xpath("//nav/@id") == ["contents"]


def test_long_contents_are_folded_and_a_single_chapter_has_none() -> None:
    long, short = opened(book(*["x"] * 61)), opened(book(*["x"] * 60))
    assert (long.xpath("//details/@open"), short.xpath("//details/@open")) == ([], ["open"])
    in_parts = opened(book(*["x"] * 61, parts={1: "One", 31: "Two"}))
    assert in_parts.xpath("count(//details)") == 3
    assert in_parts.xpath("//details/@open") == ["open"]
    alone = opened(bare_book())
    assert alone.xpath("//nav | //a") == []
    assert texts(alone, "//h1 | //h2") == ["Untitled", "Chapter 1"]


def test_prose_keeps_its_words_and_emphasis() -> None:
    page = opened(book("A"))
    assert texts(page, "//main//p") == [without_marks(each) for each in PROSE]
    assert texts(page, "//em") == ["out", "never"]
    assert texts(page, "//strong") == ["ever", "never"]
    assert texts(page, "//p[@class='first']") == [
        "The lamp was out.",
        "Nobody ever came, and never would.",
    ]


def test_nothing_runs_and_nothing_comes_from_elsewhere() -> None:
    text = written(hostile_book())
    page = opened(hostile_book())
    assert page.xpath("//script | //link | //img | //iframe | //@src | //@style") == []
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []
    assert all(each.startswith("#") for each in page.xpath("//@href"))
    style = page.xpath("//style")[0].text
    assert "url(" not in style and "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ufdd0\ufffe\uffff]", text)


def test_the_style_knows_night_and_paper() -> None:
    style = opened(book("A")).xpath("//style")[0].text
    assert "@media (prefers-color-scheme: dark)" in style
    assert "@media print" in style


def test_a_paragraph_in_hebrew_runs_from_right_to_left() -> None:
    page = opened(book("שלום", prose=("הוא אמר.", "He said.")))
    assert page.xpath("//p[@dir='auto']")[0].text == "הוא אמר."
    assert len(page.xpath("//p[@dir]")) == 1
    assert page.xpath("//h2/@dir") == ["auto"]


@given(st.lists(st.text(min_size=1, max_size=80), max_size=4), st.text(max_size=40))
def test_whatever_is_written_is_text(paragraphs: list[str], title: str) -> None:
    manuscript = book(title, "B", prose=tuple(paragraphs), title=title, author=title)
    tree = etree.fromstring(written(manuscript).encode())
    assert len(tree.findall(".//{*}main/{*}section")) == 2
    assert len(tree.findall(".//{*}main//{*}p")) == 2 * (len(paragraphs) + 1)


def test_an_unchanged_novel_gives_the_same_bytes() -> None:
    assert written(hostile_book()) == written(hostile_book())


def test_memory_does_not_grow_with_the_book() -> None:
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.manuscript.memory_of_writers",
            "novelgen.manuscript.html.page",
        ],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=250,
        check=True,
    )
    assert int(finished.stdout) < GROWTH
