"""What a person wants done differently in a new draft: one line that every brief can hold."""

from novelgen.errors import UsageError
from novelgen.text.sanitize import clean_line

_MAX_CHARACTERS = 1_000


def checked_instruction(instruction: str | None) -> str:
    """The instruction on one line, cleaned; empty when there is none. Raises `UsageError`."""
    cleaned = clean_line(instruction or "")
    if len(cleaned) > _MAX_CHARACTERS:
        raise UsageError(
            f"--instruction has more than {_MAX_CHARACTERS:,} characters.",
            "It stands in every brief; keep it to what this chapter needs.",
        )
    return cleaned
