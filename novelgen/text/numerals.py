"""Numbers as they stand over chapters: `12`, `XII`, `Twelve`, `the Twelfth`. English only.

What is no well-formed number is none: `IIX` and `twelve six` are words. Up to 999 in words, 3999 in
Roman numerals.
"""

import re

_UNITS_LISTED = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_ORDINALS_LISTED = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENS_LISTED = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_UNITS_LISTED.split(), 1)}
_UNIT_ORDINALS = {word: value for value, word in enumerate(_ORDINALS_LISTED.split(), 1)}
_TENS = {word: 10 * value for value, word in enumerate(_TENS_LISTED.split(), 2)}
_TEN_ORDINALS = {f"{word[:-1]}ieth": value for word, value in _TENS.items()}

_SMALL = "|".join(sorted([*_UNITS, *_UNIT_ORDINALS], key=len, reverse=True))
_BELOW_HUNDRED = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{_SMALL}))?|{'|'.join(_TEN_ORDINALS)}|{_SMALL})"
)
WORDS = (
    rf"(?:(?:(?:a|{'|'.join(_UNITS)}) hundred(?:th)?(?:(?: and)? {_BELOW_HUNDRED})?)"
    rf"|{_BELOW_HUNDRED})\b"
)
"""A pattern of number words, cardinal or ordinal; match it without regard to case."""
ROMAN = r"(?=[MDCLXVI])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b"
"""A pattern of well-formed Roman numerals in capitals."""
FIGURES = r"\d{1,4}\b"
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_FIGURES = re.compile(FIGURES)
_ROMAN = re.compile(ROMAN)
_WORDS = re.compile(WORDS, re.IGNORECASE)


def number_of(text: str) -> int | None:
    """The number that a text is, and nothing else; None for any other text."""
    if _FIGURES.fullmatch(text) and text.isascii():
        return int(text)
    if _ROMAN.fullmatch(text.upper()):
        return _roman(text.upper())
    return _spoken(text.lower()) if _WORDS.fullmatch(text) else None


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(
        -value if value < after else value for value, after in zip(values, following, strict=True)
    )


def _spoken(text: str) -> int:
    value = 0
    for word in re.split(r"[- ]", text):
        if word.startswith("hundred"):
            value = max(value, 1) * 100
        else:
            known = (_UNITS, _UNIT_ORDINALS, _TENS, _TEN_ORDINALS)
            value += next((table[word] for table in known if word in table), 0)
    return value
