"""The numbers that Word puts before paragraphs, such as “Chapter 3” or “(a)”; bullets are none.

Source: ECMA-376, part 1, 17.9. Levels count from their start, and anew below a higher one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of

_PLACE = re.compile(r"%([1-9])")
_LETTERS = 26
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class _Level:
    kind: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts paragraphs as they come."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    """By list, and by level from 0."""
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, identity: str, level: int) -> str:
        """What stands before the next paragraph of a list; empty for a bullet or no list."""
        levels = self._levels.get(identity, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(identity, {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        if levels[level].kind in ("bullet", "none"):
            return ""

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            known = levels.get(at, levels[level])
            return _written(counts.get(at, known.start), known.kind)

        return _PLACE.sub(number, levels[level].text)


def read_numbering(root: Element | None) -> Numbering:
    """The lists in their part; none where there is no such part."""
    numbering = Numbering()
    shapes: dict[str, dict[int, _Level]] = {}
    for element in () if root is None else root:
        if name_of(element) == "abstractnum":
            shapes[attribute(element, "abstractNumId")] = dict(_levels(element))
        elif name_of(element) == "num":
            shape = next((each for each in element if name_of(each) == "abstractnumid"), None)
            levels = shapes.get("" if shape is None else attribute(shape, "val"), {})
            overrides = (each for each in element if name_of(each) == "lvloverride")
            own = {at: level for each in overrides for at, level in _levels(each)}
            numbering._levels[attribute(element, "numId")] = {**levels, **own}
    return numbering


def _levels(element: Element) -> Iterator[tuple[int, _Level]]:
    for each in element:
        level = attribute(each, "ilvl")
        if name_of(each) == "lvl" and level.isdecimal() and level.isascii():
            said = {name_of(part): attribute(part, "val") for part in each}
            start = said.get("start", "1")
            is_number = start.isdecimal() and start.isascii() and len(start) < 7
            yield (
                int(level[:2]),
                _Level(said.get("numfmt", "decimal"), said.get("lvltext", ""),
                       int(start) if is_number else 1),
            )  # fmt: skip


def _written(number: int, kind: str) -> str:
    number = min(number, _MOST)
    match kind:
        case "upperLetter":
            return _letters(number).upper()
        case "lowerLetter":
            return _letters(number)
        case "upperRoman":
            return _roman(number).upper()
        case "lowerRoman":
            return _roman(number)
        case "decimalZero":
            return f"{number:02}"
    return str(number)


def _letters(number: int) -> str:
    letter = chr(ord("a") + (max(1, number) - 1) % _LETTERS)
    return letter * min((max(1, number) - 1) // _LETTERS + 1, 9)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
