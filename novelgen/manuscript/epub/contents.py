"""The table of contents of an EPUB book: the navigation document, and the NCX for old readers."""

from collections.abc import Iterable, Iterator
from itertools import count

from novelgen.manuscript.epub.layout import COVER_PAGE, NAVIGATION, TITLE_PAGE, Entry, Layout
from novelgen.manuscript.epub.package import identifier_of
from novelgen.manuscript.epub.pages import page
from novelgen.manuscript.html.markup import escaped, title_or_untitled
from novelgen.manuscript.tree import Manuscript

_HEADING = "Contents"


def navigation_document(manuscript: Manuscript, layout: Layout) -> Iterator[str]:
    """The table of contents as a page, and the landmarks, which only reading systems see."""
    yield from page(manuscript.language, _HEADING, "frontmatter", _navigation(layout))


def ncx_document(manuscript: Manuscript, layout: Layout) -> Iterator[str]:
    """The table of contents as EPUB 2 had it."""
    depth = 2 if any(entry.entries for entry in layout.entries) else 1
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" '
        f'xml:lang="{escaped(manuscript.language)}">\n<head>\n'
        f'<meta name="dtb:uid" content="{identifier_of(manuscript)}"/>\n'
        f'<meta name="dtb:depth" content="{depth}"/>\n'
        '<meta name="dtb:totalPageCount" content="0"/>\n'
        '<meta name="dtb:maxPageNumber" content="0"/>\n</head>\n<docTitle><text>'
        f"{escaped(title_or_untitled(manuscript.title))}</text></docTitle>\n<navMap>\n"
    )
    yield from _points(layout.entries, count(1))
    yield "</navMap>\n</ncx>\n"


def _navigation(layout: Layout) -> Iterator[str]:
    yield f'<nav epub:type="toc" role="doc-toc" id="toc">\n<h1>{_HEADING}</h1>\n'
    yield from _list(layout.entries)
    yield '</nav>\n<nav epub:type="landmarks" hidden="hidden">\n<h2>Landmarks</h2>\n<ol>\n'
    if layout.cover is not None:
        yield _landmark(COVER_PAGE, "cover", "Cover")
    yield _landmark(TITLE_PAGE, "titlepage", "Title page")
    if layout.has_contents_page:
        yield _landmark(f"{NAVIGATION}#toc", "toc", _HEADING)
    yield _landmark(layout.text_files[0], "bodymatter", "Beginning")
    yield "</ol>\n</nav>\n"


def _list(entries: Iterable[Entry]) -> Iterator[str]:
    yield "<ol>\n"
    for entry in entries:
        yield f'<li><a href="{entry.file}">{escaped(entry.text)}</a>'
        if entry.entries:
            yield "\n"
            yield from _list(entry.entries)
        yield "</li>\n"
    yield "</ol>\n"


def _landmark(file: str, kind: str, text: str) -> str:
    return f'<li><a epub:type="{kind}" href="{file}">{text}</a></li>\n'


def _points(entries: Iterable[Entry], numbers: Iterator[int]) -> Iterator[str]:
    for entry in entries:
        number = next(numbers)
        yield (
            f'<navPoint id="point-{number}" playOrder="{number}"><navLabel><text>'
            f'{escaped(entry.text)}</text></navLabel><content src="{entry.file}"/>'
        )
        yield from _points(entry.entries, numbers)
        yield "</navPoint>\n"
