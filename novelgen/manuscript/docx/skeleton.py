"""A Word document without its text: styles, page, header and footer, title page, properties.

It is the same for a story and for a saga; `book` puts the contents and the chapters in.
"""

from datetime import UTC
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from novelgen.manuscript.contact import Contact
from novelgen.manuscript.docx.looks import INCH, Look, Name
from novelgen.manuscript.docx.style_sheet import set_styles
from novelgen.manuscript.export_options import ExportOptions, Style
from novelgen.manuscript.submission import byline_of, page_header, title_of, told_length
from novelgen.manuscript.tree import Manuscript
from novelgen.text.sanitize import clean_line

CONTENTS = "novelgen-contents"
CHAPTERS = "novelgen-chapters"
"""The only texts of two paragraphs, where a skeleton wants its contents and its chapters."""
_PROPERTY_CHARACTERS = 255
"""As long as a property of a document may be."""
_NO_USE = ("customXml", "numbering", "stylesWithEffects", "webSettings", "fontTable")
_NO_USE_OF_PACKAGE = ("thumbnail", "extended-properties")
"""Parts of python-docx's template, by the end of the type of their relationship."""
_CONTACT_LINE = 14.0
"""About as high as a line of the contact block, in points."""


def skeleton_of(manuscript: Manuscript, look: Look, options: ExportOptions) -> bytes:
    """A whole document, with `CONTENTS` and `CHAPTERS` where the rest belongs."""
    document = Document()
    _drop_template_parts(document)
    set_styles(document, look, manuscript.language)
    _set_settings(document, look)
    _set_properties(document, manuscript, options.contact)
    _set_page(document.sections[0], look)
    if options.style is Style.READING:
        _add_book_title(document, manuscript, look)
    else:
        _add_submission_title(document, manuscript, look, options.contact)
    document.add_paragraph(CONTENTS)
    text = document.add_section(WD_SECTION.NEW_PAGE)
    document.add_paragraph(CHAPTERS)
    _number_pages(text)
    if options.style is Style.READING:
        _fill_footer(text)
    else:
        _fill_header(text, page_header(manuscript, options.contact))
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _drop_template_parts(document: Any) -> None:
    for relations, unused in (
        (document.part.rels, _NO_USE),
        (document.part.package.rels, _NO_USE_OF_PACKAGE),
    ):
        for key in [key for key, each in relations.items() if each.reltype.endswith(unused)]:
            del relations[key]


def _set_settings(document: Any, look: Look) -> None:
    """As of Word 2013 and later; else the document opens in a mode for older ones."""
    hyphenation = '<w:autoHyphenation/><w:consecutiveHyphenLimit w:val="2"/>'
    settings = parse_xml(
        f"<w:settings {nsdecls('w')}>"
        '<w:zoom w:percent="100"/>'
        '<w:defaultTabStop w:val="720"/>'
        f"{hyphenation if look.is_hyphenated else ''}"
        '<w:characterSpacingControl w:val="doNotCompress"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        "</w:settings>"
    )
    element = document.settings.element
    for child in list(element):
        element.remove(child)
    element.extend(list(settings))


def _set_properties(document: Any, manuscript: Manuscript, contact: Contact) -> None:
    properties = document.core_properties
    author = byline_of(manuscript, contact)[:_PROPERTY_CHARACTERS]
    properties.title = title_of(manuscript)[:_PROPERTY_CHARACTERS]
    properties.author = author
    properties.last_modified_by = author
    properties.comments = ""
    properties.language = manuscript.language
    properties.revision = 1
    properties.created = properties.modified = manuscript.updated_at.astimezone(UTC)


def _set_page(section: Any, look: Look) -> None:
    section.page_width, section.page_height = (Pt(length) for length in look.page)
    section.left_margin = section.right_margin = Pt(look.margins[0])
    section.top_margin = section.bottom_margin = Pt(look.margins[1])
    section.header_distance = section.footer_distance = Pt(INCH / 2)
    section.different_first_page_header_footer = True


def _number_pages(section: Any) -> None:
    """The first page of the text is page 1; the title page has no number."""
    section.different_first_page_header_footer = False
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")


def _add_submission_title(
    document: Any, manuscript: Manuscript, look: Look, contact: Contact
) -> None:
    """Who sends it in and how long it is at the top, the title half-way down."""
    first, *others = [clean_line(line) for line in contact.lines] or [""]
    paragraph = document.add_paragraph(style=Name.CONTACT)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(look.text_width), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{first}\t{told_length(manuscript.words)}")
    for line in others:
        document.add_paragraph(line, style=Name.CONTACT)
    above = _CONTACT_LINE * (1 + len(others)) + look.margins[1]
    title = document.add_paragraph(title_of(manuscript), style=Name.TITLE)
    title.paragraph_format.space_before = Pt(max(24.0, look.page[1] / 2 - above - look.size * 2))
    _add_byline(document, byline_of(manuscript, contact))


def _add_book_title(document: Any, manuscript: Manuscript, look: Look) -> None:
    title = document.add_paragraph(title_of(manuscript), style=Name.TITLE)
    title.paragraph_format.space_before = Pt(look.page[1] / 3 - look.margins[1])
    if clean_line(manuscript.author):
        document.add_paragraph(clean_line(manuscript.author), style=Name.AUTHOR)


def _add_byline(document: Any, byline: str) -> None:
    if byline:
        document.add_paragraph(f"by {byline}", style=Name.AUTHOR)


def _fill_header(section: Any, text: str) -> None:
    section.header.is_linked_to_previous = False
    _number(section.header.paragraphs[0], f"{text} / ")


def _fill_footer(section: Any) -> None:
    section.footer.is_linked_to_previous = False
    _number(section.footer.paragraphs[0], "")


def _number(paragraph: Any, text: str) -> None:
    """The text, and a field that Word fills with the number of the page."""
    if text:
        paragraph.add_run(text)
    for kind in ("begin", "separate", "end"):
        run = paragraph.add_run()
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)
        if kind == "begin":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = " PAGE "
            paragraph.add_run()._r.append(instruction)
        elif kind == "separate":
            paragraph.add_run("1")
