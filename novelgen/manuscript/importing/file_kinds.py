"""What a file is, by its first bytes and by its name; what cannot be read is refused with advice.

A file is read for what it is: a Word file that is called `.txt` is a Word file.
"""

import stat
from enum import StrEnum
from pathlib import Path

from novelgen.errors import StorageError, UsageError
from novelgen.manuscript.importing.zip_archive import MAX_FILE_BYTES, Archive, open_archive
from novelgen.text.sanitize import clean_line

FORMATS = "Markdown (.md), plain text (.txt), EPUB (.epub) and Word (.docx)"
_HEAD_BYTES = 4_096
_SEARCHED_BYTES = 4_000_000
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Save it as .docx, .epub or plain text with the program it was made with."
_EXPORT_PDF = (
    "Pages are no text: export the manuscript as .docx, .epub or plain text from the program that "
    "the PDF was made with."
)
_CONVERT = "Convert it to .epub or .docx, with calibre or pandoc for example."
_FOREIGN = (
    (b"%PDF", "a PDF", _EXPORT_PDF),
    (b"{\\rtf", "a rich text file (RTF)", "Open it in a word processor and save it as .docx."),
    (b"Rar!\x1a", "a RAR archive", "Unpack it and name the manuscript in it."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and name the manuscript in it."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and name the manuscript in it."),
    (b"BZh", "a bzip2 archive", "Unpack it and name the manuscript in it."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and name the manuscript in it."),
    (b"\x89PNG", "a picture", _SAVE_AS),
    (b"\xff\xd8\xff", "a picture", _SAVE_AS),
    (b"SQLite format 3", "a database", _SAVE_AS),
)
_SUFFIXES = {
    ".pdf": ("a PDF", _EXPORT_PDF),
    ".doc": ("an old Word file", "Open it in a word processor and save it as .docx."),
    ".rtf": ("a rich text file", "Open it in a word processor and save it as .docx."),
    ".odt": ("an OpenDocument text", "Open it in a word processor and save it as .docx."),
    ".pages": ("a Pages file", "Export it as Word or EPUB from Pages."),
    ".html": ("a web page", _CONVERT),
    ".htm": ("a web page", _CONVERT),
    ".mobi": ("a Kindle book", _CONVERT),
    ".azw3": ("a Kindle book", _CONVERT),
    ".fb2": ("a FictionBook", _CONVERT),
    ".tex": ("a LaTeX file", _CONVERT),
    ".scriv": ("a Scrivener project", "Compile it to .docx or .epub in Scrivener."),
}


class FileKind(StrEnum):
    """What can be read; the value is the usual suffix."""

    MARKDOWN = ".md"
    TEXT = ".txt"
    EPUB = ".epub"
    DOCX = ".docx"


_TEXTS = {
    ".md": FileKind.MARKDOWN,
    ".markdown": FileKind.MARKDOWN,
    ".mdown": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT,
    ".text": FileKind.TEXT,
}
TEXT_SUFFIXES = frozenset(_TEXTS)
_NAMES = {FileKind.EPUB: "an EPUB", FileKind.DOCX: "a Word file"}


def require_file(path: Path) -> None:
    """Raises `UsageError` for what is no regular file, is empty or too large."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}.", "Check the path.") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{path} is no regular file.", "Name the file of a manuscript.")
    if not found.st_size:
        raise UsageError(f"{path} is empty.", "Name a file that holds the text of a novel.")
    if found.st_size > MAX_FILE_BYTES:
        raise UsageError(
            f"{path} has more than {MAX_FILE_BYTES // 1_000_000} MB.",
            "No novel is so long: save its text alone, without pictures, and import that.",
        )


def kind_of(path: Path) -> FileKind:
    """What a file is. Raises `UsageError` for what is not read, `StorageError` where it fails."""
    require_file(path)
    head = _head(path)
    if head.startswith(_ZIP):
        return _kind_of_zip(path)
    if head.startswith(_OLE):
        raise _old_word(path)
    for beginning, name, advice in _FOREIGN:
        if head.startswith(beginning):
            raise UsageError(f"{path} is {name}, which cannot be read.", advice)
    suffix = path.suffix.lower()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower()
    if suffix in _SUFFIXES or start.startswith((b"<!doctype html", b"<html")):
        name, advice = _SUFFIXES.get(suffix, _SUFFIXES[".html"])
        raise UsageError(f"{path} is {name}, which cannot be read.", advice)
    if suffix in (FileKind.EPUB, FileKind.DOCX):
        raise UsageError(
            f"{path} is called {suffix}, and is none: it is not a ZIP file.",
            "Get the file anew, or save it anew with the program it was made with.",
        )
    kind = _TEXTS.get(suffix)
    if kind is None:
        raise UsageError(
            f"{path} has a name that does not say what it is.",
            f"What can be read: {FORMATS}. Give the file its suffix.",
        )
    return kind


def misnamed(path: Path, kind: FileKind) -> str:
    """What to tell of a file that is not what it is called; empty where it is."""
    name = _NAMES.get(kind)
    is_named = name is None or path.suffix.lower() == kind
    called = clean_line(path.name)
    return "" if is_named else f"The file is called {called}, and is {name}; it was read as one."


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a file. Raises `UsageError` for more than `limit`, `StorageError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if len(raw) > limit:
        raise UsageError(
            f"{path} has more than {limit // 1_000_000} MB of text.",
            "No novel is so long: give its volumes one by one.",
        )
    return raw


def _head(path: Path, num_bytes: int = _HEAD_BYTES) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(num_bytes)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _kind_of_zip(path: Path) -> FileKind:
    with open_archive(path) as archive:
        if "META-INF/container.xml" in archive:
            return FileKind.EPUB
        if _is_word(archive):
            return FileKind.DOCX
        if "mimetype" in archive and "content.xml" in archive:
            name, advice = _SUFFIXES[".odt"]
            raise UsageError(f"{path} is {name}, which cannot be read.", advice)
    raise UsageError(
        f"{path} is a ZIP archive, and neither an EPUB nor a Word file.",
        "Unpack it and name the manuscript in it.",
    )


def _is_word(archive: Archive) -> bool:
    return any(name.startswith("word/") and name.endswith(".xml") for name in archive.names)


def _old_word(path: Path) -> UsageError:
    if _LOCKED in _head(path, _SEARCHED_BYTES):
        return UsageError(
            f"{path} is protected by a password.",
            "Open it in Word, take the password away (File, Info, Protect Document), and save it.",
        )
    return UsageError(
        f"{path} is an old Word file (.doc), which cannot be read.",
        "Open it in a word processor and save it as .docx.",
    )


def _unreadable(path: Path, error: Exception) -> StorageError:
    reason = getattr(error, "strerror", None) or str(error)
    return StorageError(f"{path} cannot be read: {reason}.", "Check the path and its permissions.")
