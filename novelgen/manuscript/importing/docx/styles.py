"""What the styles of a Word file make of paragraphs and runs.

Source: ECMA-376, part 1, 17.7. Styles are known by their names, which are English in every language
of Word, not by their ids, which are not. A toggle such as italics that is on in the style of the
paragraph and in that of the run is off.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of

_HEADING = re.compile(r"heading (\d)")
_NAMED_HEADING = re.compile(r"(?:chapter|part)[ _-]?(?:title|heading|head|number|name)?")
"""Styles that people make for chapters, without a level."""
_TITLES = frozenset({"title"})
_AROUND = re.compile(r"toc \d|toc heading|table of figures|header|footer|index \d")
_OFF = frozenset({"0", "false", "off", "none"})
_BODY_LEVEL = 9
_DEEPEST = 50
"""Styles that can be based on one another."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of a run or a paragraph; None is nothing."""

    is_italic: bool | None = None
    is_bold: bool | None = None
    is_hidden: bool | None = None
    is_centred: bool | None = None
    begins_page: bool | None = None
    level: int | None = None
    """Of a heading from 1; 0 for the text."""


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    look: Look
    in_list: tuple[str | None, int | None]
    """The numbered list and the level there that its paragraphs are in."""


@dataclass(slots=True)
class Styles:
    """The styles of a file."""

    _styles: dict[str, _Style] = field(default_factory=dict)
    _default: Look = field(default_factory=Look)
    _usual: str = ""
    """The id of the style of paragraphs that name none."""
    _looks: dict[str, Look] = field(default_factory=dict)

    def look(self, identity: str) -> Look:
        """What a style says, with what it is based on."""
        if identity not in self._looks:
            chain = list(self._chain(identity))
            looks = [style.look for style in chain]
            self._looks[identity] = Look(
                is_italic=_first(look.is_italic for look in looks),
                is_bold=_first(look.is_bold for look in looks),
                is_hidden=_first(look.is_hidden for look in looks),
                is_centred=_first(look.is_centred for look in looks),
                begins_page=_first(look.begins_page for look in looks),
                level=_first(_level(style) for style in chain),
            )
        return self._looks[identity]

    def paragraph_style(self, identity: str) -> str:
        """The style of a paragraph that names this one, or none."""
        return identity or self._usual

    def is_title(self, identity: str) -> bool:
        """Whether it is the style of a book's title."""
        return any(style.name in _TITLES for style in self._chain(identity))

    def is_around(self, identity: str) -> bool:
        """Whether it is that of a table of contents or the like."""
        return any(_AROUND.fullmatch(style.name) for style in self._chain(identity))

    def list_of(self, identity: str, properties: Element | None) -> tuple[str, int]:
        """The numbered list that a paragraph is in, and its level there; empty for none."""
        said = [_list_of(properties), *(style.in_list for style in self._chain(identity))]
        return _first(each[0] for each in said) or "", _first(each[1] for each in said) or 0

    def is_on(self, toggle: str, paragraph: str, run: str) -> bool:
        """Whether `is_italic` or the like is on by the styles of a paragraph and of a run."""
        if getattr(self._default, toggle):
            return True
        of_paragraph = bool(getattr(self.look(paragraph), toggle)) if paragraph else False
        return of_paragraph != (bool(getattr(self.look(run), toggle)) if run else False)

    def _chain(self, identity: str) -> Iterator[_Style]:
        for _ in range(_DEEPEST):
            style = self._styles.get(identity)
            if style is None:
                return
            yield style
            identity = style.based_on


def read_styles(root: Element | None) -> Styles:
    """The styles in their part; none where there is no such part."""
    styles = Styles()
    for element in [] if root is None else root:
        if name_of(element) == "docdefaults":
            properties = next((each for each in element.iter() if name_of(each) == "rpr"), None)
            styles._default = look_of(properties, None)
        elif name_of(element) == "style":
            parts = {name_of(each): each for each in element}
            identity = attribute(element, "styleId")
            styles._styles[identity] = _Style(
                _value(parts.get("name")).lower(),
                _value(parts.get("basedon")),
                look_of(parts.get("rpr"), parts.get("ppr")),
                _list_of(parts.get("ppr")),
            )
            is_usual = attribute(element, "default") not in ("", *_OFF)
            if is_usual and attribute(element, "type") == "paragraph":
                styles._usual = identity
    return styles


def look_of(run: Element | None, paragraph: Element | None) -> Look:
    """What properties of a run and of a paragraph say."""
    said = {name_of(each): each for each in (() if run is None else run)}
    of_paragraph = {name_of(each): each for each in (() if paragraph is None else paragraph)}
    jc = _value(of_paragraph.get("jc"))
    outline = _value(of_paragraph.get("outlinelvl"))
    return Look(
        is_italic=_toggle(said.get("i")),
        is_bold=_toggle(said.get("b")),
        is_hidden=_toggle(said.get("vanish")),
        is_centred=jc == "center" if jc else None,
        begins_page=_toggle(of_paragraph.get("pagebreakbefore")),
        level=int(outline[0]) + 1 if outline[:1].isdecimal() and outline.isascii() else None,
    )


def _list_of(paragraph: Element | None) -> tuple[str | None, int | None]:
    children = () if paragraph is None else paragraph
    said = next((each for each in children if name_of(each) == "numpr"), None)
    if said is None:
        return None, None
    parts = {name_of(each): _value(each) for each in said}
    level = parts.get("ilvl", "")
    return parts.get("numid"), int(level[:2]) if level.isdecimal() and level.isascii() else None


def _level(style: _Style) -> int | None:
    """The level of headings of a style, 0 for one that is the text's."""
    if style.look.level is not None:
        return style.look.level % (_BODY_LEVEL + 1)
    found = _HEADING.fullmatch(style.name)
    if found is not None:
        return int(found[1])
    return 1 if _NAMED_HEADING.fullmatch(style.name) else None


def _toggle(element: Element | None) -> bool | None:
    return None if element is None else attribute(element, "val").lower() not in _OFF


def _value(element: Element | None) -> str:
    return "" if element is None else attribute(element, "val")


def _first(values: Iterator[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)
