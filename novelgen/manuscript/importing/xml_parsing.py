"""XML and XHTML of strangers, parsed safely.

No DTD is loaded, nothing is fetched, and a document that declares entities of its own is refused:
they can grow without end or name files of this machine. The named characters of HTML are known.
Depth and sizes are limited by libxml2. No exception of lxml comes out of here.
"""

import codecs
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any, Protocol, overload

from lxml import etree, html

from novelgen.errors import StorageError, UsageError

PARSER_LIMITS = {"no_network": True, "huge_tree": False}
XML_LIMITS = {
    **PARSER_LIMITS,
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,400}\?>")
_ENCODINGS = re.compile(r"utf-?8|us-ascii|iso-?8859-?\d+|latin-?1|windows-?125\d|cp125\d", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARES = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]{0,2000}\[", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,2000}>", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,40});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_TOO_DEEP = "depth"


class Element(Protocol):
    """What is used of an element of lxml."""

    tag: str
    text: str | None
    tail: str | None

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    def items(self) -> list[tuple[str, str]]: ...
    def iter(self) -> Iterator["Element"]: ...
    def itertext(self) -> Iterator[str]: ...
    def iterancestors(self) -> Iterator["Element"]: ...
    def iterdescendants(self) -> Iterator["Element"]: ...
    def itersiblings(self, *, preceding: bool) -> Iterator["Element"]: ...
    def getparent(self) -> "Element | None": ...
    def getprevious(self) -> "Element | None": ...
    def getroottree(self) -> Any: ...
    def clear(self) -> None: ...
    def __iter__(self) -> Iterator["Element"]: ...
    def __reversed__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...
    def __delitem__(self, at: int) -> None: ...


def has_document_type(raw: bytes) -> bool:
    """Whether a document has a document type, in whichever encoding."""
    return b"<!doctype" in raw.replace(b"\0", b"").lower()


def parse_xml(raw: bytes, what: str) -> Element:
    """The root of an XML document; `what` it is is said in errors.

    Raises `StorageError`, and `UsageError` for a document that declares entities.
    """
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, **XML_LIMITS)
    try:
        root: Element | None = etree.fromstring(_source(raw, what), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(what, error) from error
    if root is None:
        raise _broken(what, ValueError("it is empty"))
    return root


def parse_page(raw: bytes, what: str) -> Element | None:
    """The root of a page, also of one that is not well formed; None of an empty one.

    Raises `StorageError`, and `UsageError` for a page that declares entities.
    """
    source = _source(raw, what)
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, **XML_LIMITS)
    try:
        root: Element | None = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return parse_html(source, what)
    return root


def parse_html(source: bytes, what: str) -> Element | None:
    """The root of HTML in UTF-8, however it is written; None where there is none."""
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, **PARSER_LIMITS
    )
    try:
        root: Element | None = etree.fromstring(source, parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        if not source.strip():
            return None
        raise _broken(what, error) from error
    if any(_TOO_DEEP in entry.message.lower() for entry in parser.error_log):
        raise _broken(what, ValueError("its elements are nested too deep"))
    return root


def name_of(element: Element) -> str:
    """The name of an element in small letters, without its namespace; empty for what is none."""
    tag: object = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """An attribute by its name, whatever namespace it is in; empty where there is none."""
    value = element.get(name)
    if not value:
        end = f"}}{name}"
        value = next((said for key, said in element.items() if key.endswith(end)), "")
    return value


def refuse_entities(text: str, what: str) -> None:
    """Raises `UsageError` for a document that declares entities of its own."""
    if _DECLARES.search(text):
        raise UsageError(
            f"{what} declares entities of its own, which can be an attack; it is not read.",
            "Save the book anew with the program that it was made with, or with calibre.",
        )


def _source(raw: bytes, what: str) -> bytes:
    """The document in UTF-8, without declaration and document type, named characters resolved."""
    text = _decoded(raw, what)
    refuse_entities(text, what)
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text.lstrip("\ufeff")), count=1)
    return _NAMED.sub(_character, text).encode("utf-8", "replace")


def _decoded(raw: bytes, what: str) -> str:
    encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), None)
    if encoding is None:
        declared = _DECLARED.match(raw.lstrip()[:400])
        encoding = "utf-8" if declared is None else declared[1].decode("ascii")
        if not _ENCODINGS.fullmatch(encoding):
            raise StorageError(
                f"{what} is in the encoding {encoding}, which is not read.", "Save it as UTF-8."
            )
    try:
        return raw.decode(encoding, "replace")
    except LookupError as error:
        raise StorageError(f"{what} is in an unknown encoding.", "Save it as UTF-8.") from error


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if name in _OF_XML:
        return found[0]
    characters = html5.get(f"{name};")
    if characters is None:
        return f"&amp;{name};"
    return "".join(f"&#{ord(character)};" for character in characters)


def _broken(what: str, error: Exception) -> StorageError:
    reason = str(error).split("\n", 1)[0][:200] or "it is broken"
    return StorageError(
        f"{what} cannot be read: {reason}.",
        "The file may be damaged: get it anew, or save it anew with the program it was made with.",
    )
