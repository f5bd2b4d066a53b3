"""What a line over a chapter or a part says: “CHAPTER XII. The Funeral”, “PART TWO”, “IV”.

Looks at one line alone. Whether a bare “I” is a heading or somebody speaking is for
`typed_headings` and `chapter_numbers`, which see the whole book.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from novelgen.manuscript.chapter_headings import is_uncounted, title_in
from novelgen.text.numerals import FIGURES, ROMAN, WORDS, number_of

_MAX_DECORATED_CHARS = 60
_MAX_CHARS = 1_000
"""No line over a chapter is longer; nothing of it is looked for in a longer one."""

_NUMBER = rf"(?:{FIGURES}|(?-i:{ROMAN})|(?-i:(?=[ivxlc]+\b){ROMAN.lower()})|{WORDS})"
_CHAPTER = re.compile(
    rf"chap(?:ter|\.)?[ ]*(?:no\.?[ ]*|the )?(?P<number>{_NUMBER})(?P<rest>.*)", re.IGNORECASE
)
_NAMED = re.compile(
    rf"(?:letter|stave|canto|episode|scene|fit|day|night|diary)[ ](?:the )?(?P<number>{_NUMBER})"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
_PARTS = r"(?:part|book|volume|vol\.?|section|act|phase)"
_ORDERED_PARTS = r"(?:epilogue|period|epoch|narrative|movement|interlude)"
"""Called parts only by an ordinal: “The First Epoch”."""
_PART = re.compile(
    rf"(?:{_PARTS}[ ]?(?:the )?(?P<number>{_NUMBER}|(?:the )?last)"
    rf"|(?:the )?(?P<ordinal>{WORDS}) (?:{_PARTS}|{_ORDERED_PARTS})\b)(?P<rest>.*)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?P<number>{_NUMBER})(?P<rest>.*)", re.IGNORECASE)
_REST = re.compile(r"\s*(?P<sign>[.,:)—–-]|\s)[.:)—–-]*\s*(?P<title>.*)", re.DOTALL)
_DECORATED = re.compile(r"(?:[-–—~*•·=\[({<]+\s*)(.*?)(?:\s*[-–—~*•·=\])}>]+)")
_INITIALS = re.compile(r"[A-Z]\. ?[A-Z]\.")


class LineKind(StrEnum):
    """What a line may be a heading of."""

    CHAPTER = "chapter"
    """It says “Chapter”."""
    NUMBER = "number"
    """It is, or begins with, a number."""
    UNCOUNTED = "uncounted"
    """A prologue and its like."""
    PART = "part"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """A line read as a heading."""

    kind: LineKind
    text: str
    """The line, on which nothing is changed but white space."""
    number: int | None = None
    title: str = ""
    """What is left of the line without kind and number; the whole line where it has no number."""
    is_parted: bool = True
    """Whether a sign parts number and title: “I. The Eve”, not “I went home”."""

    @property
    def is_bare(self) -> bool:
        """Whether it holds a number and no title."""
        return self.number is not None and not self.title


def _plain(line: str) -> str:
    """The line without ornaments on both its sides, such as “— 12 —”."""
    found = _DECORATED.fullmatch(line) if len(line) <= _MAX_DECORATED_CHARS else None
    return line if found is None or not found[1].strip() else found[1].strip()


def read_heading(line: str) -> HeadingLine:
    """The line as a heading. A heading that was written here gives back its title exactly."""
    text = " ".join(line.split())
    title = title_in(text)
    if title is not None:
        number = re.search(r"\d+", text)
        assert number is not None
        return HeadingLine(LineKind.CHAPTER, text, int(number.group()[:9]), title)
    if len(text) <= _MAX_CHARS:
        for read in (_chapter, _part, _uncounted, _bare):
            found = read(text)
            if found is not None:
                return found
    return HeadingLine(LineKind.OTHER, text, None, text)


def titled(line: HeadingLine, title: str) -> HeadingLine:
    """A bare number with the title that belongs to it."""
    return replace(line, text=f"{line.text}: {title}", title=title, is_parted=True)


def _chapter(text: str) -> HeadingLine | None:
    plain = _plain(text)
    found = _CHAPTER.fullmatch(plain)
    if found is not None:
        return _numbered(LineKind.CHAPTER, text, found)
    found = _NAMED.fullmatch(plain)
    read = None if found is None else _numbered(LineKind.CHAPTER, text, found)
    if read is None:
        return None
    return HeadingLine(read.kind, text, read.number, text, read.is_parted)


def _part(text: str) -> HeadingLine | None:
    found = _PART.fullmatch(_plain(text))
    if found is None:
        return None
    number = number_of(found["number"] or found["ordinal"] or "")
    rest = _rest(found["rest"])
    return None if rest is None else HeadingLine(LineKind.PART, text, number, *rest)


def _uncounted(text: str) -> HeadingLine | None:
    plain = text.rstrip(".")
    return HeadingLine(LineKind.UNCOUNTED, text, None, plain) if is_uncounted(plain) else None


def _bare(text: str) -> HeadingLine | None:
    plain = _plain(text)
    found = None if _INITIALS.match(plain) else _BARE.fullmatch(plain)
    if found is None or found["rest"].lstrip().startswith(","):  # such as “I, Claudius”
        return None
    return _numbered(LineKind.NUMBER, text, found)


def _numbered(kind: LineKind, text: str, found: re.Match[str]) -> HeadingLine | None:
    number, rest = number_of(found["number"]), _rest(found["rest"])
    if number is None or rest is None:
        return None
    title, is_parted = rest
    return HeadingLine(kind, text, number, title, is_parted)


def _rest(rest: str) -> tuple[str, bool] | None:
    """The title behind a number, and whether a sign parts them; None where none is parted off."""
    if not rest:
        return "", True
    found = _REST.fullmatch(rest)
    return None if found is None else (found["title"], not found["sign"].isspace())
