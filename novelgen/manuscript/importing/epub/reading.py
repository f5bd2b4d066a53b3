"""An EPUB into blocks: its pages in reading order, without those that are no part of the text."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from novelgen.manuscript.importing.blocks import Block, Draft, Heading, Paragraph, heading
from novelgen.manuscript.importing.epub.contents import with_headings_of_contents
from novelgen.manuscript.importing.epub.navigation import read_navigation
from novelgen.manuscript.importing.epub.package import Item, Package, read_package
from novelgen.manuscript.importing.front_pages import says_rights
from novelgen.manuscript.importing.html.pages import Page, PageReader
from novelgen.manuscript.importing.html.styles import Styles
from novelgen.manuscript.importing.typed_headings import with_typed_headings
from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of, parse_page
from novelgen.manuscript.importing.zip_archive import Archive, open_archive

_NO_TEXT_LISTED = """
cover titlepage title-page halftitlepage halftitle copyright-page copyright colophon imprint toc
landmarks page-list loi lot lov dedication index bibliography endnotes footnotes rearnotes notes
other-credits
"""
_NO_TEXT = frozenset(_NO_TEXT_LISTED.split())
_LEAST_LINKS, _SHARE_OF_LINKS = 4, 0.75
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))


def add_epub(path: Path, draft: Draft) -> None:
    """Put the blocks of an EPUB to a draft. Raises `StorageError` and `UsageError`."""
    with open_archive(path) as archive:
        package = read_package(archive, str(path))
        draft.title, draft.author = package.title, package.author
        _Reading(archive, package, draft).read()


class _Reading:
    def __init__(self, archive: Archive, package: Package, draft: Draft) -> None:
        self._archive = archive
        self._package = package
        self._draft = draft
        self._navigation = read_navigation(archive, package)
        self._kinds = {**package.kinds, **dict(self._navigation.kinds)}
        self._styles = Styles()
        self._places: dict[tuple[str, str], int] = {}
        self._starts: list[int] = []
        """How many blocks stand before each page."""
        self._num_left_out = len(package.aside)

    def read(self) -> None:
        """Read every page."""
        for item in self._package.styles:
            if item.path in self._archive:
                self._styles.add(self._archive.read(item.path).decode("utf-8", "replace"))
        blocks: list[Block] = []
        for item in self._package.pages:
            page = self._page(item)
            if page is not None:
                self._keep(page, item.path, blocks)
        blocks = with_headings_of_contents(blocks, self._navigation.entries, self._places)
        if not any(isinstance(block, Heading) for block in with_typed_headings(blocks)):
            blocks = _with_pages_as_chapters(blocks, self._starts)
        self._draft.blocks += blocks
        if self._num_left_out:
            pages = "page" if self._num_left_out == 1 else "pages"
            self._draft.remarks.append(
                f"Left out: {self._num_left_out} {pages} around the text, such as title and cover."
            )

    def _page(self, item: Item) -> Page | None:
        """A page, or None where it is no part of the text."""
        root = parse_page(self._archive.read(item.path), f"The page {item.path}")
        if root is None:
            return None
        is_text = "nav" not in item.properties and self._kinds.get(item.path) not in _NO_TEXT
        if not is_text or _types(root) & _NO_TEXT or _is_list_of_links(root):
            self._num_left_out += 1
            return None
        for style in (each for each in root.iter() if name_of(each) == "style"):
            self._styles.add(style.text or "")
        page = PageReader(self._styles).read(root)
        if not any(isinstance(block, Heading) for block in page.blocks) and says_rights(
            [block for block in page.blocks if isinstance(block, Paragraph)]
        ):
            self._num_left_out += 1
            return None
        return page

    def _keep(self, page: Page, path: str, blocks: list[Block]) -> None:
        self._starts.append(len(blocks))
        self._places[path, ""] = len(blocks)
        for identity, place in page.places.items():
            self._places.setdefault((path, identity), len(blocks) + place)
        blocks += page.blocks
        self._draft.num_pictures += page.num_pictures
        self._draft.num_footnotes += page.num_notes


def _types(root: Element) -> set[str]:
    """What a page says it is: its body, and what alone is in that."""
    element = next((each for each in root.iter() if name_of(each) == "body"), None)
    types: set[str] = set()
    while element is not None:
        types.update(attribute(element, "type").split())
        below = list(element)
        element = below[0] if len(below) == 1 and name_of(below[0]) not in _HEADINGS else None
    return types


def _is_list_of_links(root: Element) -> bool:
    """Whether nearly all of a page are links, as in a table of contents."""
    links = [each for each in root.iter() if name_of(each) == "a" and each.get("href")]
    in_links = sum(_length(each.itertext()) for each in links)
    return len(links) >= _LEAST_LINKS and in_links >= _SHARE_OF_LINKS * _length(root.itertext())


def _length(texts: Iterable[str]) -> int:
    return sum(len("".join(text.split())) for text in texts)


def _with_pages_as_chapters(blocks: list[Block], starts: list[int]) -> list[Block]:
    """The blocks with a heading without text at the beginning of every page."""
    return list(_each_with_heading(blocks, set(starts))) if len(starts) > 1 else blocks


def _each_with_heading(blocks: list[Block], starts: set[int]) -> Iterator[Block]:
    for place, block in enumerate(blocks):
        if place in starts:
            yield heading(1, "")
        yield block
