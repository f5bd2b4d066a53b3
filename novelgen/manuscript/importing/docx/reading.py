"""A Word file into blocks, one paragraph after the other, so that its text is never held whole.

Headings are known by style, title page and running heads are not the text. Tables and text boxes
are flattened. Comments and footnotes become notes at their places.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from novelgen.manuscript.importing.blocks import (
    Break,
    Comment,
    Draft,
    Heading,
    Paragraph,
    heading_of_lines,
)
from novelgen.manuscript.importing.counts import became_notes, counted
from novelgen.manuscript.importing.docx.comments import read_comments, read_footnotes
from novelgen.manuscript.importing.docx.numbering import Numbering, read_numbering
from novelgen.manuscript.importing.docx.paragraphs import Notes, ParagraphReader, WordParagraph
from novelgen.manuscript.importing.docx.parts import Parts
from novelgen.manuscript.importing.docx.styles import Styles, read_styles
from novelgen.manuscript.importing.docx.tracked import (
    PARAGRAPH_END,
    Bit,
    Part,
    num_changes,
    pieces_of,
    stays,
)
from novelgen.manuscript.importing.paragraphs import Line, PlacedComment, lines_of
from novelgen.manuscript.importing.values import TrackedChanges
from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of
from novelgen.manuscript.importing.zip_archive import open_archive
from novelgen.text.emphasis import Run

_TAGS = ("{*}p", "{*}commentRangeStart", "{*}commentRangeEnd")
_WORD = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_LONGEST_HEADING = 1_000
_MAX_BEFORE_TITLE = 20
"""Paragraphs of a title page, such as those of the contact block, that stand above the title."""
_NOBODY = frozenset({"python-docx", "microsoft office user", "windows user", "unknown author"})
_DRAFT_TITLES = ("microsoft word", "word document", "powerpoint")


def add_docx(path: Path, draft: Draft, tracked: TrackedChanges) -> None:
    """Put the blocks of a Word file to a draft. Raises `StorageError` and `UsageError`."""
    with open_archive(path) as archive:
        parts = Parts(archive, str(path))
        properties = parts.properties()
        if not properties.title.lower().startswith(_DRAFT_TITLES):
            draft.title_hint = properties.title
        if properties.author.lower() not in _NOBODY:
            draft.author_hint = properties.author
        notes = _notes(parts)
        styles = read_styles(parts.read("styles"))
        numbering = read_numbering(parts.read("numbering"))
        body = _Body(draft, styles, numbering, notes, tracked)
        with parts.walk_document(_TAGS) as (walk, settle):
            body.read(walk, settle)
        body.tell(len(notes.comments), len(notes.footnotes) + len(notes.endnotes))


def _notes(parts: Parts) -> Notes:
    footnotes, endnotes = (
        {
            identity: Comment("", f"{kind}: {text}")
            for identity, text in read_footnotes(parts.read(name)).items()
        }
        for kind, name in (("Footnote", "footnotes"), ("Endnote", "endnotes"))
    )
    comments = read_comments(parts.read("comments"), parts.read("commentsExtended"))
    return Notes(comments, footnotes, endnotes)


@dataclass(slots=True)
class _Body:
    """Makes blocks of paragraphs."""

    draft: Draft
    styles: Styles
    numbering: Numbering
    notes: Notes
    tracked: TrackedChanges
    _carried: list[WordParagraph] = field(default_factory=list)
    """Those whose ends are not in the text: they are one with the next."""
    _waiting: list[Part] = field(default_factory=list)
    """Edges of comments that stand between paragraphs."""
    _gap: int = 0
    _is_on_new_page: bool = False
    _num_changes: int = 0

    def read(self, walk: Iterator[tuple[str, Element]], settle: Callable[[], None]) -> None:
        """Read the text as it comes; what was read is thrown away."""
        is_old = self.tracked is not TrackedChanges.ACCEPT
        reader = ParagraphReader(self.styles, self.notes, is_old=is_old)
        depth = 0
        for event, element in walk:
            is_paragraph = name_of(element) == "p"
            if is_paragraph and element.tag.startswith(_WORD):
                depth += 1 if event == "start" else -1
            if event == "start" or depth:
                continue
            if not is_paragraph:
                placed = reader.comment_at(element)
                self._waiting += [] if placed is None else [placed]
            elif element.tag.startswith(_WORD):
                if not _is_around(element):
                    self._add(reader.read(element), reader)
                _throw_away(element)
                settle()
        self._finish()

    def tell(self, num_comments: int, num_footnotes: int) -> None:
        """Say what became of changes, comments and footnotes."""
        remarks = self.draft.remarks
        if self._num_changes:
            remarks.append(_fate(self._num_changes, self.tracked))
        if num_comments:
            remarks.append(f"{became_notes(num_comments, 'comment')}.")
        if num_footnotes:
            remarks.append(f"{became_notes(num_footnotes, 'footnote')} beside the text.")

    def _add(self, paragraph: WordParagraph, reader: ParagraphReader) -> None:
        if self._waiting:
            paragraph.parts[:0] = self._waiting
            self._waiting = []
        self.draft.num_pictures += paragraph.num_pictures
        boxes, paragraph.boxes = paragraph.boxes, []
        if paragraph.is_drop_cap:
            self._carried.append(paragraph)
        elif self._is_joined(paragraph):
            paragraph.parts.append(Bit(PARAGRAPH_END, change=paragraph.mark))
            self._carried.append(paragraph)
        else:
            self._emit([*self._carried, paragraph])
            self._carried = []
        for box in boxes:
            self._add(reader.read(box), reader)

    def _is_joined(self, paragraph: WordParagraph) -> bool:
        """Whether the end of a paragraph is not in the text."""
        return not stays(paragraph.mark, self.tracked)

    def _finish(self) -> None:
        if self._carried:
            self._emit(self._carried)

    def _emit(self, paragraphs: list[WordParagraph]) -> None:
        parts = [part for paragraph in paragraphs for part in paragraph.parts]
        last = paragraphs[-1]
        if last.mark is not None and stays(last.mark, self.tracked):
            parts.append(Bit(PARAGRAPH_END, change=last.mark))
        self._num_changes += num_changes(parts)
        main = next((each for each in paragraphs if _has_text(each, self.tracked)), last)
        label = self.numbering.label(main.list_id, main.list_level) if main.list_id else ""
        pieces = pieces_of(parts, self.tracked)
        lines = list(lines_of([Run(f"{label} "), *pieces] if label else pieces))
        begins_page = any(each.begins_page for each in paragraphs) or self._is_on_new_page
        if lines:
            self._put(lines, main, begins_page=begins_page)
            self._gap = 0
        else:
            self._waiting += [part for part in parts if isinstance(part, PlacedComment)]
            self._gap += 1
            if main.is_rule:
                self.draft.blocks.append(Break())
        ends_page = any(each.ends_page for each in paragraphs)
        is_used = bool(lines) and (begins_page or not ends_page)
        self._is_on_new_page = (begins_page or ends_page) and not is_used

    def _put(self, lines: list[Line], main: WordParagraph, *, begins_page: bool) -> None:
        draft = self.draft
        length = sum(len(line.plain) for line in lines)
        if self.styles.is_around(main.style):
            return
        if self._is_title(main) and length <= _LONGEST_HEADING:
            text = " ".join(line.plain for line in lines)
            draft.title = f"{draft.title} {text}".strip()
            edges = tuple(edge for line in lines for edge in line.edges)
            draft.blocks.append(Paragraph(draft.title, edges, stands_out=True))
            return
        level = main.look.level or (1 if self.styles.is_title(main.style) else 0)
        if level and length <= _LONGEST_HEADING:
            edges = tuple(edge for line in lines for edge in line.edges)
            draft.blocks.append(heading_of_lines(level, [line.plain for line in lines], edges))
            return
        for at, line in enumerate(lines):
            stands_out = line.is_bold or main.look.is_centred is True or (begins_page and at == 0)
            gap = self._gap if at == 0 else 0
            draft.blocks.append(Paragraph(line.text, line.edges, gap, stands_out))

    def _is_title(self, paragraph: WordParagraph) -> bool:
        """Whether a paragraph is the title of the book: so set, and before any chapter."""
        if not self.styles.is_title(paragraph.style):
            return False
        before = self.draft.blocks
        return len(before) <= _MAX_BEFORE_TITLE and not any(
            isinstance(block, Heading) for block in before
        )


def _fate(number: int, tracked: TrackedChanges) -> str:
    """What became of the tracked changes."""
    if tracked is TrackedChanges.NOTES:
        return f"{became_notes(number, 'tracked change')}; the text is as it was before."
    done = "Taken over" if tracked is TrackedChanges.ACCEPT else "Left out"
    return f"{done}: {counted(number, 'tracked change')}."


def _has_text(paragraph: WordParagraph, tracked: TrackedChanges) -> bool:
    return any(
        isinstance(part, Bit) and part.text.strip() and stays(part.change, tracked)
        for part in paragraph.parts
    )


def _is_around(paragraph: Element) -> bool:
    """Whether a paragraph is in a table of contents that the program keeps."""
    for above in paragraph.iterancestors():
        if name_of(above) == "sdt":
            galleries = (each for each in above.iter() if name_of(each) == "docpartgallery")
            gallery = next(galleries, None)
            if gallery is not None and attribute(gallery, "val").lower() == "table of contents":
                return True
    return False


def _throw_away(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
