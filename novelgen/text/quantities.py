"""Numbers, years and dates in prose, whether in figures or in words.

`twelve`, `12` and `a dozen` are one quantity. Left out are words that mostly mean no number: one,
first, second, and May and March where they may be verbs. English only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_UNITS_LISTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_UNITS = _UNITS_LISTED.split()
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS_LISTED = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_ORDINALS = _ORDINALS_LISTED.split()
_CALENDAR_LISTED = (
    "January February March April May June July August September October November December"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
)
_MONTHS, _DAYS = _CALENDAR_LISTED.split()[:12], _CALENDAR_LISTED.split()[12:]
_VALUES = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {"dozen": 12}
)
_ORDINAL_VALUES = {word: value for value, word in enumerate(_ORDINALS)} | {
    word[:-1] + "ieth": 10 * value for value, word in enumerate(_TENS, 2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_WORDS = "|".join([*_VALUES, *_SCALES, *_ORDINAL_VALUES])
_WORD = rf"(?<![^\W_])(?:{_WORDS})(?![^\W_])"
_NUMBER = re.compile(
    r"(?<![^\W_])(?P<figures>\d{1,12}(?:,\d{3}){0,4})(?P<th>st|nd|rd|th)?(?![^\W_])"
    rf"|(?P<half>\bhalf a )?(?P<words>{_WORD}(?:[ -](?:and )?{_WORD}){{0,8}})",
    re.IGNORECASE,
)
_CALENDAR = re.compile(rf"\b(?:{'|'.join([*_MONTHS, *_DAYS])})\b")
_DATE = re.compile(r"(?: of)?[ ,]{1,2}(?:the )?|,? ")
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:in|of|last|next|until|till|by|early|late|mid|during|every|from|since|before|after)"
    r"|\d|[a-z](?:th|st|nd|rd)(?: of)?)[ -]\Z",
    re.IGNORECASE,
)
_AFTER_MONTH = re.compile(r" (?:the )?(?:\d|[a-z]*(?:first|second|third|th)\b)")
_VERBS = frozenset({"March", "May", "August"})
_LAST_DAY = 31
_NO_NUMBERS = frozenset({"cardinal 1", "cardinal 0", "ordinal 1", "ordinal 2", "ordinal 0"})
_FIRST_YEAR, _LAST_YEAR = 1000, 2199


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a date where it stands in a text."""

    key: str
    """Equal for equal quantities, however they are written."""
    start: int
    end: int
    is_year_or_date: bool
    """It says enough to be looked for alone."""

    @property
    def first_words(self) -> frozenset[str]:
        """Words, in lower case, of which any way to write it holds at least one."""
        return first_words(self.key)


def quantities_in(text: str) -> list[Quantity]:
    """The quantities of a text, in order; a date stands behind the day and the month it is of."""
    found = [*_numbers(text), *_months_and_weekdays(text)]
    found.sort(key=lambda quantity: quantity.start)
    return [*found, *_dates(text, found)]


def first_words(key: str) -> frozenset[str]:
    """Words, in lower case, of which any way to write a quantity holds at least one."""
    kind, *values = key.split()
    if kind == "date":
        return frozenset({_MONTHS[int(values[0]) - 1].lower()})
    if kind in {"month", "day"}:
        return frozenset({(_MONTHS if kind == "month" else _DAYS)[int(values[0]) - 1].lower()})
    number = int(values[0])
    words = {str(number), f"{number}{_ending(number)}", f"{number:,}".split(",")[0], "dozen"}
    words |= {"hundred", "thousand", "million"} if number >= 100 else {_spoken(number)}
    if kind == "ordinal" and number < 100:
        words |= {word for word, value in _ORDINAL_VALUES.items() if value == number}
    return frozenset(words)


def _spoken(number: int) -> str:
    return _UNITS[number] if number < 20 else _TENS[number // 10 - 2]


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _numbers(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        if match["figures"]:
            value, is_ordinal = int(match["figures"].replace(",", "")), bool(match["th"])
        else:
            value, is_ordinal = _value_of(re.split(r"[ -]", match["words"].lower()))
        if match["half"]:
            value //= 2
        key = f"{'ordinal' if is_ordinal else 'cardinal'} {value}"
        is_year = _FIRST_YEAR <= value <= _LAST_YEAR and match["figures"] == str(value)
        if key not in _NO_NUMBERS:
            yield Quantity(key, match.start(), match.end(), is_year and not is_ordinal)


def _value_of(words: list[str]) -> tuple[int, bool]:
    """The number that words add up to, and whether the last of them is an ordinal."""
    settled = value = 0
    for word in words:
        if word == "hundred":
            value = max(value, 1) * 100
        elif word in _SCALES:
            settled, value = settled + max(value, 1) * _SCALES[word], 0
        else:
            value += _VALUES.get(word, _ORDINAL_VALUES.get(word, 0))
    return settled + value, words[-1] in _ORDINAL_VALUES


def _months_and_weekdays(text: str) -> Iterator[Quantity]:
    for match in _CALENDAR.finditer(text):
        name, (start, end) = match.group(), match.span()
        if name in _DAYS:
            yield Quantity(f"day {_DAYS.index(name) + 1}", start, end, False)
        elif name not in _VERBS or _is_month(text, start, end):
            yield Quantity(f"month {_MONTHS.index(name) + 1}", start, end, False)


def _is_month(text: str, start: int, end: int) -> bool:
    return bool(
        _BEFORE_MONTH.search(text, max(0, start - 12), start) or _AFTER_MONTH.match(text, end)
    )


def _dates(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """A day beside its month: 12 March, March 12th, the twelfth of March."""
    for one, other in pairwise(found):
        kinds = {one.key.split()[0], other.key.split()[0]}
        if "month" not in kinds or not kinds & {"cardinal", "ordinal"}:
            continue
        month, day = (one, other) if one.key.startswith("month") else (other, one)
        number = int(day.key.split()[1])
        if number <= _LAST_DAY and _DATE.fullmatch(text, one.end, other.start):
            key = f"date {month.key.split()[1]} {number}"
            yield Quantity(key, one.start, other.end, True)
