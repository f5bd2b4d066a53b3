"""What an EPUB book says of itself: the package document, and the file that leads to it."""

import uuid
from collections.abc import Iterator
from datetime import UTC

import novelgen
from novelgen.manuscript.epub.layout import (
    COVER_PAGE,
    NAVIGATION,
    NCX,
    PACKAGE,
    TITLE_PAGE,
    Layout,
)
from novelgen.manuscript.epub.pages import STYLE_SHEET
from novelgen.manuscript.html.markup import escaped, title_or_untitled
from novelgen.manuscript.tree import Manuscript

FOLDER = "EPUB"
CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n'
    f'<rootfiles>\n<rootfile full-path="{FOLDER}/{PACKAGE}" '
    'media-type="application/oebps-package+xml"/>\n</rootfiles>\n</container>\n'
)
_FEATURES = ("displayTransformability", "readingOrder", "structuralNavigation", "tableOfContents")
_SUMMARY = (
    "Plain text with headings, a table of contents and a reading order; it can be shown in any "
    "size, face and colour, and read aloud."
)


def identifier_of(manuscript: Manuscript) -> str:
    """The same in every export of a novel, so that a later one takes the place of an earlier.

    A range of chapters, or a branch, is a book of its own.
    """
    edition = f" {manuscript.edition}" if manuscript.edition else ""
    name = f"novelgen:{manuscript.novel_id}{edition}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def package_document(manuscript: Manuscript, layout: Layout) -> Iterator[str]:
    """Metadata, all files, and the order in which they are read."""
    language = escaped(manuscript.language)
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="identifier" xml:lang="{language}" '
        'prefix="schema: http://schema.org/">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
    )
    yield from (f"{line}\n" for line in _metadata(manuscript, layout))
    yield "</metadata>\n<manifest>\n"
    yield from (f"{line}\n" for line in _manifest(layout))
    yield '</manifest>\n<spine toc="ncx">\n'
    yield from (f'<itemref idref="{_id(file)}"/>\n' for file in layout.spine)
    yield "</spine>\n</package>\n"


def _metadata(manuscript: Manuscript, layout: Layout) -> Iterator[str]:
    modified = manuscript.updated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield f'<dc:identifier id="identifier">{identifier_of(manuscript)}</dc:identifier>'
    yield f"<dc:title>{escaped(title_or_untitled(manuscript.title))}</dc:title>"
    author = escaped(manuscript.author)
    if author:
        yield f'<dc:creator id="author">{author}</dc:creator>'
        yield '<meta refines="#author" property="role" scheme="marc:relators">aut</meta>'
    yield f"<dc:language>{escaped(manuscript.language)}</dc:language>"
    yield f'<meta property="dcterms:modified">{modified}</meta>'
    yield f'<meta name="generator" content="novelgen {escaped(novelgen.__version__)}"/>'
    yield '<meta property="schema:accessMode">textual</meta>'
    if layout.cover is not None:
        yield '<meta property="schema:accessMode">visual</meta>'
        yield '<meta property="schema:accessibilityFeature">alternativeText</meta>'
        yield f'<meta name="cover" content="{_id(layout.cover.file)}"/>'
    yield '<meta property="schema:accessModeSufficient">textual</meta>'
    for feature in _FEATURES:
        yield f'<meta property="schema:accessibilityFeature">{feature}</meta>'
    yield '<meta property="schema:accessibilityHazard">none</meta>'
    yield f'<meta property="schema:accessibilitySummary">{_SUMMARY}</meta>'


def _manifest(layout: Layout) -> Iterator[str]:
    yield _item(NAVIGATION, "application/xhtml+xml", "nav")
    yield f'<item id="ncx" href="{NCX}" media-type="application/x-dtbncx+xml"/>'
    yield _item(STYLE_SHEET, "text/css")
    if layout.cover is not None:
        yield _item(layout.cover.file, layout.cover.media_type, "cover-image")
        yield _item(COVER_PAGE, "application/xhtml+xml")
    for file in (TITLE_PAGE, *layout.text_files):
        yield _item(file, "application/xhtml+xml")


def _item(file: str, media_type: str, properties: str = "") -> str:
    more = f' properties="{properties}"' if properties else ""
    return f'<item id="{_id(file)}" href="{file}" media-type="{media_type}"{more}/>'


def _id(file: str) -> str:
    """The name without its suffix, but for the cover, whose page has the same one."""
    stem, _, suffix = file.rpartition(".")
    return stem if suffix == "xhtml" else f"{stem}-{suffix}"
