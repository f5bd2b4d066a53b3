"""The two looks of a Word document, as named paragraph styles with their measures.

Lengths are in points. What stands in a paragraph says nothing of its look but the name of its
style, so that a person changes the whole book by changing a style.
"""

from dataclasses import dataclass, replace
from enum import Enum

from novelgen.manuscript.export_options import ExportOptions, Face, PageSize, Style

INCH = 72.0
PAGES = {PageSize.LETTER: (8.5 * INCH, 11 * INCH), PageSize.A4: (595.3, 841.9)}
"""Width and height."""
FACES = {Face.TIMES: "Times New Roman", Face.COURIER: "Courier New"}
_READING_FACE = "Georgia"


class Alignment(Enum):
    """Of a paragraph; the values are those of WordprocessingML."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    BOTH = "both"


class Name:
    """Of styles: built-in names where Word has one, so that it knows what a paragraph is."""

    BODY = "Body Text"
    FIRST = "First Paragraph"
    UPPER_HEADING = "Heading 1"
    LOWER_HEADING = "Heading 2"
    SCENE_BREAK = "Scene Break"
    TITLE = "Title"
    AUTHOR = "Author"
    CONTACT = "Contact"
    END = "The End"
    HEADER = "Header"
    FOOTER = "Footer"
    CONTENTS_HEADING = "TOC Heading"
    UPPER_CONTENTS = "toc 1"
    LOWER_CONTENTS = "toc 2"


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """A named style; what is None comes from the style of all text."""

    name: str
    size: float | None = None
    alignment: Alignment | None = None
    line_spacing: float | None = None
    """In lines."""
    before: float = 0
    after: float = 0
    first_line: float = 0
    left: float = 0
    starts_page: bool = False
    keeps_with_next: bool = False
    is_hyphenated: bool = True
    outline_level: int | None = None
    next_name: str | None = None
    """The style of the paragraph that a person types after this one."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that the two kinds of document differ in."""

    face: str
    size: float
    alignment: Alignment
    line_spacing: float
    """In lines."""
    controls_widows: bool
    is_hyphenated: bool
    page: tuple[float, float]
    """Width and height."""
    margins: tuple[float, float]
    """At the sides, and above and below."""
    styles: tuple[ParagraphStyle, ...]
    scene_break: str
    first_style: str
    """Of a paragraph after a heading or a scene break."""
    end: str
    """Below the text; may be empty."""

    @property
    def text_width(self) -> float:
        return self.page[0] - 2 * self.margins[0]


def look_of(options: ExportOptions, *, has_parts: bool) -> Look:
    """What `options` ask for. In a book with parts, these have the upper headings."""
    page = PAGES[options.page_size]
    if options.style is Style.READING:
        return _reading(page, has_parts=has_parts)
    return _manuscript(page, FACES[options.face], has_parts=has_parts)


def _manuscript(page: tuple[float, float], face: str, *, has_parts: bool) -> Look:
    return Look(
        face=face,
        size=12,
        alignment=Alignment.LEFT,
        line_spacing=2,
        controls_widows=False,
        is_hyphenated=False,
        page=page,
        margins=(INCH, INCH),
        styles=_manuscript_styles(page[1], has_parts=has_parts),
        scene_break="#",
        first_style=Name.BODY,
        end="END",
    )


def _manuscript_styles(height: float, *, has_parts: bool) -> tuple[ParagraphStyle, ...]:
    centred = ParagraphStyle("", alignment=Alignment.CENTER)
    heading = replace(centred, starts_page=True, keeps_with_next=True, next_name=Name.BODY)
    chapter = replace(heading, before=height / 3 - INCH, after=24)
    part = replace(heading, before=height / 2 - 1.5 * INCH)
    return (
        ParagraphStyle(Name.BODY, first_line=INCH / 2),
        *_headings(chapter, part, has_parts=has_parts),
        replace(centred, name=Name.SCENE_BREAK, next_name=Name.BODY),
        replace(centred, name=Name.TITLE, next_name=Name.AUTHOR),
        replace(centred, name=Name.AUTHOR),
        ParagraphStyle(Name.CONTACT, line_spacing=1),
        replace(centred, name=Name.END, before=24),
        ParagraphStyle(Name.HEADER, alignment=Alignment.RIGHT, line_spacing=1),
    )


def _reading(page: tuple[float, float], *, has_parts: bool) -> Look:
    return Look(
        face=_READING_FACE,
        size=11,
        alignment=Alignment.BOTH,
        line_spacing=1.25,
        controls_widows=True,
        is_hyphenated=True,
        page=page,
        margins=(1.5 * INCH, 1.2 * INCH),
        styles=(
            *_reading_styles(page[1], has_parts=has_parts),
            *_contents_styles(has_parts=has_parts),
        ),
        scene_break="* * *",
        first_style=Name.FIRST,
        end="",
    )


def _reading_styles(height: float, *, has_parts: bool) -> tuple[ParagraphStyle, ...]:
    centred = ParagraphStyle("", alignment=Alignment.CENTER, is_hyphenated=False)
    heading = replace(
        centred, line_spacing=1.1, starts_page=True, keeps_with_next=True, next_name=Name.FIRST
    )
    chapter = replace(heading, size=17, before=72, after=36)
    part = replace(heading, size=22, before=height / 3 - INCH)
    scene_break = replace(centred, before=12, after=12, keeps_with_next=True, next_name=Name.FIRST)
    return (
        ParagraphStyle(Name.BODY, first_line=18),
        ParagraphStyle(Name.FIRST, next_name=Name.BODY),
        *_headings(chapter, part, has_parts=has_parts),
        replace(scene_break, name=Name.SCENE_BREAK),
        replace(centred, name=Name.TITLE, size=28, line_spacing=1.1, next_name=Name.AUTHOR),
        replace(centred, name=Name.AUTHOR, size=14, before=24),
        ParagraphStyle(Name.FOOTER, size=10, alignment=Alignment.CENTER),
    )


def _contents_styles(*, has_parts: bool) -> tuple[ParagraphStyle, ...]:
    """Lines that go on in a second one hang; chapters are set in below their parts."""
    line = ParagraphStyle("", alignment=Alignment.LEFT, first_line=-16, is_hyphenated=False)
    chapter = replace(line, left=30 if has_parts else 16)
    part = replace(line, left=16, before=10, after=2, keeps_with_next=True)
    upper, lower = (part, chapter) if has_parts else (chapter, part)
    return (
        ParagraphStyle(
            Name.CONTENTS_HEADING,
            size=17,
            alignment=Alignment.CENTER,
            after=24,
            starts_page=True,
            keeps_with_next=True,
        ),
        replace(upper, name=Name.UPPER_CONTENTS),
        replace(lower, name=Name.LOWER_CONTENTS),
    )


def _headings(
    chapter: ParagraphStyle, part: ParagraphStyle, *, has_parts: bool
) -> tuple[ParagraphStyle, ParagraphStyle]:
    upper, lower = (part, chapter) if has_parts else (chapter, part)
    return (
        replace(upper, name=Name.UPPER_HEADING, outline_level=0),
        replace(lower, name=Name.LOWER_HEADING, outline_level=1),
    )
