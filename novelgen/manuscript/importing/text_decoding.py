"""The text in the bytes of a text file, in whichever encoding it was saved."""

import codecs

from novelgen.errors import UsageError
from novelgen.text.encodings import decode
from novelgen.text.text_files import text_of_bytes

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAX_LINES = 2_000_000
"""A novel of four million words has a tenth of it, each line 72 characters long."""


def is_unicode(raw: bytes) -> bool:
    """Whether the bytes say themselves how they are to be read: UTF-8, or UTF-16."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"\x00" in raw
    return True


def decoded(raw: bytes, where: str) -> str:
    """The text. Raises `UsageError` for what is none, or has more lines than any novel."""
    if raw.startswith(_UTF_16):
        try:
            text = decode(raw)
        except ValueError as error:
            raise UsageError(f"{where} is no text: {error}.", "Save it as UTF-8 text.") from error
    else:
        text = text_of_bytes(raw, where)
    if text.count("\n") + text.count("\r") > 2 * _MAX_LINES:
        raise UsageError(
            f"{where} has more than {2 * _MAX_LINES:,} lines.",
            "No novel has so many: give its volumes one by one.",
        )
    return text
