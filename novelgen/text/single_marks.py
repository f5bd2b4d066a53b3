"""Which single marks of a paragraph open a quotation, and which are apostrophes or close one.

An apostrophe and a mark that closes look the same, so all turns on marks before a word: `'tis` and
`'This is`. Of all readings of a paragraph's marks the one that asks for least is taken (Viterbi's
algorithm over two states, inside a quotation and outside): words unlikely to have lost a part,
quotations that are not closed, or closed and never opened, all have their price. Marks within a
double quotation are read apart from those outside.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from novelgen.text.elisions import Elision, elision_of, may_lose_its_end

_EMPHASIS = "*_"
_BRACKETS = "([{<“‘„«‹"
_SPEAKS = ",;:—–…"
"""Speech often begins behind these."""
_SENTENCE_ENDS = ".!?”’)"
_UNOPENED = 3.0
_UNCLOSED = 2.0
_NESTED = 5.0
"""A quotation in single marks that opens within another."""
_NEAR = 40
"""Characters of a quotation that is a word or a title."""
_AS_APOSTROPHE = {Elision.LIKELY: 0.0, Elision.UNKNOWN: 2.0, Elision.NONE: 5.0}
_AS_OPENER = {Elision.LIKELY: 2.5, Elision.UNKNOWN: 1.0, Elision.NONE: 0.0}


class _Kind(Enum):
    OPENER = auto()
    MAY_OPEN = auto()
    CLOSER = auto()
    MAY_CLOSE = auto()
    APOSTROPHE = auto()
    OTHER = auto()
    """Astray, or one of length: left as it is."""


@dataclass(frozen=True, slots=True)
class _Mark:
    place: int
    kind: _Kind
    scope: int = 0
    """Of the double quotation that it stands in; 0 outside of any."""
    word: str = ""
    """Behind a mark that may open, before one that may close."""
    lead: str = ""
    """The last character before a mark that may open, spaces passed over; empty where it begins."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The cheapest one of the marks so far that ends inside a quotation, or outside of any."""

    cost: float
    opener: int = -1
    """The place of the last mark in it that may open and does; -1 where none does."""
    before: "_Reading | None" = None
    """As far as the opener before that one."""

    def openers(self) -> Iterator[int]:
        """The places of all of them, the last first."""
        reading: _Reading | None = self
        while reading is not None and reading.opener >= 0:
            yield reading.opener
            reading = reading.before


_IMPOSSIBLE = _Reading(1e9)


def curl_singles(characters: list[str]) -> None:
    """Turn the straight single marks curly; the double ones must be so already."""
    if "'" not in characters:
        return
    marks = list(_marks(characters))
    openers = set(_openers(marks))
    for mark in marks:
        if characters[mark.place] == "'" and mark.kind is not _Kind.OTHER:
            characters[mark.place] = "‘" if mark.place in openers else "’"


def _openers(marks: list[_Mark]) -> Iterator[int]:
    yield from (mark.place for mark in marks if mark.kind is _Kind.OPENER)
    for _, within in groupby(sorted(marks, key=lambda mark: mark.scope), lambda mark: mark.scope):
        yield from _cheapest(within).openers()


def _cheapest(marks: Iterable[_Mark]) -> _Reading:
    outside, inside = _Reading(0.0), _IMPOSSIBLE
    for mark in marks:
        if mark.kind in (_Kind.OPENER, _Kind.MAY_OPEN):
            outside, inside = _opened(mark, outside, inside)
        elif mark.kind in (_Kind.CLOSER, _Kind.MAY_CLOSE):
            outside, inside = _closed(mark, outside, inside)
    return min(outside, _dearer(inside, _UNCLOSED), key=lambda reading: reading.cost)


def _opened(mark: _Mark, outside: _Reading, inside: _Reading) -> tuple[_Reading, _Reading]:
    anew = min(outside, _dearer(inside, _NESTED), key=lambda reading: reading.cost)
    if mark.kind is _Kind.OPENER:
        return _IMPOSSIBLE, anew
    as_apostrophe, as_opener = _prices(mark)
    opened = _Reading(anew.cost + as_opener, mark.place, anew)
    going_on = _dearer(inside, as_apostrophe)
    return _dearer(outside, as_apostrophe), min(opened, going_on, key=lambda each: each.cost)


def _closed(mark: _Mark, outside: _Reading, inside: _Reading) -> tuple[_Reading, _Reading]:
    if mark.kind is _Kind.CLOSER:
        unopened, closing, going_on = _UNOPENED, 0.0, _NESTED
    elif may_lose_its_end(mark.word):
        unopened, closing, going_on = 0.0, _price_of_end(mark, inside), 0.0
    else:
        unopened, closing, going_on = 2.5, min(0.0, _price_of_end(mark, inside)), 2.5
    ended = _dearer(inside, closing)
    alone = _dearer(outside, unopened)
    return min(alone, ended, key=lambda each: each.cost), _dearer(inside, going_on)


def _price_of_end(mark: _Mark, inside: _Reading) -> float:
    """Of a quotation that ends where an apostrophe is as likely."""
    length = mark.place - inside.opener - 1
    if length == len(mark.word) and not mark.word.endswith("in"):
        return -3.0  # 'cats', 'and', but not 'avin'
    return 0.3 if length < _NEAR else 2.0


def _prices(mark: _Mark) -> tuple[float, float]:
    """Of a mark before a word: as an apostrophe, and as one that opens."""
    elision = elision_of(mark.word)
    as_apostrophe, as_opener = _AS_APOSTROPHE[elision], _AS_OPENER[elision]
    if mark.lead == "-":  # a-'idin'
        return 0.0, as_opener + 2.0
    begins = not mark.lead or mark.lead in _BRACKETS or mark.lead in _SPEAKS
    is_capital = mark.word[:1].isupper()
    as_opener -= 0.5 * begins + 0.5 * (is_capital and (begins or mark.lead in _SENTENCE_ENDS))
    as_apostrophe += 1.0 * (is_capital and begins and elision is Elision.UNKNOWN)
    return as_apostrophe, as_opener


def _dearer(reading: _Reading, price: float) -> _Reading:
    return _Reading(reading.cost + price, reading.opener, reading.before)


def _marks(characters: Sequence[str]) -> Iterator[_Mark]:
    scope = quotations = 0
    is_awaited = False
    for place, character in enumerate(characters):
        if character == "“":
            quotations += 1
            scope = quotations
        elif character == "”":
            scope = 0
        elif character in "'‘’":
            mark = _mark(characters, place, scope, is_awaited=is_awaited)
            is_awaited |= mark.kind in (_Kind.OPENER, _Kind.MAY_OPEN)
            yield mark


def _mark(characters: Sequence[str], place: int, scope: int, *, is_awaited: bool) -> _Mark:
    character = characters[place]
    before, after = _beside(characters, place, -1), _beside(characters, place, 1)
    if character == "‘":
        return _Mark(place, _Kind.OPENER, scope)
    if before.isalnum():
        if before.isdigit() and (after.isdigit() or not (after.isalnum() or is_awaited)):
            return _Mark(place, _Kind.OTHER)
        if after.isalnum():
            return _Mark(place, _Kind.APOSTROPHE)
        return _Mark(place, _Kind.MAY_CLOSE, scope, _word(characters, place, -1))
    if after.isalnum():
        word = _word(characters, place, 1)
        if character == "’" or before in ("”", ")", "]", "»") or _is_certain(word):
            return _Mark(place, _Kind.APOSTROPHE)
        if before and before in ".,!?":
            return _Mark(place, _Kind.MAY_CLOSE, scope)
        return _Mark(place, _Kind.MAY_OPEN, scope, word, _lead(characters, place))
    if not before or before.isspace() or before in _BRACKETS:
        return _Mark(place, _kind_before_sign(characters, place), scope)
    if before in "—–-" and after in ("“", "‘"):
        return _Mark(place, _Kind.OPENER, scope)
    return _Mark(place, _Kind.CLOSER, scope)


def _is_certain(word: str) -> bool:
    return elision_of(word) is Elision.CERTAIN


def _kind_before_sign(characters: Sequence[str], place: int) -> _Kind:
    """Of a mark that has space before it and no letter behind it."""
    after = characters[place + 1] if place + 1 < len(characters) else ""
    if characters[place] == "’":
        return _Kind.OTHER
    if not after or after.isspace():
        return _kind_between_spaces(characters, place)
    return _Kind.CLOSER if after in ".,;:!?)]}”" else _Kind.OPENER


def _kind_between_spaces(characters: Sequence[str], place: int) -> _Kind:
    """Of one that spaces part from other marks beside it, as some printers do."""
    before, after = _lead(characters, place), _next(characters, place)
    if after == "“" or before == "“":
        return _Kind.OPENER
    if after == "”" or before in ("”", "’", "'"):
        return _Kind.CLOSER
    return _Kind.OPENER if after in ("'", "’") else _Kind.OTHER


def _beside(characters: Sequence[str], place: int, step: int) -> str:
    """The next character that is no mark of emphasis; empty where there is none."""
    place += step
    while 0 <= place < len(characters) and characters[place] in _EMPHASIS:
        place += step
    return characters[place] if 0 <= place < len(characters) else ""


def _lead(characters: Sequence[str], place: int) -> str:
    before = "".join(characters[max(0, place - 8) : place]).rstrip(" " + _EMPHASIS)
    return before[-1:]


def _next(characters: Sequence[str], place: int) -> str:
    after = "".join(characters[place + 1 : place + 8]).lstrip(" " + _EMPHASIS)
    return after[:1]


def _word(characters: Sequence[str], place: int, step: int) -> str:
    """The word behind the mark, with an apostrophe in it, or the letters before it."""
    letters: list[str] = []
    place += step
    while 0 <= place < len(characters):
        character = characters[place]
        is_within = character in "'’" and bool(letters) and step > 0
        if character.isalnum() or is_within:
            letters.append(character)
        elif character not in _EMPHASIS:
            break
        place += step
    return "".join(letters[::step]).rstrip("'’")
