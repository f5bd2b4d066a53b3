"""How long a book can be: named lengths from a trial to the longest known novels, and a number as
a person writes it. Pure.
"""

import re
from dataclasses import dataclass

from novelgen.errors import UsageError
from novelgen.manuscript.references import REFERENCE_NOVELS

TRIAL_WORDS = 1_500
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([km]?)(?:\s*words?)?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True)
class Length:
    """A length with a name."""

    name: str
    words: int
    is_reference: bool = False
    """Whether it is that of a known novel."""


LENGTHS = (
    Length("Trial", TRIAL_WORDS),
    Length("Novella", 40_000),
    Length("Novel", 80_000),
    Length("Novel", 100_000),
    Length("Novel", 120_000),
    *(Length(novel.title, novel.words, is_reference=True) for novel in REFERENCE_NOVELS),
)


def length_of(words: int) -> Length | None:
    """The named length of exactly so many words."""
    return next((length for length in LENGTHS if length.words == words), None)


def read_words(text: str) -> int:
    """A number of words as a person writes it: `90000`, `90,000`, `90k`, `1.5m`.

    Raises `UsageError`.
    """
    plain = re.sub(r"(?<=\d)[,_' ](?=\d{3}(?!\d))", "", text.strip())
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise UsageError(
            f"{text.strip()[:40]!r} is no number of words.", "Write it as 90000, 90,000 or 90k."
        )
    return round(float(found[1]) * _FACTORS[found[2].lower()])
