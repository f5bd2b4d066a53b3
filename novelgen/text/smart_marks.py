"""Prose as a printer sets it: curly quotation marks and apostrophes, real dashes, an ellipsis.

English custom. A paragraph keeps its words, its white space and its emphasis marks (`*`, `_`), and
every mark that is curly already. A quotation that is not closed, or not opened, in its paragraph is
read by what stands beside its marks. Feet and inches keep their straight marks, and guillemets stay
as they are. What is smart stays so: a second reading changes nothing.
"""

import re
from collections.abc import Sequence

from novelgen.text.single_marks import curl_singles

_STRAIGHT = re.compile(r"['\"]|--|\.\.\.")
_HYPHENS = re.compile(r"-{2,}")
_DOTS = re.compile(r"\.{3,}")
_DASHES = {2: "—", 3: "—"} | dict.fromkeys(range(4, 9), "——")
"""By the number of hyphens; more are a rule."""
_ELLIPSES = {3: "…", 4: "….", 6: "……"}
"""By the number of dots; other ones are leaders."""
_TRANSPARENT = "*_'‘’"
"""Emphasis and single marks: a double mark looks past them."""
_OPENING = "([{<“„«‹¿¡"
_CLOSING = ")]}>”»›.,;:!?"
_DASH = "-–—/"
_FEET = re.compile(r"\d['’]\s?\d+(?:\.\d+|[½¼¾])?$")


def smartened(paragraph: str) -> str:
    """The paragraph with curly marks for straight ones, and dashes and ellipses for typed ones."""
    if not _STRAIGHT.search(paragraph):
        return paragraph
    text = _DOTS.sub(_ellipsis, _HYPHENS.sub(_dash, paragraph))
    characters = list(text)
    _curl_doubles(characters)
    curl_singles(characters)
    return "".join(characters)


def _dash(hyphens: re.Match[str]) -> str:
    """An en dash between figures, else an em dash; arrows and the like are left alone."""
    text = hyphens.string
    before, after = text[: hyphens.start()][-1:], text[hyphens.end() :][:1]
    if before in ("<", "!") or after == ">":
        return hyphens[0]
    if len(hyphens[0]) == 2 and before.isdigit() and after.isdigit():
        return "–"
    return _DASHES.get(len(hyphens[0]), hyphens[0])


def _ellipsis(dots: re.Match[str]) -> str:
    return _ELLIPSES.get(len(dots[0]), dots[0])


def _curl_doubles(characters: list[str]) -> None:
    is_open = False
    places = [place for place, character in enumerate(characters) if character in '"“”']
    for count, place in enumerate(places):
        if characters[place] == '"':
            following = places[count + 1] if count + 1 < len(places) else None
            if _means_inches(characters, place, following, is_open=is_open):
                continue
            characters[place] = "“" if _opens(characters, place, is_open=is_open) else "”"
        is_open = characters[place] == "“"


def _opens(characters: Sequence[str], place: int, *, is_open: bool) -> bool:
    """By the neighbours of the mark; where they leave it open, by whether a quotation is."""
    before, after = _before(characters, place), _after(characters, place)
    ends = not after or after.isspace() or after in _CLOSING
    if not before or before.isspace() or before in _OPENING:
        return bool(after) and not is_open if ends else True
    if ends or (after in _DASH and before not in _DASH):
        return False
    return not is_open


def _means_inches(
    characters: Sequence[str], place: int, following: int | None, *, is_open: bool
) -> bool:
    """Whether a double mark is one of length: `5'10"`, and `12"` where no quotation ends."""
    before = "".join(characters[max(0, place - 8) : place])
    if not before[-1:].isdigit():
        return False
    if _FEET.search(before):
        return True
    after = _after(characters, place)
    if after and after.isalnum():
        return False
    return not is_open or _is_closed_by(characters, following)


def _is_closed_by(characters: Sequence[str], place: int | None) -> bool:
    """Whether the mark there ends a quotation, whatever stands before."""
    if place is None:
        return False
    if characters[place] == '"':
        before, after = _before(characters, place), _after(characters, place)
        return bool(before) and before in _CLOSING and (not after or not after.isalnum())
    return characters[place] == "”"


def _before(characters: Sequence[str], place: int) -> str:
    """The character before, marks of no weight passed over; empty at the beginning."""
    place -= 1
    while place >= 0 and characters[place] in _TRANSPARENT:
        place -= 1
    return characters[place] if place >= 0 else ""


def _after(characters: Sequence[str], place: int) -> str:
    place += 1
    while place < len(characters) and characters[place] in _TRANSPARENT:
        place += 1
    return characters[place] if place < len(characters) else ""
