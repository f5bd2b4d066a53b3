"""One kind of quotation marks in a book: a model mixes those of all the books it has read.

Speech gets straight double marks, unless the text before speaks in others. Every mark is changed
for one character, so that places in the text stay where they are.
"""

import re

from novelgen.text.straight_marks import straightened

_SINGLE = r"(?:^|(?<=[\s—–-]))'(?=[A-Z—])(?P<said>[^\n]*?[,.!?—])'(?=[\s—–]|$)"
_SPEECH = re.compile(_SINGLE)
_SPEAKING_PARAGRAPH = re.compile("^" + _SINGLE, re.MULTILINE)


def with_marks_of(before: str, text: str) -> str:
    """`text` with the quotation marks that speech has in the text before it.

    As it is where that has curly or single ones; else with straight double ones.
    """
    straight = before.count('"')
    if before.count("“") > straight or (not straight and _SPEAKING_PARAGRAPH.search(before)):
        return text
    return "\n".join(map(_doubled, straightened(text).split("\n")))


def _doubled(paragraph: str) -> str:
    """A paragraph that begins with speech in single marks, in double ones.

    Others are left alone: single marks in them are quotations within, and apostrophes.
    """
    if '"' in paragraph or not _SPEAKING_PARAGRAPH.match(paragraph):
        return paragraph
    return _SPEECH.sub(lambda match: f'"{match["said"]}"', paragraph)
