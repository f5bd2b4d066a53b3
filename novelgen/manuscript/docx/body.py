"""The text of a book as WordprocessingML, a paragraph at a time.

Text is cleaned and escaped: no prose is read as XML. Italics and bold are real; all else is said
by the name of a style.
"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from novelgen.manuscript.docx.looks import Look, Name
from novelgen.manuscript.docx.style_sheet import style_id
from novelgen.manuscript.tree import ChapterHeading, Manuscript, ManuscriptChapter, is_scene_break
from novelgen.text.emphasis import Run, runs_of
from novelgen.text.sanitize import clean_line, clean_text

_LOOKS = {
    (False, False): "",
    (True, False): "<w:rPr><w:i/><w:iCs/></w:rPr>",
    (False, True): "<w:rPr><w:b/><w:bCs/></w:rPr>",
    (True, True): "<w:rPr><w:b/><w:bCs/><w:i/><w:iCs/></w:rPr>",
}


def chapters_xml(manuscript: Manuscript, look: Look) -> Iterator[str]:
    """All parts and chapters, and what stands below the last one."""
    writer = _Chapters(look, has_parts=manuscript.has_parts)
    for chapter in manuscript.chapters:
        yield from writer.of(chapter)
    if look.end:
        yield plain_xml(Name.END, look.end)


def plain_xml(style: str, text: str) -> str:
    """A paragraph of one look."""
    return paragraph_xml(style, (Run(clean_line(text)),))


def paragraph_xml(style: str, runs: Iterable[Run], before: str = "", after: str = "") -> str:
    """A paragraph; `before` and `after` are elements around its runs."""
    texts = "".join(map(_run_xml, runs))
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id(style)}"/></w:pPr>{before}{texts}{after}</w:p>'


def bookmark_of(heading: ChapterHeading, *, is_part: bool = False) -> str:
    """The name by which the contents call the place of a heading."""
    return f"_Toc{'1' if is_part else '2'}{heading.number:07}"


class _Chapters:
    """Writes chapters; every heading has a place of its own."""

    def __init__(self, look: Look, *, has_parts: bool) -> None:
        self._look = look
        self._chapter_style = Name.LOWER_HEADING if has_parts else Name.UPPER_HEADING
        self._num_places = 0

    def of(self, chapter: ManuscriptChapter) -> Iterator[str]:
        heading = chapter.heading
        if heading.part is not None:
            yield self._heading(
                Name.UPPER_HEADING, heading.part, bookmark_of(heading, is_part=True)
            )
        yield self._heading(self._chapter_style, heading.text, bookmark_of(heading))
        style = self._look.first_style
        for paragraph in chapter.paragraphs:
            if is_scene_break(paragraph):
                yield plain_xml(Name.SCENE_BREAK, self._look.scene_break)
                style = self._look.first_style
            else:
                yield paragraph_xml(style, runs_of(clean_text(paragraph)))
                style = Name.BODY

    def _heading(self, style: str, text: str, bookmark: str) -> str:
        self._num_places += 1
        number = self._num_places
        return paragraph_xml(
            style,
            (Run(clean_line(text)),),
            f'<w:bookmarkStart w:id="{number}" w:name="{bookmark}"/>',
            f'<w:bookmarkEnd w:id="{number}"/>',
        )


def _run_xml(run: Run) -> str:
    looks = _LOOKS[run.is_italic, run.is_bold]
    return f'<w:r>{looks}<w:t xml:space="preserve">{escape(run.text)}</w:t></w:r>'
