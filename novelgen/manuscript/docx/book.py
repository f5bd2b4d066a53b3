"""The Word writer: a document whose text is written as it is read.

python-docx makes the document without its chapters; they go straight into the file, so memory does
not grow with the book. A novel that has not changed gives the same bytes.
"""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from novelgen.manuscript.docx.body import chapters_xml
from novelgen.manuscript.docx.contents import contents_xml
from novelgen.manuscript.docx.looks import Look, look_of
from novelgen.manuscript.docx.skeleton import CHAPTERS, CONTENTS, skeleton_of
from novelgen.manuscript.export_options import ExportOptions, Style
from novelgen.manuscript.tree import Manuscript

_TEXT_PART = "word/document.xml"
_FIRST_YEAR = 1980
"""Of dates in a ZIP file."""
_SMALL_WORDS = 50_000_000
"""Fewer words than this take less than the 2 GiB from which on a ZIP file has another form."""


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:
    """One document with everything."""
    look = look_of(options, has_parts=manuscript.has_parts)
    skeleton = BytesIO(skeleton_of(manuscript, look, options))
    with zipfile.ZipFile(skeleton) as parts, zipfile.ZipFile(file, "w") as made:
        for name in parts.namelist():
            entry = _entry(name, manuscript.updated_at)
            if name != _TEXT_PART:
                made.writestr(entry, parts.read(name))
                continue
            is_huge = manuscript.words >= _SMALL_WORDS
            with made.open(entry, "w", force_zip64=is_huge) as text:
                for piece in _text(parts.read(name).decode(), manuscript, look, options):
                    text.write(piece.encode())


def _text(
    skeleton: str, manuscript: Manuscript, look: Look, options: ExportOptions
) -> Iterator[str]:
    """The main part of the document, in pieces."""
    before, rest = skeleton.split(_placeholder(CONTENTS))
    between, after = rest.split(_placeholder(CHAPTERS))
    yield before
    if options.style is Style.READING:
        yield from contents_xml(manuscript)
    yield between
    yield from chapters_xml(manuscript, look)
    yield after


def _placeholder(text: str) -> str:
    """A paragraph of no style, which nothing that a person wrote is in."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _entry(name: str, moment: datetime) -> zipfile.ZipInfo:
    """An entry that tells nothing of this machine, nor of the hour of the export."""
    moment = moment.astimezone(UTC)
    year = max(moment.year, _FIRST_YEAR)
    entry = zipfile.ZipInfo(
        name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    )
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    return entry
