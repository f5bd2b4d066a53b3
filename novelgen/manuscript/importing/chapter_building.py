"""Builds chapters out of sections: parts over them, smaller headings within them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from novelgen.manuscript.chapter_headings import is_uncounted, title_in
from novelgen.manuscript.importing.blocks import Break, Comment, Draft, Edge, Heading, Paragraph
from novelgen.manuscript.importing.chapter_numbers import Numbered, rising
from novelgen.manuscript.importing.chapter_text import ChapterText
from novelgen.manuscript.importing.counts import counted
from novelgen.manuscript.importing.heading_lines import HeadingLine, LineKind
from novelgen.manuscript.importing.sections import Section
from novelgen.manuscript.importing.values import ImportedChapter
from novelgen.text.emphasis import Run, marked
from novelgen.text.sanitize import clean_line

_SHORT_OPENING = 250
"""Words, such as a motto, that begin a chapter rather than being one."""
_SHARE_OF_CHAPTER = 0.25
_LEAST_ROW = 3
"""Numbers in a row, at least, so that the “I” of “I Of His Malice” is one of them."""
_LARGEST = 400
"""A heading that is nothing but a larger number, such as a year, is a title."""
_BREAK = (Break(),)


class Building:
    """The chapters of a draft as they are built; what a person should know goes to its remarks."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.placed: set[Comment] = set()
        """Those that stand at a place of a finished chapter."""
        self._chapters: list[tuple[HeadingLine | None, str | None, ChapterText]] = []
        self._parts: list[HeadingLine] = []
        self._opening: list[Paragraph | Break] = []
        """Of the next chapter."""
        self._edges: list[Edge] = []
        self._num_empty = self._num_inside = self._num_openings = 0
        self._is_open = False

    def add_own(self, sections: Iterable[Section]) -> None:
        """The sections of a file that was exported here: a heading is what it says.

        A person may have put smaller headings in since, or have emptied chapters.
        """
        sections = list(sections)
        levels = Counter(each.level for each in sections if each.words and each.heading)
        level = levels.most_common(1)[0][0] if levels else 1
        for each in sections:
            heading = each.heading
            is_smaller = each.level > level and self._is_open
            if heading is not None and is_smaller and not _is_of_export(heading.text):
                self._go_on(heading, each)
            elif each.words:
                self._begin(each)
            elif heading is not None and each.level < level:
                self._parts.append(_verbatim(heading.line))
            else:
                self._num_empty += heading is not None
        self._tell(sections)

    def add_all(self, sections: Sequence[Section], level: int) -> None:
        """The sections of any file, whose chapters' headings are of this level."""
        usual = median(
            [each.words for each in sections if each.words and each.level == level] or [0]
        )
        for at, each in enumerate(sections):
            below = sections[at + 1] if at + 1 < len(sections) else None
            self._add(each, below, level, min(_SHORT_OPENING, _SHARE_OF_CHAPTER * usual))
        self._tell(sections)

    def finished(self) -> tuple[ImportedChapter, ...]:
        """The chapters; the numbers in their headings are those that make a row."""
        lines = [line for line, _, _ in self._chapters]
        numbered = _numbered(lines, [part for _, part, _ in self._chapters])
        return tuple(
            ImportedChapter(
                title=clean_line(_title(line, is_numbered=at in numbered)),
                text=text.text,
                number=line.number if line is not None and at in numbered else None,
                part=part,
                notes=text.notes(self.placed),
            )
            for at, (line, part, text) in enumerate(self._chapters)
        )

    def _add(self, each: Section, below: Section | None, level: int, short: float) -> None:
        heading = each.heading
        if heading is None:
            if each.words and below is not None and each.words <= short:
                self._open_with(each)
            elif each.words:
                self._begin(each)
        elif each.level > level and self._is_open:
            self._go_on(heading, each)
        elif not each.words:
            self._add_empty(heading, each, below, level)
        elif below is not None and _is_part_of_book(heading, each, below, level, short):
            self._parts.append(heading.line)
            self._edges += heading.edges
            self._open_with(each)
        else:
            self._begin(each)

    def _add_empty(
        self, heading: Heading, each: Section, below: Section | None, level: int
    ) -> None:
        """A heading without prose: a chapter that begins with a section, a part, or nothing."""
        kind = heading.line.kind
        next_kind = None if below is None or below.heading is None else below.heading.line.kind
        has_sections = below is not None and below.level > each.level == level
        is_part = (
            kind in (LineKind.PART, LineKind.OTHER)
            or each.level < level
            or (kind is LineKind.UNCOUNTED and next_kind is LineKind.PART)
        )
        if has_sections and kind is not LineKind.PART:
            self._begin(each)
        elif is_part and below is not None:
            self._parts.append(heading.line)
            self._edges += heading.edges
            self._opening += each.body
            self._is_open = False
        else:
            self._num_empty += 1

    def _begin(self, each: Section) -> None:
        text = ChapterText()
        heading = each.heading
        text.add_edges(self._edges)
        text.add_edges(() if heading is None else heading.edges)
        for block in (*self._opening, *(_BREAK if self._opening else ()), *each.body):
            text.add(block)
        line = None if heading is None else heading.line
        self._chapters.append((line, _part_title(self._parts), text))
        self._parts, self._opening, self._edges = [], [], []
        self._is_open = True

    def _go_on(self, heading: Heading, each: Section) -> None:
        """A smaller heading within a chapter."""
        text = self._chapters[-1][2]
        text.add(Break())
        text.add(Paragraph(marked([Run(heading.text, is_bold=True)]), heading.edges))
        for block in each.body:
            text.add(block)
        self._num_inside += 1

    def _open_with(self, each: Section) -> None:
        self._opening += each.body
        self._num_openings += 1
        self._is_open = False

    def _tell(self, sections: Sequence[Section]) -> None:
        remarks = self._draft.remarks
        if self._num_inside:
            remarks.append(
                f"{counted(self._num_inside, 'smaller heading')} within chapters became bold "
                "lines after a scene break."
            )
        if self._num_openings:
            remarks.append(
                f"Text before a first heading or under the heading of a part, in "
                f"{counted(self._num_openings, 'place')}, begins the chapter that follows."
            )
        if self._num_empty:
            remarks.append(f"Left out: {counted(self._num_empty, 'heading')} with no text below.")
        if len(self._chapters) == 1 and sections[-1].heading is None:
            remarks.append(
                "No headings of chapters were found, so the text is one chapter: mark them with # "
                "in Markdown, or the style Heading 1, and import it once more."
            )


def _is_part_of_book(
    heading: Heading, each: Section, below: Section, level: int, short: float
) -> bool:
    """Whether a heading over a few words is a part's, and they a motto."""
    if below.heading is None or each.words > short:
        return False
    if heading.line.kind is LineKind.PART:
        return below.heading.line.kind is not LineKind.PART and below.level <= level
    return each.level < level <= below.level and heading.line.kind is LineKind.OTHER


def _part_title(lines: Sequence[HeadingLine]) -> str | None:
    """The title of a part that has one or more headings: “Book I, Part I: 1805”."""
    title = ""
    for before, line in zip([None, *lines], lines, strict=False):
        is_named = before is not None and before.is_bare and line.kind is LineKind.OTHER
        joint = ": " if is_named else ", "
        title = f"{title}{joint}{line.text}" if title else line.text
    return clean_line(title) or None


def _is_of_export(heading: str) -> bool:
    """Whether an export may have written such a heading over a chapter."""
    return title_in(heading) is not None or is_uncounted(heading)


def _verbatim(line: HeadingLine) -> HeadingLine:
    return HeadingLine(LineKind.OTHER, line.text, None, line.text)


def _title(line: HeadingLine | None, *, is_numbered: bool) -> str:
    if line is None:
        return ""
    own = title_in(line.text)
    if own is not None:
        return own
    return line.title if is_numbered or is_uncounted(line.title) else line.text


def _numbered(lines: Sequence[HeadingLine | None], parts: Sequence[str | None]) -> set[int]:
    """The places of the chapters whose heading has a number of the row."""
    part = 0
    places: list[int] = []
    numbers: list[Numbered] = []
    for at, (line, title) in enumerate(zip(lines, parts, strict=True)):
        part += title is not None
        if line is not None and line.number is not None and line.kind is not LineKind.PART:
            places.append(at)
            numbers.append(Numbered(line.number, part, line.kind is LineKind.CHAPTER))
    row = {places[at] for at in rising(numbers)}
    if len(row) < _LEAST_ROW:
        row = {at for at in row if not _is_unparted(lines[at])}
    return row | {at for at in places if _is_bare(lines[at])}


def _is_unparted(line: HeadingLine | None) -> bool:
    return line is not None and line.kind is LineKind.NUMBER and not line.is_parted


def _is_bare(line: HeadingLine | None) -> bool:
    return line is not None and line.is_bare and (line.number or 0) <= _LARGEST
