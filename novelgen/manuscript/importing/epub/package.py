"""What an EPUB says of itself: its names, its pages in order, its style sheets, its contents.

Sources: EPUB 3.3 and Open Packaging Format 2.0.1. Books that are read with a key are refused.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from novelgen.errors import UsageError
from novelgen.manuscript.importing.xml_parsing import Element, attribute, name_of, parse_xml
from novelgen.manuscript.importing.zip_archive import Archive, damaged

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_KEYS = ("META-INF/rights.xml", "META-INF/sinf.xml", "META-INF/license.lcpl")
_FONT_OBFUSCATION = frozenset(
    {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
)
_PAGES = frozenset(
    {"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"}
)
_NCX = "application/x-dtbncx+xml"
_MAX_PAGES = 20_000


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the book."""

    path: str
    """In the archive."""
    media_type: str
    properties: frozenset[str]


@dataclass(slots=True)
class Package:
    """An EPUB without its text."""

    title: str = ""
    author: str = ""
    pages: list[Item] = field(default_factory=list)
    """In the order in which they are read."""
    aside: list[Item] = field(default_factory=list)
    """Pages that are out of this order."""
    styles: list[Item] = field(default_factory=list)
    nav: Item | None = None
    ncx: Item | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    """What the guide calls a page, by path, such as `title-page`."""


def read_package(archive: Archive, where: str) -> Package:
    """The package of an EPUB. Raises `StorageError`, and `UsageError` for one under a key."""
    _refuse_locked(archive, where)
    path = _path_of_package(archive, where)
    root = parse_xml(archive.read(path), f"The package of {where}")
    base = posixpath.dirname(path)
    items = dict(_items(root, base))
    package = Package(*_names(root))
    package.styles = [item for item in items.values() if item.media_type == "text/css"]
    package.nav = next((each for each in items.values() if "nav" in each.properties), None)
    package.ncx = next((each for each in items.values() if each.media_type == _NCX), None)
    seen: set[str] = set()
    for reference in _all(root, "itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or item.media_type not in _PAGES or item.path in seen:
            continue
        if item.path not in archive:
            raise damaged(where, f"its page {item.path} is missing")
        seen.add(item.path)
        is_aside = reference.get("linear", "yes").strip().lower() == "no"
        (package.aside if is_aside else package.pages).append(item)
    for reference in _all(root, "reference"):
        place, fragment = resolved(base, reference.get("href", ""))
        if not fragment:  # else it is a place on a page that has more
            package.kinds.setdefault(place, reference.get("type", "").lower())
    if not package.pages or len(package.pages) > _MAX_PAGES:
        raise damaged(where, f"its package names {len(package.pages):,} pages that are there")
    return package


def resolved(base: str, reference: str) -> tuple[str, str]:
    """The path in the archive that a reference leads to, and the place there."""
    path, _, fragment = reference.partition("#")
    return posixpath.normpath(posixpath.join(base, unquote(path))), unquote(fragment)


def _all(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if name_of(element) == name)


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _path_of_package(archive: Archive, where: str) -> str:
    root = parse_xml(archive.read(_CONTAINER), f"The container of {where}")
    for element in _all(root, "rootfile"):
        path = posixpath.normpath(element.get("full-path", "").lstrip("/"))
        if path in archive:
            return path
    raise damaged(where, "its container names no package that is there")


def _items(root: Element, base: str) -> Iterator[tuple[str, Item]]:
    for element in _all(root, "item"):
        path = resolved(base, element.get("href", ""))[0]
        properties = frozenset(element.get("properties", "").split())
        yield element.get("id", ""), Item(path, element.get("media-type", "").lower(), properties)


def _names(root: Element) -> tuple[str, str]:
    """The title and the authors; where roles are given, those who wrote it."""
    title = next(filter(None, map(_text, _all(root, "title"))), "")
    roles = {
        element.get("refines", "").lstrip("#"): _text(element)
        for element in _all(root, "meta")
        if element.get("property") == "role"
    }
    creators = [
        (attribute(each, "role") or roles.get(each.get("id", ""), ""), _text(each))
        for each in _all(root, "creator")
    ]
    writers = [name for role, name in creators if role in ("", "aut") and name]
    return title, ", ".join(writers or [name for _, name in creators if name][:1])


def _refuse_locked(archive: Archive, where: str) -> None:
    is_locked = any(name in archive for name in _KEYS)
    if not is_locked and _ENCRYPTION in archive:
        root = parse_xml(archive.read(_ENCRYPTION), f"The list of encrypted parts of {where}")
        methods = {
            method.get("Algorithm", "")
            for data in _all(root, "encrypteddata")
            for method in data
            if name_of(method) == "encryptionmethod"
        }
        is_locked = not methods <= _FONT_OBFUSCATION
    if is_locked:
        raise UsageError(
            f"{where} is locked by its seller (DRM): its text cannot be read.",
            "Import the author's own file, or an edition without a lock.",
        )
