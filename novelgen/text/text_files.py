"""Text as it lies in a file, in whichever encoding."""

import re
from pathlib import Path

from novelgen.errors import UsageError
from novelgen.text.encodings import decode

MAX_BYTES = 64_000_000
"""A hundred times the longest chapter anybody writes."""

_HAS_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
"""A letter of several bytes."""


def text_of_file(path: Path) -> str:
    """The text of a file, in whichever encoding. Raises `UsageError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    return text_of_bytes(raw, str(path))


def text_of_bytes(raw: bytes, where: str) -> str:
    """The text in these bytes; `where` they come from is said in errors. Raises `UsageError`."""
    if len(raw) > MAX_BYTES:
        raise UsageError(
            f"{where} has more than {MAX_BYTES // 1_000_000} MB.", "Give one chapter at a time."
        )
    if _HAS_UTF_8.search(raw):  # an older encoding would not look like it
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise UsageError(
                f"{where} is UTF-8 with a byte in line {line} that is not.",
                "Mend that line, and save the file as UTF-8.",
            ) from error
    try:
        return decode(raw)
    except ValueError as error:
        raise UsageError(f"{where} is no text: {error}.", "Save it as UTF-8 text.") from error
