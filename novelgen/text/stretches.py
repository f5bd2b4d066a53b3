"""Where a stretch of a long text begins, and how much text surely holds a number of tokens.

Tokenising a whole book takes seconds and a gigabyte, so only a stretch of it is.
"""

import re

CHARS_PER_TOKEN = 8
"""More characters than a token of prose takes on average, in any vocabulary."""

_WORD_START = re.compile(r"(?<=\s)(?=\S)")


def word_start(text: str, position: int) -> int:
    """The first place from `position` on where a word begins; `position` where none does.

    0 is a beginning whatever stands there.
    """
    match = _WORD_START.search(text, position) if position else None
    return match.start() if match else position
