"""What a person may say of a novel, and within which bounds: checks that all front ends share.

Every check is told what the person knows the field by, so that its message names it.
"""

from novelgen.errors import UsageError
from novelgen.text.sanitize import clean_line

MIN_WORDS, MAX_WORDS = 100, 10_000_000
MAX_CANDIDATES = 16
MAX_PREMISE = 8_000
"""Characters."""
MAX_SEED = 2**63 - 1
_MAX_TITLE = 300
_MAX_CHAPTERS = 5_000
_MIN_CHAPTER_WORDS = 40


def clean_title(text: str, option: str = "--title") -> str:
    """A title or an author on one line. Raises `UsageError` for one that is too long."""
    cleaned = clean_line(text)
    if len(cleaned) > _MAX_TITLE:
        raise UsageError(f"{option} is longer than {_MAX_TITLE} characters.", "Shorten it.")
    return cleaned


def clean_premise(text: str) -> str:
    """A premise on one line. Raises `UsageError` for one that is too long."""
    cleaned = clean_line(text)
    if len(cleaned) > MAX_PREMISE:
        raise UsageError(
            f"The premise has {len(cleaned):,} characters, more than {MAX_PREMISE:,}.",
            "It stands in every prompt; keep it to what the whole book needs.",
        )
    return cleaned


def checked_chapters(chapters: int | None, target_words: int) -> int | None:
    """How many chapters are wanted; None leaves it open. Raises `UsageError`."""
    if chapters is None:
        return None
    most = max(1, min(_MAX_CHAPTERS, target_words // _MIN_CHAPTER_WORDS))
    return in_range(chapters, 1, most, f"--chapters for {target_words:,} words")


def in_range(value: int, least: int, most: int, option: str) -> int:
    """The value. Raises `UsageError` when it is out of range."""
    if not least <= value <= most:
        raise UsageError(
            f"{option} is {value:,}; it can be {least:,} to {most:,}.", "Choose another number."
        )
    return value
