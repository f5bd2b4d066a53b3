"""A book in a Markdown or text file as the sections that metrics are taken of.

A section is what stands under a heading, the heading included; headings that follow one another
open one section. The sections, joined, are the file from behind its front matter on.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from novelgen.text.books import read_text_file
from novelgen.text.prose_metrics.cleaning import end_of_front_matter
from novelgen.text.prose_metrics.windows import Section

_HEADING = re.compile(r"^#{1,6}(?![^\s#])[^\n]*", re.MULTILINE)
_LINE_END = re.compile(r"\r\n?")
_BYTE_ORDER_MARK = "\ufeff"


def read_sections(path: Path) -> list[Section]:
    """The sections of a file, chapters counted from 1. Raises `StorageError`."""
    _, text = read_text_file(path)
    return list(sections_of(_LINE_END.sub("\n", text.removeprefix(_BYTE_ORDER_MARK))))


def sections_of(text: str) -> Iterator[Section]:
    """The sections of the text of a file; what stands before the first heading is chapter 0."""
    begin, body, title = end_of_front_matter(text), end_of_front_matter(text), ""
    number, has_heading = 0, False
    for heading in [*_HEADING.finditer(text, begin), None]:
        end = heading.start() if heading else len(text)
        if text[body:end].strip() or heading is None:
            number += has_heading
            yield Section(number, title, text[begin:end], begin)
            begin = end
        if heading:
            has_heading = True
            body, title = heading.end(), heading.group().strip("# \t")
