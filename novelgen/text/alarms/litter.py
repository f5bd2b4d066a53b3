"""Finds what stands on web pages and in files."""

import re
from collections.abc import Iterator

from novelgen.text.alarms.kinds import Alarm, AlarmKind

_LITTER = re.compile(
    r"https?://\S*|\bwww\.\w+|\b\w+@\w+\.\w+|\.(?:com|org|net|html?)\b"
    r"|\[(?:edit|citation needed|note|source|image|\d{1,3}|sic|\.\.\.)\]"
    r"|\{\{|\}\}|\[\[|\]\]|</?(?!think>)[a-z][^<>\n]{0,80}>|&(?:nbsp|amp|quot|lt|gt|#\d+);"
    r"|\bproject gutenberg\b|\ball rights reserved\b|\bisbn\b|©|®|™|\bcopyright\b"
    r"|\b(?:click here|sign up for|log ?in to|page \d+ of \d+)\b"
    r"|```|^\s*\|.*\|\s*$|^\s*#{1,6}\s|\*\*|(?<![_\w])__(?=\w)"
    r"|\bto be continued\b|\bend of (?:chapter|part|book|sample|excerpt)\b",
    re.IGNORECASE | re.MULTILINE,
)


def litter_alarms(text: str) -> Iterator[Alarm]:
    """Marks of web pages, markup, files and footnotes."""
    for match in _LITTER.finditer(text):
        yield Alarm(AlarmKind.LITTER, match.start(), match.end(), match.group().strip())
