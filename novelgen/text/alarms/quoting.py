"""Finds quotations that are never closed or never opened.

Speech over several paragraphs leaves each but the last open and begins each with a quotation mark;
that is no fault. Single quotation marks are apostrophes too often to be counted.
"""

import re
from collections.abc import Iterator

from novelgen.text.alarms.kinds import Alarm, AlarmKind

_PARAGRAPH = re.compile(r"[^\n]+")
_OPENING = ('"', "“", "«")


def quote_alarms(text: str, *, is_whole: bool) -> Iterator[Alarm]:
    """Paragraphs with a quotation mark too many. The last one counts where the text is whole."""
    paragraphs = list(_PARAGRAPH.finditer(text))
    for number, match in enumerate(paragraphs):
        is_last = number == len(paragraphs) - 1
        if is_last and not is_whole:
            return
        following = "" if is_last else paragraphs[number + 1].group().lstrip()
        found = _fault(match.group(), following)
        if found:
            fault, place = found
            yield Alarm(AlarmKind.QUOTES, match.start() + place, match.end(), fault)


def _fault(paragraph: str, following: str) -> tuple[str, int] | None:
    """What is wrong with the marks of a paragraph, and the place of the mark."""
    goes_on = following.startswith(_OPENING)
    if paragraph.count('"') % 2:
        last = paragraph.rindex('"')
        if last and not paragraph[last - 1].isspace() and paragraph[last - 1] not in "—–-(":
            return "a quotation is closed that was not opened", last
        if not goes_on:
            return "a quotation is not closed", last
    depth = opened = 0
    for place, character in enumerate(paragraph):
        depth += (character == "“") - (character == "”")
        if depth < 0:
            return "a quotation is closed that was not opened", place
        if depth > 1:
            return "a quotation is opened within a quotation", place
        if character == "“":
            opened = place
    return ("a quotation is not closed", opened) if depth and not goes_on else None
