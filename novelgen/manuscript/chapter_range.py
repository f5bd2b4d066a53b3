"""A range of chapters as a person writes it: `3-7`, `5`, or nothing for all."""

from novelgen.errors import UsageError


def parse_range(text: str | None) -> tuple[int, int | None]:
    """First and last chapter; None where it goes to the end. Raises `UsageError`."""
    if text is None or not text.strip():
        return 1, None
    first, separator, last = text.replace("–", "-").partition("-")
    try:
        numbers = int(first), int(last) if separator else int(first)
    except ValueError:
        numbers = 0, 0
    if not 1 <= numbers[0] <= numbers[1]:
        raise UsageError(f"{text!r} is not a range of chapters.", "Write it like 3-7, or 5.")
    return numbers


def range_in_words(first: int, last: int | None) -> str:
    """The same for a person."""
    if last is None:
        return "all" if first == 1 else f"from {first} on"
    return f"{first}" if first == last else f"{first}–{last}"
