"""A range of paragraphs as a person gives it: `7`, or `7-9`."""

import re

from novelgen.errors import UsageError

_RANGE = re.compile(r"([1-9][0-9]{0,5})(?:-([1-9][0-9]{0,5}))?")


def parsed_paragraphs(text: str) -> tuple[int, int]:
    """The first and the last paragraph, from 1. Raises `UsageError`."""
    match = _RANGE.fullmatch(text.strip())
    first = int(match[1]) if match else 0
    last = int(match[2] or first) if match else 0
    if match is None or last < first:
        raise UsageError(
            f"--paragraphs {text[:40]!r} is no range of paragraphs.",
            "Give one, such as 7, or the first and the last, such as 7-9.",
        )
    return first, last
