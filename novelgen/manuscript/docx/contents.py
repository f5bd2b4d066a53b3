"""A table of contents that Word takes for its own, filled: nothing has to be updated.

Its lines lead to the chapters. They tell no page numbers, which only Word can know.
"""

from collections.abc import Iterator
from itertools import chain

from novelgen.manuscript.docx.body import bookmark_of, paragraph_xml, plain_xml
from novelgen.manuscript.docx.looks import Name
from novelgen.manuscript.tree import ChapterHeading, Manuscript
from novelgen.text.emphasis import Run
from novelgen.text.sanitize import clean_line

HEADING = "Contents"
_FIELD = r" TOC \o &quot;1-2&quot; \n \h \z \u "
_BEGIN = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    f'<w:r><w:instrText xml:space="preserve">{_FIELD}</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
)
_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def contents_xml(manuscript: Manuscript) -> Iterator[str]:
    """A heading and a line for each part and chapter; nothing for a single chapter."""
    if manuscript.num_chapters < 2:
        return
    yield plain_xml(Name.CONTENTS_HEADING, HEADING)
    lines = list(
        chain.from_iterable(
            _lines(heading, has_parts=manuscript.has_parts) for heading in manuscript.contents
        )
    )
    for index, (style, text, bookmark) in enumerate(lines):
        yield paragraph_xml(
            style,
            (Run(clean_line(text)),),
            (_BEGIN if index == 0 else "") + f'<w:hyperlink w:anchor="{bookmark}" w:history="1">',
            "</w:hyperlink>" + (_END if index == len(lines) - 1 else ""),
        )


def _lines(heading: ChapterHeading, *, has_parts: bool) -> Iterator[tuple[str, str, str]]:
    """Style, text and place."""
    if heading.part is not None:
        yield Name.UPPER_CONTENTS, heading.part, bookmark_of(heading, is_part=True)
    style = Name.LOWER_CONTENTS if has_parts else Name.UPPER_CONTENTS
    yield style, heading.text, bookmark_of(heading)
