"""The EPUB writer: a book that reading systems and shops take, a chapter at a time.

Memory does not grow with the book. A novel that has not changed gives the same bytes, and every
export of it has the same identifier, so that a reader's library keeps one book and not ten.
Standards: EPUB 3.3, EPUB Accessibility 1.1 (metadata).
"""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import resources
from typing import BinaryIO

from novelgen.manuscript.epub.contents import navigation_document, ncx_document
from novelgen.manuscript.epub.cover import read_cover
from novelgen.manuscript.epub.layout import (
    COVER_PAGE,
    NAVIGATION,
    NCX,
    PACKAGE,
    TITLE_PAGE,
    Layout,
    chapter_file,
    layout_of,
    part_file,
)
from novelgen.manuscript.epub.package import CONTAINER, FOLDER, package_document
from novelgen.manuscript.epub.pages import (
    STYLE_SHEET,
    chapter_page,
    cover_page,
    part_page,
    title_page,
)
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.tree import Manuscript

_MEDIA_TYPE = "application/epub+zip"
_FIRST_YEAR = 1980
"""Of dates in a ZIP file."""


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:
    """One book with everything. Raises `UsageError` for a cover that is no sound JPEG or PNG."""
    cover = None if options.cover is None else read_cover(options.cover)
    layout = layout_of(manuscript, cover)
    with zipfile.ZipFile(file, "w") as archive:
        moment = manuscript.updated_at
        archive.writestr(_entry("mimetype", moment, zipfile.ZIP_STORED), _MEDIA_TYPE)
        archive.writestr(_entry("META-INF/container.xml", moment), CONTAINER)
        for name, pieces in _files(manuscript, layout):
            with archive.open(_entry(f"{FOLDER}/{name}", moment), "w") as member:
                for piece in pieces:
                    member.write(piece.encode())
        if cover is not None:
            entry = _entry(f"{FOLDER}/{cover.file}", moment, zipfile.ZIP_STORED)
            archive.writestr(entry, cover.data)


def _files(manuscript: Manuscript, layout: Layout) -> Iterator[tuple[str, Iterable[str]]]:
    """The text files of the book with their contents; those of chapters are read as they come."""
    yield PACKAGE, package_document(manuscript, layout)
    yield NAVIGATION, navigation_document(manuscript, layout)
    yield NCX, ncx_document(manuscript, layout)
    yield STYLE_SHEET, [_style_sheet()]
    if layout.cover is not None:
        yield COVER_PAGE, cover_page(manuscript, layout.cover.file)
    yield TITLE_PAGE, title_page(manuscript)
    for chapter in manuscript.chapters:
        heading = chapter.heading
        if heading.part is not None:
            yield part_file(heading), part_page(manuscript, heading.part)
        yield chapter_file(heading), chapter_page(manuscript, chapter)


def _style_sheet() -> str:
    return resources.files(__package__).joinpath(STYLE_SHEET).read_text("utf-8")


def _entry(name: str, moment: datetime, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """An entry that tells nothing of this machine, nor of the hour of the export."""
    moment = moment.astimezone(UTC)
    year = max(moment.year, _FIRST_YEAR)
    entry = zipfile.ZipInfo(
        name, (year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    )
    entry.compress_type = compression
    entry.create_system = 0
    return entry
