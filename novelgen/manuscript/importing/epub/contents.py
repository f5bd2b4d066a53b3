"""Headings for places that the contents of a book name and that have none on their page."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from novelgen.manuscript.importing.blocks import Block, Heading, Paragraph, heading
from novelgen.manuscript.importing.epub.navigation import Entry
from novelgen.manuscript.importing.heading_lines import read_heading
from novelgen.text.emphasis import without_marks

_MADE_UP = re.compile(r"section ?\d+|start|unknown|untitled|[\w-]+\.x?html?|[\w]+_split_\d+", re.I)
"""What programs call a place that has no name."""
_LINES = 3
"""Paragraphs that can say what the heading says."""


def with_headings_of_contents(
    blocks: Sequence[Block], entries: Sequence[Entry], places: Mapping[tuple[str, str], int]
) -> list[Block]:
    """The blocks with a heading for every entry that has none.

    `places` says how many blocks stand before a place, by page and fragment.
    """
    at = {
        places[_key(entry)]: entry
        for entry in entries[::-1]
        if _key(entry) in places and not _MADE_UP.fullmatch(entry.text)
    }
    levels: dict[int, Counter[int]] = {}
    for place, entry in at.items():
        found = blocks[place] if place < len(blocks) else None
        if isinstance(found, Heading):
            levels.setdefault(entry.depth, Counter())[found.level] += 1
    whole: list[Block] = []
    said = 0
    for place, block in enumerate(blocks):
        here = at.get(place)
        if here is not None and here.text and not isinstance(block, Heading):
            level = levels.get(here.depth, Counter({here.depth: 1})).most_common(1)[0][0]
            whole.append(heading(level, here.text))
            said = place + _lines_that_say(blocks[place : place + _LINES], here.text)
        if place >= said:
            whole.append(block)
    return whole


def _key(entry: Entry) -> tuple[str, str]:
    return entry.path, entry.fragment


def _lines_that_say(blocks: Sequence[Block], text: str) -> int:
    """How many of the first paragraphs say what the heading says."""
    rest = _words(text)
    number = read_heading(text).number
    said = 0
    for block in blocks:
        if not isinstance(block, Paragraph):
            break
        words = _words(without_marks(block.text))
        line = read_heading(without_marks(block.text)[:200])
        if words and rest[: len(words)] == words:
            rest = rest[len(words) :]
        elif not (said == 0 and line.is_bare and line.number == number):
            break
        said += 1
    return said


def _words(text: str) -> list[str]:
    plain = "".join(each if each.isalnum() else " " for each in text.lower())
    return plain.split()
