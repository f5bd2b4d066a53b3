"""Word documents: reopened by python-docx, they are what editors and readers ask for."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import nsdecls, qn
from docx.shared import Inches, Pt
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from novelgen.manuscript.contact import Contact
from novelgen.manuscript.docx.body import chapters_xml
from novelgen.manuscript.docx.book import write
from novelgen.manuscript.docx.contents import contents_xml
from novelgen.manuscript.docx.looks import look_of
from novelgen.manuscript.export_options import ExportOptions, Face, PageSize, Style
from novelgen.manuscript.tree import ChapterHeading, Manuscript, ManuscriptChapter

CONTACT = Contact("Ida Marlow", ("14 Chapel Row", "Salt Point"), "ida@example.org", "555 0114")
SENT = ExportOptions(style=Style.MANUSCRIPT, contact=CONTACT)
READ = ExportOptions(style=Style.READING)
PROSE = ("The lamp was *out*.", "“Who is there?”", "* * *", "Nobody **ever** came.", "She wrote.")
HOSTILE = (
    "</w:t></w:r></w:p></w:body>",
    "]]> <!-- & &amp; <?xml version='1.0'?> &#0;",
    '#panic("no") $x$ #include "x" \\u{41} `raw` @label <label> [ ]',
    "\x00\x07\x1b[31mred\x1b[0m \ufffe\uffff\ud800 tab\tend",
    "naïve Ελλάδα Война 漢字 العربية 😀 e\u0301 \u00a0 \u2028 \u2003",
    "novelgen-contents",
    "novelgen-chapters",
    "* not a list",
    "{{ x }} %s {0} \\",
)


def chapter(
    number: int, title: str = "", part: str | None = None, prose: tuple[str, ...] = PROSE
) -> ManuscriptChapter:
    return ManuscriptChapter(ChapterHeading(number, f"Chapter {number}", title, part), prose, 9)


def book(
    *chapters: ManuscriptChapter, title: str = "Salt", author: str = "I. M. Ray"
) -> Manuscript:
    return Manuscript(
        novel_id="n",
        title=title,
        author=author,
        language="en",
        updated_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        target_words=0,
        words=94_612,
        status="finished",
        model="m",
        adapter="",
        seed=1,
        contents=tuple(each.heading for each in chapters),
        chapters=iter(chapters),
    )


def written(manuscript: Manuscript, options: ExportOptions = SENT) -> bytes:
    file = io.BytesIO()
    write(manuscript, file, options)
    return file.getvalue()


def opened(manuscript: Manuscript, options: ExportOptions = SENT) -> Any:
    return docx.Document(io.BytesIO(written(manuscript, options)))


def styled(document: Any, *names: str) -> list[str]:
    return [each.text for each in document.paragraphs if each.style.name in names]


def format_of(document: Any, name: str) -> Any:
    return document.styles[name].paragraph_format


@pytest.mark.parametrize("face", list(Face))
def test_a_manuscript_is_double_spaced_in_one_plain_face(face: Face) -> None:
    document = opened(book(chapter(1)), replace(SENT, face=face))
    defaults = document.styles.element.find(qn("w:docDefaults"))
    fonts = defaults.find(f".//{qn('w:rFonts')}")
    wanted = {Face.TIMES: "Times New Roman", Face.COURIER: "Courier New"}[face]
    assert set(fonts.attrib.values()) == {wanted}
    assert defaults.find(f".//{qn('w:sz')}").get(qn("w:val")) == "24"
    normal = format_of(document, "Normal")
    assert normal.line_spacing == 2
    assert normal.widow_control is False
    assert normal.alignment == WD_ALIGN_PARAGRAPH.LEFT
    assert format_of(document, "Body Text").first_line_indent == Inches(0.5)
    assert all(style.font.size is None for style in document.styles if style.type == 1)


@pytest.mark.parametrize("size", list(PageSize))
def test_margins_are_an_inch_on_either_paper(size: PageSize) -> None:
    document = opened(book(chapter(1)), replace(SENT, page_size=size))
    wanted = {PageSize.LETTER: (612, 792), PageSize.A4: (595.3, 841.9)}[size]
    for section in document.sections:
        assert (section.page_width.pt, section.page_height.pt) == pytest.approx(wanted, abs=0.1)
        margins = (section.left_margin, section.right_margin, section.top_margin)
        assert {*margins, section.bottom_margin} == {Inches(1)}


def test_the_title_page_tells_who_sends_how_many_words() -> None:
    document = opened(book(chapter(1)))
    assert styled(document, "Contact") == [
        "Ida Marlow\tabout 95,000 words",
        "14 Chapel Row",
        "Salt Point",
        "555 0114",
        "ida@example.org",
    ]
    assert styled(document, "Title", "Author") == ["Salt", "by I. M. Ray"]
    title = next(each for each in document.paragraphs if each.style.name == "Title")
    above = title.paragraph_format.space_before.pt + 72 + 5 * 14
    assert above == pytest.approx(792 / 2, abs=30), "half-way down the page"


def test_without_a_contact_the_title_page_has_the_length_alone() -> None:
    document = opened(book(chapter(1)), replace(SENT, contact=Contact()))
    assert styled(document, "Contact") == ["\tabout 95,000 words"]


def test_the_header_begins_behind_the_title_page_and_counts_from_one() -> None:
    first, text = opened(book(chapter(1), title="The Keeper of Salt Point: A Novel")).sections
    assert first.different_first_page_header_footer
    assert not "".join(each.text for each in first.first_page_header.paragraphs)
    assert first.header.is_linked_to_previous, "there is none"
    header = text.header.paragraphs[0]
    assert header.text == "Marlow / KEEPER OF SALT POINT / 1"
    assert header.style.name == "Header"
    assert header.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert [each.text for each in header._p.iter(qn("w:instrText"))] == [" PAGE "]
    assert text._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_chapters_begin_pages_a_third_down() -> None:
    document = opened(book(chapter(1, "The Lamp"), chapter(2)))
    assert styled(document, "Heading 1") == ["Chapter 1: The Lamp", "Chapter 2"]
    heading = format_of(document, "Heading 1")
    assert heading.page_break_before
    assert heading.space_before.pt + 72 == pytest.approx(792 / 3, abs=1)
    assert heading.alignment == WD_ALIGN_PARAGRAPH.CENTER


def test_parts_have_pages_of_their_own_and_the_upper_headings() -> None:
    document = opened(book(chapter(1), chapter(2, "", "Winter"), chapter(3)))
    assert styled(document, "Heading 1") == ["Winter"]
    assert styled(document, "Heading 2") == ["Chapter 1", "Chapter 2", "Chapter 3"]
    levels = [
        document.styles[name].element.find(f".//{qn('w:outlineLvl')}").get(qn("w:val"))
        for name in ("Heading 1", "Heading 2")
    ]
    assert levels == ["0", "1"]
    assert all(format_of(document, f"Heading {level}").page_break_before for level in (1, 2))


def test_scene_breaks_are_signs_and_italics_are_real() -> None:
    document = opened(book(chapter(1)))
    assert styled(document, "Scene Break") == ["#"]
    assert styled(document, "The End") == ["END"]
    assert document.paragraphs[-1].text == "END"
    runs = [run for each in document.paragraphs for run in each.runs]
    assert [run.text for run in runs if run.italic] == ["out"]
    assert [run.text for run in runs if run.bold] == ["ever"]
    assert "\t" not in "".join(styled(document, "Body Text"))
    assert not any("*" in run.text for run in runs)


def test_a_reading_copy_looks_like_a_book() -> None:
    document = opened(book(chapter(1, "The Lamp"), chapter(2)), READ)
    assert styled(document, "Title", "Author") == ["Salt", "I. M. Ray"]
    assert styled(document, "Scene Break") == ["* * *", "* * *"]
    assert not styled(document, "Contact", "The End")
    assert (
        styled(document, "First Paragraph") == [PROSE[0].replace("*", ""), "Nobody ever came."] * 2
    )
    assert format_of(document, "First Paragraph").first_line_indent == Pt(0)
    assert format_of(document, "Body Text").first_line_indent > Pt(10)
    first, text = document.sections
    assert first.footer.is_linked_to_previous, "the front has no page numbers"
    assert [each.text for each in text.footer._element.iter(qn("w:instrText"))] == [" PAGE "]


def test_a_reading_copy_has_contents_that_lead_to_the_chapters() -> None:
    document = opened(book(chapter(1, "", "Winter"), chapter(2, "Ice")), READ)
    assert styled(document, "toc 1") == ["Winter"]
    assert styled(document, "toc 2") == ["Chapter 1", "Chapter 2: Ice"]
    body = document.element.body
    links = [each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))]
    places = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    assert links == places and len(set(places)) == 3
    marks = [each.get(qn("w:fldCharType")) for each in body.iter(qn("w:fldChar"))]
    assert marks == ["begin", "separate", "end"]


def test_one_chapter_has_no_contents() -> None:
    document = opened(book(chapter(1)), READ)
    assert not styled(document, "toc 1", "toc 2", "TOC Heading")


@pytest.mark.parametrize("options", [SENT, READ])
def test_properties_are_the_novels_own(options: ExportOptions) -> None:
    made = written(book(chapter(1), title="x" * 400), options)
    properties = docx.Document(io.BytesIO(made)).core_properties
    assert properties.title == "x" * 255
    assert (properties.author, properties.language) == ("I. M. Ray", "en")
    assert properties.created == properties.modified == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    everything = b"".join(zipfile.ZipFile(io.BytesIO(made)).read(name) for name in names(made))
    assert b"python-docx" not in everything and b"Macintosh" not in everything
    assert b"2013" not in everything, "the template's date"


def names(made: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(made)).namelist()


@pytest.mark.parametrize("options", [SENT, READ])
def test_the_same_novel_gives_the_same_bytes(options: ExportOptions) -> None:
    made = written(book(chapter(1), chapter(2)), options)
    assert made == written(book(chapter(1), chapter(2)), options)
    moments = {each.date_time for each in zipfile.ZipFile(io.BytesIO(made)).infolist()}
    assert moments == {(2026, 3, 4, 5, 6, 6)}, "ZIP counts in steps of two seconds"
    assert names(made)[0] == "[Content_Types].xml"


@pytest.mark.parametrize("options", [SENT, READ])
def test_hostile_words_stay_words(options: ExportOptions) -> None:
    told = book(*(chapter(n, text, text, HOSTILE) for n, text in enumerate(HOSTILE, start=1)))
    document = opened(replace(told, title=HOSTILE[5], author=HOSTILE[1]), options)
    texts = [each.text for each in document.paragraphs]
    for said in (HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[5], HOSTILE[6], HOSTILE[8]):
        assert texts.count(said) >= len(HOSTILE)
    assert texts.count("red  tab end") + texts.count("red tab end") >= len(HOSTILE)
    assert any("naïve Ελλάδα Война 漢字 العربية 😀" in text for text in texts)
    assert styled(document, "Title") == [HOSTILE[5]]


def test_a_book_without_title_author_and_prose_opens() -> None:
    document = opened(book(chapter(1, prose=()), title="", author=""), ExportOptions())
    assert styled(document, "Title", "Author", "Heading 1", "The End") == [
        "Untitled",
        "Chapter 1",
        "END",
    ]
    assert document.sections[1].header.paragraphs[0].text == "UNTITLED / 1"


def test_a_very_long_paragraph_is_one_paragraph() -> None:
    long = "word " * 200_000 + "end"
    assert styled(opened(book(chapter(1, prose=(long,)))), "Body Text") == [long]


@given(st.text(), st.text(max_size=40))
def test_any_text_is_sound_xml(prose: str, title: str) -> None:
    manuscript = book(chapter(1, title, title, (prose, f"*{prose}*")), chapter(2))
    for options in (SENT, READ):
        look = look_of(options, has_parts=True)
        text = "".join((*contents_xml(manuscript), *chapters_xml(manuscript, look)))
        root = etree.fromstring(f"<w:body {nsdecls('w')}>{text}</w:body>")
        assert {each.tag for each in root} <= {qn("w:p")}


def test_every_style_in_use_is_in_the_document() -> None:
    for options in (SENT, READ):
        document = opened(book(chapter(1, "", "Winter"), chapter(2)), options)
        known = {style.style_id for style in document.styles}
        used = {each.get(qn("w:val")) for each in document.element.iter(qn("w:pStyle"))}
        assert used <= known


@pytest.mark.parametrize("options", [SENT, READ])
def test_memory_does_not_grow_with_the_book(tmp_path: Path, options: ExportOptions) -> None:
    def peak(num_chapters: int) -> int:
        prose = ("A *short* line.", *("word " * 200,) * 20)
        headings = tuple(chapter(1 + n, "Ice").heading for n in range(num_chapters))

        def read() -> Iterator[ManuscriptChapter]:
            for heading in headings:
                yield ManuscriptChapter(heading, tuple(f"{each} " for each in prose), 9)

        manuscript = replace(book(), contents=headings, chapters=read())
        with (tmp_path / "book.docx").open("w+b") as file:
            tracemalloc.start()
            write(manuscript, file, options)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    assert peak(2) > 0  # what python-docx loads once
    assert peak(110) - peak(10) < 300_000, "of 2 million characters"
