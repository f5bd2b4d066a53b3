"""The parts of a Word file, and how they are found from one another.

Source: ECMA-376, part 2 (Open Packaging Conventions). A part with a document type is refused: Word
writes none, and it can hold an attack.
"""

import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lxml import etree

from novelgen.errors import UsageError
from novelgen.manuscript.importing.xml_parsing import (
    XML_LIMITS,
    Element,
    has_document_type,
    name_of,
    parse_xml,
)
from novelgen.manuscript.importing.zip_archive import Archive, damaged

_USUAL = "word/document.xml"
_CORE = "docProps/core.xml"


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says it is; both are often out of date."""

    title: str = ""
    author: str = ""


class Parts:
    """The parts of an open file."""

    def __init__(self, archive: Archive, where: str) -> None:
        self._archive = archive
        self._where = where
        self._document = self._path_of_document()
        self._related = dict(self._relations(self._document))

    def read(self, kind: str) -> Element | None:
        """The root of the part that the text refers to as `styles` or the like; None for none."""
        path = self._related.get(kind, "")
        return self._root(path) if path in self._archive else None

    def properties(self) -> Properties:
        """Title and author as the program noted them."""
        if _CORE not in self._archive:
            return Properties()
        texts = {name_of(each): (each.text or "").strip() for each in self._root(_CORE)}
        return Properties(texts.get("title", ""), texts.get("creator", ""))

    @contextmanager
    def walk_document(
        self, tags: tuple[str, ...]
    ) -> Iterator[tuple[Iterator[tuple[str, Element]], Callable[[], None]]]:
        """The elements of the text with these names, as they begin and end.

        The function with them is to be called whenever what was read has been thrown away: more
        than a paragraph may hold is refused. Raises `StorageError` for a text that is broken.
        """
        with self._archive.open(self._document) as stream:
            walk = etree.iterparse(
                stream, ("start", "end"), tag=tags, remove_comments=True, remove_pis=True,
                **XML_LIMITS,
            )  # fmt: skip
            yield self._checked(walk), stream.settle

    def _checked(self, walk: "etree.iterparse") -> Iterator[tuple[str, Element]]:
        is_checked = False
        try:
            for event, element in walk:
                if not is_checked and element.getroottree().docinfo.doctype:
                    raise self._document_type()
                is_checked = True
                yield event, element
        except etree.XMLSyntaxError as error:
            raise damaged(self._where, str(error)) from error

    def _root(self, path: str) -> Element:
        raw = self._archive.read(path)
        if has_document_type(raw):
            raise self._document_type()
        return parse_xml(raw, f"The part {path} of {self._where}")

    def _document_type(self) -> UsageError:
        return UsageError(
            f"{self._where} has a document type, as no word processor writes it; it is not read.",
            "Open the file in a word processor and save it anew as .docx.",
        )

    def _path_of_document(self) -> str:
        for kind, path in self._relations(""):
            if kind == "officeDocument" and path in self._archive:
                return path
        if _USUAL in self._archive:
            return _USUAL
        raise damaged(self._where, "it holds no text of a word processor")

    def _relations(self, path: str) -> Iterator[tuple[str, str]]:
        """Kinds of the parts that a part refers to, and their paths; the first of each kind."""
        folder, name = posixpath.split(path)
        place = posixpath.join(folder, "_rels", f"{name}.rels")
        if place not in self._archive:
            return
        seen = set()
        for each in self._root(place):
            kind = each.get("Type", "").rpartition("/")[2]
            if each.get("TargetMode") != "External" and kind not in seen:
                seen.add(kind)
                target = each.get("Target", "")
                joined = posixpath.normpath(posixpath.join(folder, target))
                yield kind, target.lstrip("/") if target.startswith("/") else joined
