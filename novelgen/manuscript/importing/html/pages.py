"""A page of HTML into blocks: headings, paragraphs with their italics, scene breaks.

Left out: pictures, which are counted, notes and the signs that refer to them, page numbers, what is
hidden. Empty paragraphs are counted as the gap before the next one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from novelgen.manuscript.importing.blocks import Block, Break, Paragraph, heading_of_lines
from novelgen.manuscript.importing.html.styles import Look, Styles
from novelgen.manuscript.importing.paragraphs import SOFT_HYPHEN, Line, lines_of
from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of
from novelgen.text.emphasis import Run

_BLOCKS_LISTED = """
address article aside blockquote body caption center dd details div dl dt fieldset figcaption
figure footer form header hgroup html legend li main ol p pre section summary table tbody td tfoot
th thead tr ul
"""
_BLOCKS = frozenset(_BLOCKS_LISTED.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEFT_OUT_LISTED = """
head script style title template iframe object audio video canvas button select textarea rt rp nav
math map datalist noscript
"""
_LEFT_OUT = frozenset(_LEFT_OUT_LISTED.split())
_PICTURES = frozenset({"img", "svg", "image", "picture"})
_NOTES = frozenset({"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"})
_LICENCE = frozenset({"pg-boilerplate", "pgheader", "pgfooter", "pg-header", "pg-footer"})
"""What Project Gutenberg puts around a book."""
_PAGE_NUMBERS = frozenset({"pagenum", "pageno", "page-number", "pagebreak", "page_number"})
_REFERENCE = re.compile(r"[\[(]?(?:\d{1,4}|[*†‡§¶]{1,3}|[a-z])[\])]?")
_FIGURES = re.compile(r"[0-9]{1,6}")
_LONGEST_HEADING = 1_000
_LONGEST_HEADER = 400


@dataclass(frozen=True, slots=True)
class Page:
    """What is on a page."""

    blocks: list[Block]
    places: dict[str, int]
    """How many blocks stand before an element, by its id."""
    num_pictures: int
    num_notes: int


@dataclass(slots=True)
class _State:
    """What counts within an element."""

    is_italic: bool = False
    is_bold: bool = False
    is_centred: bool = False
    is_verbatim: bool = False
    """Whether a line feed is one, as in `pre`."""
    is_left_out: bool = False


@dataclass(slots=True)
class PageReader:
    """Reads one page."""

    styles: Styles
    _blocks: list[Block] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _runs: list[Run] = field(default_factory=list)
    _states: list[_State] = field(default_factory=lambda: [_State()])
    _heading: tuple[Element, int] | None = None
    """The element whose text is a heading, and its level."""
    _alt: str = ""
    """Of a picture in a heading."""
    _lists: list[int | None] = field(default_factory=list)
    """The numbers of the last items of the lists that are open; None where they have none."""
    _number: str = ""
    """Of an item of a list whose text has not begun."""
    _gap: int = 0
    _num_pictures: int = 0
    _num_notes: int = 0

    def read(self, root: Element) -> Page:
        """The page below an element."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            name = name_of(element)
            if event == "start" and (not name or self._is_left_out(element, name)):
                walk.skip_subtree()
                self._states.append(_State(is_left_out=True))
            elif event == "start":
                self._open(element, name)
            else:
                if not self._states[-1].is_left_out:
                    self._close(element, name)
                self._states.pop()
                self._add(element.tail)
        self._end_paragraph()
        return Page(self._blocks, self._places, self._num_pictures, self._num_notes)

    def _is_left_out(self, element: Element, name: str) -> bool:
        """Whether nothing of an element is read; what is left out is counted."""
        types = set(attribute(element, "type").split())
        role = element.get("role", "").removeprefix("doc-")
        if name in _PICTURES:
            self._num_pictures += not self._reads_picture(element)
            return True
        if name != "a" and (types & _NOTES or role in _NOTES):
            self._num_notes += 1
            return True
        classes = set(element.get("class", "").lower().split())
        return (
            name in _LEFT_OUT
            or element.get("hidden") is not None
            or bool((classes | types | {role}) & _PAGE_NUMBERS)
            or bool((classes | {element.get("id", "")}) & _LICENCE)
            or (name == "a" and _is_reference(element))
            or self._look(element, name).is_hidden is True
        )

    def _reads_picture(self, element: Element) -> bool:
        """Whether a picture is read as text: a heading, or the first letter of a word."""
        alt = " ".join(element.get("alt", "").split())
        if self._heading is not None and alt:
            self._alt = alt
            return True
        if len(alt) in (1, 2) and alt[-1].isalpha() and (element.tail or " ")[0].isalpha():
            self._add(alt)
            return True
        return False

    def _look(self, element: Element, name: str) -> Look:
        return self.styles.look(name, element.get("class", "").split(), element.get("style", ""))

    def _open(self, element: Element, name: str) -> None:
        is_block = name in _BLOCKS or name in _HEADINGS
        if is_block or name == "hr":
            self._end_line() if self._heading is not None else self._end_paragraph()
        identity = element.get("id")
        if identity:
            self._places.setdefault(identity, len(self._blocks))
        if name == "hr" and self._heading is None:
            self._blocks.append(Break())
        elif name == "br":
            self._runs.append(Run("\n"))
        if self._heading is None and (name in _HEADINGS or _is_heading_group(element, name)):
            self._heading = element, _HEADINGS.get(name) or _level_within(element)
        self._states.append(self._state(element, name))
        self._count(element, name)
        self._add(element.text)

    def _count(self, element: Element, name: str) -> None:
        """Number the items of numbered lists."""
        if name in ("ol", "ul"):
            first = element.get("start", "1")
            start = int(first) if _FIGURES.fullmatch(first) else 1
            self._lists.append(start - 1 if name == "ol" else None)
        elif name == "li" and self._lists and self._lists[-1] is not None:
            self._lists[-1] += 1
            self._number = f"{self._lists[-1]}. "

    def _state(self, element: Element, name: str) -> _State:
        look, around = self._look(element, name), self._states[-1]
        is_centred = look.is_centred
        if is_centred is None and element.get("align"):
            is_centred = element.get("align", "").lower() == "center"
        return _State(
            around.is_italic if look.is_italic is None else look.is_italic,
            around.is_bold if look.is_bold is None else look.is_bold,
            around.is_centred if is_centred is None else is_centred,
            around.is_verbatim or name == "pre",
        )

    def _close(self, element: Element, name: str) -> None:
        if name in ("ol", "ul"):
            self._lists.pop()
        if self._heading is not None and self._heading[0] is element:
            self._end_heading()
        elif name in _BLOCKS or name in _HEADINGS:
            if self._heading is not None:
                self._end_line()
            elif not self._end_paragraph() and _is_empty(element, name):
                self._gap += 1

    def _add(self, text: str | None) -> None:
        if text:
            state = self._states[-1]
            text = text if state.is_verbatim else text.replace("\n", " ")
            text = text.replace("\r", " ").replace(SOFT_HYPHEN, "")
            self._runs.append(Run(text, state.is_italic, state.is_bold))

    def _end_line(self) -> None:
        self._runs.append(Run("\n"))

    def _end_paragraph(self) -> bool:
        """Make paragraphs of what was read since the last one; whether there was anything."""
        if self._number and any(run.text.strip() for run in self._runs):
            self._runs.insert(0, Run(self._number))
            self._number = ""
        lines = list(lines_of(self._runs))
        self._runs = []
        for line in lines:
            self._blocks.append(self._paragraph(line))
            self._gap = 0
        return bool(lines)

    def _paragraph(self, line: Line) -> Paragraph:
        stands_out = line.is_bold or self._states[-1].is_centred or not self._blocks
        return Paragraph(line.text, gap=self._gap, stands_out=stands_out)

    def _end_heading(self) -> None:
        assert self._heading is not None
        lines = [line.plain for line in lines_of(self._runs)] or [self._alt][: bool(self._alt)]
        level = self._heading[1]
        self._runs, self._heading, self._alt, self._gap = [], None, "", 0
        if sum(map(len, lines)) > _LONGEST_HEADING:
            self._blocks += [Paragraph(line) for line in lines]
        elif lines:
            self._blocks.append(heading_of_lines(level, lines))


def _is_reference(element: Element) -> bool:
    """Whether a link is the sign of a note."""
    if "noteref" in attribute(element, "type").split() or element.get("role") == "doc-noteref":
        return True
    text = "".join(element.itertext()).strip()
    return "#" in element.get("href", "") and _REFERENCE.fullmatch(text[:12]) is not None


def _is_heading_group(element: Element, name: str) -> bool:
    """Whether an element holds a heading in several lines, and nothing else."""
    if name not in ("hgroup", "header") or not any(_headings_in(element)):
        return False
    return name == "hgroup" or sum(map(len, element.itertext())) <= _LONGEST_HEADER


def _headings_in(element: Element) -> Iterator[int]:
    return (_HEADINGS[name] for below in element.iter() if (name := name_of(below)) in _HEADINGS)


def _level_within(element: Element) -> int:
    return next(_headings_in(element), 1)


def _is_empty(element: Element, name: str) -> bool:
    """Whether it is a paragraph that was left empty to part others."""
    if name not in ("p", "div") or (name == "p" and len(element) == 0):
        return name == "p"
    return all(name_of(below) in ("br", "span", "b", "i") for below in element.iterdescendants())
