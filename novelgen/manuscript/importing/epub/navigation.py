"""The contents of an EPUB: what stands where, by its navigation document or its NCX."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.errors import StorageError
from novelgen.manuscript.importing.epub.package import Package, resolved
from novelgen.manuscript.importing.xml_parsing import (
    Element,
    attribute,
    name_of,
    parse_page,
    parse_xml,
)
from novelgen.manuscript.importing.zip_archive import Archive

_MAX_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents."""

    text: str
    depth: int
    """From 1."""
    path: str
    """Of the page."""
    fragment: str
    """The place on it; empty for its beginning."""


@dataclass(frozen=True, slots=True)
class Navigation:
    """The contents, and what pages are."""

    entries: tuple[Entry, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    """Paths of pages, and what the landmarks call them, such as `titlepage`."""


def read_navigation(archive: Archive, package: Package) -> Navigation:
    """What is known of the contents; nothing where they are missing or cannot be read."""
    try:
        if package.nav is not None and package.nav.path in archive:
            found = _of_nav(archive, package.nav.path)
            if found.entries:
                return found
        if package.ncx is not None and package.ncx.path in archive:
            return _of_ncx(archive, package.ncx.path)
    except StorageError:
        pass  # the chapters are found by their headings
    return Navigation()


def _of_nav(archive: Archive, path: str) -> Navigation:
    root = parse_page(archive.read(path), f"The contents {path}")
    entries: list[Entry] = []
    kinds: list[tuple[str, str]] = []
    base = posixpath.dirname(path)
    for nav in [] if root is None else _below(root, "nav"):
        types = attribute(nav, "type").split()
        for link in _below(nav, "a"):
            place, fragment = resolved(base, link.get("href", ""))
            if "landmarks" in types:
                if not fragment:  # else it is a place on a page that has more
                    kinds += [(place, kind) for kind in attribute(link, "type").split()]
            elif "toc" in types:
                depth = sum(name_of(above) == "ol" for above in link.iterancestors())
                entries.append(Entry(_text(link), max(1, depth), place, fragment))
    return Navigation(tuple(entries[:_MAX_ENTRIES]), tuple(kinds))


def _of_ncx(archive: Archive, path: str) -> Navigation:
    root = parse_xml(archive.read(path), f"The contents {path}")
    base = posixpath.dirname(path)
    entries = []
    for point in _below(root, "navpoint"):
        label = next((each for each in point if name_of(each) == "navlabel"), None)
        content = next((each for each in point if name_of(each) == "content"), None)
        if label is not None and content is not None:
            depth = sum(name_of(above) == "navpoint" for above in point.iterancestors()) + 1
            entries.append(Entry(_text(label), depth, *resolved(base, content.get("src", ""))))
    return Navigation(tuple(entries[:_MAX_ENTRIES]))


def _below(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if name_of(element) == name)


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
