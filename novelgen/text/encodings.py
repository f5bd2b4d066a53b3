"""The text in the bytes of a file, whichever program wrote it.

Reads UTF-8, UTF-16, and for older plain texts Windows-1252, which has all that is printable in
Latin-1. Guarantees that bytes which are no text are refused, not read as nonsense. Knows no files.
"""

import codecs
import re
from collections.abc import Iterator

# Without tab, line feed, vertical tab, form feed and carriage return. Controls from 0x80 on are not
# counted: they come of text that was encoded twice, and no other bytes are valid UTF-8 with them.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Of random bytes a ninth are controls; a text may have strays.
_SHARE_OF_CONTROLS = 0.005
_STRAY_CONTROLS = 8
# Old systems fill the last block of a text with these.
_PADDING = "\x00\x1a"
# In UTF-16 at least spaces, and most letters of the West, have a zero in one place of the two.
_SHARE_OF_ZEROS = 0.1
_SHARE_OF_OTHER_ZEROS = 0.01
_LEAST_ZEROS = 3


def decode(raw: bytes) -> str:
    """The text. Raises `ValueError` for bytes that are no text in any encoding read here."""
    text = next(_decoded(raw))
    controls = sum(1 for _ in _CONTROL.finditer(text.rstrip(_PADDING)))
    if controls > max(_STRAY_CONTROLS, _SHARE_OF_CONTROLS * len(text)):
        raise ValueError(f"{controls:,} of {len(text):,} characters are control characters")
    return text


def _decoded(raw: bytes) -> Iterator[str]:
    for encoding in (_utf_16(raw), "utf-8"):
        if encoding:
            try:
                yield raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    yield raw.decode("cp1252", errors="replace")


def _utf_16(raw: bytes) -> str | None:
    """UTF-16 by its byte order mark, or by where its zeros are."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    first, second = raw[0::2].count(0), raw[1::2].count(0)
    if max(first, second) < _LEAST_ZEROS:
        return None
    many, few = _SHARE_OF_ZEROS * len(raw) / 2, _SHARE_OF_OTHER_ZEROS * len(raw) / 2
    if second > many and first <= few:
        return "utf-16-le"
    return "utf-16-be" if first > many and second <= few else None
