"""What a person may call a novel, and how long it may be: checks that several commands share."""

from novelgen.errors import UsageError

MIN_WORDS, MAX_WORDS = 100, 10_000_000
_MAX_TITLE = 300


def clean_title(text: str, option: str = "--title") -> str:
    """A title or an author on one line. Raises `UsageError` for one that is too long."""
    from novelgen.text.sanitize import clean_line

    cleaned = clean_line(text)
    if len(cleaned) > _MAX_TITLE:
        raise UsageError(f"{option} is longer than {_MAX_TITLE} characters.", "Shorten it.")
    return cleaned


def in_range(value: int, least: int, most: int, option: str) -> int:
    """The value. Raises `UsageError` when it is out of range."""
    if not least <= value <= most:
        raise UsageError(
            f"{option} is {value:,}; it can be {least:,} to {most:,}.", "Choose another number."
        )
    return value
