"""Plain text: UTF-8, a paragraph a line, an empty line between paragraphs.

Title and author stand at the head. A chapter's heading is a line like “Chapter 3: The Letter” with
three empty lines before it, a part's one like “Part 2: The Sea” where its title does not say so
itself: lines that a person finds, and that `importing` takes for headings.

Italics are `_so_`, as in plain text books everywhere; bold is `**so**`, because `*so*` would be
italics when it is read again. Where these marks cannot say it, as with italics inside a word, the
marks of the stored prose stay. So a paragraph always reads back with the same words and the same
emphasis. Prose that looks like a heading or a scene break, such as a paragraph “Chapter 12”, looks
like one: plain text has no escapes.
"""

from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.importing.heading_lines import LineKind, read_heading
from novelgen.manuscript.tree import Manuscript
from novelgen.manuscript.whole_files import write_text
from novelgen.text.emphasis import Run, runs_of
from novelgen.text.sanitize import clean_line

_UNTITLED = "Untitled"
_BEFORE_HEADING = "\n\n\n"
_MARKS = {(False, False): "", (True, False): "_", (False, True): "**", (True, True): "**_"}


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:  # noqa: ARG001
    """One file with everything."""
    write_text(file, render_plain_text(manuscript))


def render_plain_text(manuscript: Manuscript) -> Iterator[str]:
    """The file in pieces, ready to be written one after the other."""
    yield f"{clean_line(manuscript.title) or _UNTITLED}\n"
    author = clean_line(manuscript.author)
    if author:
        yield f"\nby {author}\n"
    numbers = count(1)
    for chapter in manuscript.chapters:
        heading = chapter.heading
        if heading.part is not None:
            yield f"{_BEFORE_HEADING}{_part_line(heading.part, next(numbers))}\n"
        yield f"{_BEFORE_HEADING}{clean_line(heading.text)}\n"
        for paragraph in chapter.paragraphs:
            yield f"\n{plain_paragraph(paragraph)}\n"


def plain_paragraph(paragraph: str) -> str:
    """A paragraph of prose with the marks of plain text; it reads the same by `text.emphasis`."""
    line = clean_line(paragraph)
    runs = runs_of(line)
    if not any(run.is_italic or run.is_bold for run in runs):
        return line
    text = "".join(map(_between_marks, runs))
    return text if runs_of(text) == runs else line


def _between_marks(run: Run) -> str:
    mark = _MARKS[run.is_italic, run.is_bold]
    return f"{mark}{run.text}{mark[::-1]}"


def _part_line(part: str, number: int) -> str:
    """The title of a part, which says that it is one."""
    title = clean_line(part)
    is_clear = read_heading(title).kind is LineKind.PART
    return title if is_clear else f"Part {number}: {title}"
