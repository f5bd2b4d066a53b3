"""What the style sheets of a book say of italics, bold, centring and hiding.

Only plain selectors count: an element, a class, or both. That is what the programs write which say
italics by classes; selectors that look at parents are passed over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

_MAX_CHARS = 2_000_000
_SELECTOR = re.compile(r"(?P<tag>[a-zA-Z][\w]*)?(?:\.(?P<name>[\w-]+))?")
_BOLD = re.compile(r"bold(?:er)?|[6-9]00")


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of an element; None is nothing."""

    is_italic: bool | None = None
    is_bold: bool | None = None
    is_centred: bool | None = None
    is_hidden: bool | None = None

    def over(self, other: "Look") -> "Look":
        """This look, and the other one where this says nothing."""
        return Look(
            *(
                mine if mine is not None else theirs
                for mine, theirs in (
                    (self.is_italic, other.is_italic),
                    (self.is_bold, other.is_bold),
                    (self.is_centred, other.is_centred),
                    (self.is_hidden, other.is_hidden),
                )
            )
        )


_NONE = Look()
_BY_TAG = (
    dict.fromkeys(("i", "em", "cite", "dfn", "var"), Look(is_italic=True))
    | dict.fromkeys(("b", "strong"), Look(is_bold=True))
    | {"center": Look(is_centred=True)}
)


@dataclass(slots=True)
class Styles:
    """The rules of all style sheets of a book; of equal ones the last counts."""

    _rules: dict[tuple[str, str], Look] = field(default_factory=dict)

    def add(self, sheet: str) -> None:
        """Put the rules of a style sheet to those that are known."""
        for selectors, declarations in _rules(_without_comments(sheet[:_MAX_CHARS])):
            look = look_of(declarations)
            if look == _NONE:
                continue
            for selector in selectors.split(","):
                found = _SELECTOR.fullmatch(selector.strip())
                if found is not None and (found["tag"] or found["name"]):
                    key = ((found["tag"] or "").lower(), found["name"] or "")
                    self._rules[key] = look.over(self._rules.get(key, _NONE))

    def look(self, tag: str, classes: Iterable[str], inline: str = "") -> Look:
        """What is said of an element: by its own style, its classes, its kind."""
        look = look_of(inline) if inline else _NONE
        names = list(classes)
        for name in names:
            look = look.over(self._rules.get((tag, name), _NONE))
        for name in names:
            look = look.over(self._rules.get(("", name), _NONE))
        return look.over(self._rules.get((tag, ""), _NONE)).over(_BY_TAG.get(tag, _NONE))


def look_of(declarations: str) -> Look:
    """What declarations such as `font-style: italic` say."""
    look = _NONE
    for declaration in declarations.lower().split(";"):
        name, _, said = (part.strip() for part in declaration.partition(":"))
        value = said.partition("!")[0].strip()
        if name == "font-style" and value != "inherit":
            look = replace(look, is_italic=value in ("italic", "oblique"))
        elif name == "font-weight" and value != "inherit":
            look = replace(look, is_bold=_BOLD.fullmatch(value) is not None)
        elif name == "text-align":
            look = replace(look, is_centred=value == "center")
        elif name == "display":
            look = replace(look, is_hidden=value == "none")
    return look


def _without_comments(sheet: str) -> str:
    parts = []
    done = 0
    while (start := sheet.find("/*", done)) >= 0:
        parts.append(sheet[done:start])
        end = sheet.find("*/", start + 2)
        if end < 0:
            return "".join(parts)
        done = end + 2
    return "".join([*parts, sheet[done:]])


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations; rules within `@media` count as all others."""
    at = 0
    while (opening := sheet.find("{", at)) >= 0:
        selectors = sheet[at:opening].rpartition(";")[2].strip(" \t\r\n}")
        if selectors.startswith(("@media", "@supports")):
            at = opening + 1
            continue
        closing = sheet.find("}", opening)
        if closing < 0:
            return
        yield selectors, sheet[opening + 1 : closing]
        at = closing + 1
