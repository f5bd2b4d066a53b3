"""A paragraph of a Word file: its text in bits, the look of each, and what changes touch it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from novelgen.manuscript.importing.blocks import Comment
from novelgen.manuscript.importing.docx.styles import Look, Styles, look_of
from novelgen.manuscript.importing.docx.tracked import Bit, Change, ChangeKind, Part
from novelgen.manuscript.importing.paragraphs import SOFT_HYPHEN, PlacedComment
from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of
from novelgen.text.sanitize import clean_line

_CHANGES = {
    "ins": ChangeKind.INSERTED,
    "del": ChangeKind.STRUCK,
    "movefrom": ChangeKind.MOVED_AWAY,
    "moveto": ChangeKind.MOVED_HERE,
}
_TEXTS = frozenset({"t", "deltext"})
_LEFT_OUT_LISTED = """
ppr rpr instrtext delinstrtext sdtpr sdtendpr rt proofed annotationref footnoteref endnoteref
"""
_LEFT_OUT = frozenset(_LEFT_OUT_LISTED.split())
_REFERRING_LISTED = """
commentrangestart commentrangeend commentreference footnotereference endnotereference
"""
_REFERRING = frozenset(_REFERRING_LISTED.split())
_PICTURES = frozenset({"blip", "imagedata"})
_SYMBOLS = {"f0b7": "•", "f0d4": "™", "f0d3": "©", "f0d2": "®", "f0be": "—", "f0bc": "…"}
_ORNAMENT = "❦"
"""For a sign of a font of signs."""
_SAYS_UNDERLINED = frozenset({"none", "0", "false", ""})


@dataclass(slots=True)
class WordParagraph:
    """A paragraph as it was read."""

    parts: list[Part]
    style: str
    """The id of its style."""
    look: Look
    """What it says itself, and else its style."""
    mark: Change | None
    """The change that touches its end, which joins it with the next one or parts them."""
    begins_page: bool = False
    ends_page: bool = False
    is_drop_cap: bool = False
    """Whether it is the large first letter of the next one."""
    is_rule: bool = False
    """Whether it is a line across the page."""
    list_id: str = ""
    """Of the numbered list that it is in."""
    list_level: int = 0
    boxes: list[Element] = field(default_factory=list)
    """Paragraphs of text boxes within it."""
    num_pictures: int = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands beside the text, by id."""

    comments: dict[str, Comment]
    footnotes: dict[str, Comment]
    endnotes: dict[str, Comment]

    def at(self, element: Element, name: str) -> Comment | None:
        """The comment or note that an element refers to."""
        table = {"footnotereference": self.footnotes, "endnotereference": self.endnotes}
        return table.get(name, self.comments).get(attribute(element, "id"))


class ParagraphReader:
    """Reads paragraphs. `is_old` is whether the look of runs is the one before tracked changes."""

    def __init__(self, styles: Styles, notes: Notes, *, is_old: bool) -> None:
        self._styles = styles
        self._notes = notes
        self._is_old = is_old

    def read(self, paragraph: Element) -> WordParagraph:
        """The paragraph in an element `w:p`."""
        properties = _child(paragraph, "ppr")
        style = self._styles.paragraph_style(_value(_child(properties, "pstyle")))
        own, inherited = look_of(None, properties), self._styles.look(style)
        look = Look(
            is_centred=inherited.is_centred if own.is_centred is None else own.is_centred,
            begins_page=inherited.begins_page if own.begins_page is None else own.begins_page,
            level=inherited.level if own.level is None else own.level % 10,
        )
        mark = _mark_of(_child(properties, "rpr"))
        read = WordParagraph([], style, look, mark, begins_page=look.begins_page is True)
        frame = _child(properties, "framepr")
        read.is_drop_cap = frame is not None and attribute(frame, "dropCap") in ("drop", "margin")
        read.is_rule = _child(properties, "pbdr") is not None
        read.list_id, read.list_level = self._styles.list_of(style, properties)
        self._read_into(read, paragraph)
        return read

    def comment_at(self, element: Element) -> PlacedComment | None:
        """The edge of a comment that an element is."""
        comment = self._notes.at(element, name_of(element))
        return None if comment is None else PlacedComment(comment)

    def _read_into(self, read: WordParagraph, paragraph: Element) -> None:
        waiting: list[tuple[Element, Change | None, bool]] = [
            (each, None, False) for each in reversed(paragraph)
        ]
        while waiting:
            element, change, is_link = waiting.pop()
            name = name_of(element)
            if name in _LEFT_OUT or not name:
                continue
            if name == "r":
                self._read_run(read, element, change, is_link=is_link)
                continue
            if name in _REFERRING:
                placed = self.comment_at(element)
                read.parts += [] if placed is None else [placed]
                continue
            if name in _CHANGES:
                change = _within(change, _change(element))
            is_link = is_link or name == "hyperlink"
            waiting += [(each, change, is_link) for each in reversed(element)]

    def _read_run(
        self, read: WordParagraph, run: Element, change: Change | None, *, is_link: bool
    ) -> None:
        properties = _child(run, "rpr")
        if self._is_old:
            was = _child(_child(properties, "rprchange"), "rpr")
            properties = properties if was is None else was
        look = self._look_of_run(properties, read.style, is_link=is_link)
        if look.is_hidden:
            return
        for element in run:
            self._read_in_run(read, element, look, change)

    def _look_of_run(self, properties: Element | None, style: str, *, is_link: bool) -> Look:
        own = look_of(properties, None)
        run_style = _value(_child(properties, "rstyle"))
        by_style = [
            self._styles.is_on(toggle, style, run_style)
            for toggle in ("is_italic", "is_bold", "is_hidden")
        ]
        # In a typed manuscript, what is underlined is to be set in italics.
        line = _value(_child(properties, "u"))
        is_underlined = line not in _SAYS_UNDERLINED and not is_link
        return Look(
            is_italic=(by_style[0] if own.is_italic is None else own.is_italic) or is_underlined,
            is_bold=by_style[1] if own.is_bold is None else own.is_bold,
            is_hidden=by_style[2] if own.is_hidden is None else own.is_hidden,
        )

    def _read_in_run(
        self, read: WordParagraph, element: Element, look: Look, change: Change | None
    ) -> None:
        name = name_of(element)
        text = _text(element, name)
        if text:
            bit = Bit(text, look.is_italic is True, look.is_bold is True, change)
            read.parts.append(bit)
        elif name == "br" and attribute(element, "type") == "page":
            has_text = any(isinstance(part, Bit) and part.text.strip() for part in read.parts)
            read.begins_page = read.begins_page or not has_text
            read.ends_page = True
            read.parts += [Bit("\n", change=change)] if has_text else []
        elif name in _REFERRING:
            placed = self.comment_at(element)
            read.parts += [] if placed is None else [placed]
        elif name == "ruby":
            bases = (each for each in element if name_of(each) == "rubybase")
            for run in (each for base in bases for each in base if name_of(each) == "r"):
                self._read_run(read, run, change, is_link=False)
        elif name in ("drawing", "pict", "object", "alternatecontent"):
            _read_drawing(read, element)


def _read_drawing(read: WordParagraph, element: Element) -> None:
    """Text boxes and pictures; of alternatives only the first counts."""
    waiting = [element]
    while waiting:
        each = waiting.pop()
        name = name_of(each)
        if name == "txbxcontent":
            read.boxes += _paragraphs_in(each)
            continue
        read.num_pictures += name in _PICTURES
        read.is_rule = read.is_rule or attribute(each, "hr") in ("t", "true", "1")
        below = list(each)
        if name == "alternatecontent":
            below = below[:1]
        waiting += reversed(below)


def _paragraphs_in(box: Element) -> Iterator[Element]:
    """The paragraphs of a text box, without those of boxes within them."""
    waiting = [box]
    while waiting:
        each = waiting.pop()
        if name_of(each) == "p":
            yield each
        else:
            waiting += reversed(each)


def _text(element: Element, name: str) -> str:
    """The text that an element of a run is; empty where it is none."""
    if name in _TEXTS:
        return (element.text or "").replace(SOFT_HYPHEN, "")
    if name == "sym":
        code = attribute(element, "char").lower()
        return _SYMBOLS.get(code, _ORNAMENT)
    if name == "br":
        return "" if attribute(element, "type") in ("page", "column") else "\n"
    return {"tab": " ", "ptab": " ", "cr": "\n", "nobreakhyphen": "-"}.get(name, "")


def _mark_of(properties: Element | None) -> Change | None:
    """The change that touches the end of a paragraph."""
    mark: Change | None = None
    for each in () if properties is None else properties:
        if name_of(each) in _CHANGES:
            mark = _within(mark, _change(each))
    return mark


def _within(outer: Change | None, inner: Change) -> Change:
    """What a change does within another one."""
    if outer is None or outer.is_of_old_text == inner.is_of_old_text:
        return inner
    return Change(ChangeKind.UNDONE, inner.author)


def _change(element: Element) -> Change:
    return Change(_CHANGES[name_of(element)], clean_line(attribute(element, "author")))


def _child(element: Element | None, name: str) -> Element | None:
    return next(
        (each for each in (() if element is None else element) if name_of(each) == name), None
    )


def _value(element: Element | None) -> str:
    return "" if element is None else attribute(element, "val")
