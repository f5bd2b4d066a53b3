"""Books of a corpus folder as prose: any folder of `.md` and `.txt`, one file a book.

To train and to judge on is prose alone. Left out: YAML front matter, Markdown headings and lines
that are a bare chapter heading, what Project Gutenberg puts around a text. Lines of a hard-wrapped
file are joined to paragraphs. The rest is cleaned as the product's own prose is (`text.prose`), so
that what is judged looks like what is written. Knows no tokens and no models.
"""

import bisect
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from novelgen.errors import NotFoundError, StorageError
from novelgen.text.encodings import decode
from novelgen.text.prose import clean_prose
from novelgen.text.sanitize import clean_text

SUFFIXES = (".md", ".txt")

# A key, then keys, items, comments, continuations and empty lines alone: a text may open with a
# rule and have another one further down.
FRONT_MATTER = re.compile(
    r"\A\s*---[ ]*\n(?=[\w\"'-]+:)"
    r"(?:(?:[\w\"'][\w\"' -]*:[^\n]*|-[ ][^\n]*|#[^\n]*|[ \t][^\n]*)?\n)*?"
    r"(?:---|\.\.\.)[ ]*(?:\n|\Z)"
)
_GUTENBERG_START = re.compile(r"\A.*?^\*{3} ?START OF TH[^\n]*\n", re.DOTALL | re.MULTILINE)
_GUTENBERG_END = re.compile(r"^\*{3} ?END OF TH.*\Z", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:[ \t]+([^\n]*?)[ \t#]*)?$", re.MULTILINE)
_PARAGRAPH_BREAK = "\n\n"
_BLANK_LINE = re.compile(r"\n\s*\n")
# A text of which nearly no line is longer was broken into lines by a machine.
_WRAPPED_LINE = 100
_SHARE_WRAPPED = 0.99


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading, and where the prose under it begins."""

    title: str
    """Empty for prose before the first heading."""
    start: int
    """The character in the book's prose."""


@dataclass(frozen=True, slots=True)
class Book:
    """The prose of a file, and what stood over it."""

    name: str
    prose: str
    """Paragraphs with one empty line between them."""
    chapters: tuple[Chapter, ...]
    sha256: str
    """Hex digest of the file."""

    @property
    def prose_sha256(self) -> str:
        """Hex digest of the prose: the same for copies of a text that differ around it."""
        return hashlib.sha256(self.prose.encode()).hexdigest()

    def chapter_at(self, position: int) -> int:
        """The index of the chapter that a character of the prose stands in."""
        starts = [chapter.start for chapter in self.chapters]
        return max(0, bisect.bisect_right(starts, position) - 1)


@dataclass(frozen=True, slots=True)
class BookFile:
    """A file of the corpus."""

    name: str
    """Its path below the corpus folder, with forward slashes; no UTF-8 is written as `\\xff`."""
    path: Path

    def read(self) -> Book:
        """The book. Raises `StorageError` when the file cannot be read or holds no text."""
        raw, text = read_text_file(self.path)
        prose, chapters = prose_of(text)
        return Book(self.name, prose, chapters, hashlib.sha256(raw).hexdigest())


def read_text_file(path: Path) -> tuple[bytes, str]:
    """The bytes of a book and the text in them. Raises `StorageError` as `BookFile.read` does."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"The book {path} cannot be read: {error.strerror}.",
            "Check the file and its permissions, or leave it out.",
        ) from error
    try:
        return raw, decode(raw)
    except ValueError as error:
        raise StorageError(
            f"The book {path} is no text: {error}.",
            "Save the text in it as UTF-8, or leave the file out.",
        ) from error


def find_books(corpus: Path) -> list[BookFile]:
    """The books in and below a folder, by name; hidden files are none.

    Raises `NotFoundError` when there is no such folder, or no book in it.
    """
    if corpus.is_file():
        raise NotFoundError(
            f"The corpus {corpus} is a file, not a folder.",
            f"Name the folder of .md or .txt files that it is in: {corpus.absolute().parent}.",
        )
    if not corpus.is_dir():
        raise NotFoundError(
            f"There is no corpus folder {corpus}.", "Name a folder of .md or .txt files."
        )
    books = [
        BookFile(_name_of(path.relative_to(corpus)), path)
        for path in corpus.rglob("*")
        if path.suffix.lower() in SUFFIXES and (path.is_file() or _leads_nowhere(path))
    ]
    books = [book for book in books if not _is_hidden(book.name)]
    if not books:
        raise NotFoundError(
            f"There is no .md or .txt file in {corpus}.", "Put one file a book there."
        )
    return sorted(books, key=lambda book: book.name)


def prose_of(raw: str) -> tuple[str, tuple[Chapter, ...]]:
    """The prose in the text of a file, and its chapters: those headings that prose stands under."""
    text = FRONT_MATTER.sub("", clean_text(raw))
    text = _GUTENBERG_START.sub("", text)
    text = _GUTENBERG_END.sub("", text)
    is_wrapped = _is_hard_wrapped(_HEADING.sub("", text))
    parts: list[str] = []
    chapters: list[Chapter] = []
    length = 0
    for title, section in _sections(text):
        prose = clean_prose(_unwrap(section) if is_wrapped else section)
        if prose:
            chapters.append(Chapter(title, length))
            parts.append(prose)
            length += len(prose) + len(_PARAGRAPH_BREAK)
    return _PARAGRAPH_BREAK.join(parts), tuple(chapters)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Headings with the text below them, the text before the first under an empty one."""
    position, title = 0, ""
    for match in _HEADING.finditer(text):
        yield title, text[position : match.start()]
        position, title = match.end(), (match.group(1) or "").strip()
    yield title, text[position:]


def _name_of(path: Path) -> str:
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _leads_nowhere(path: Path) -> bool:
    """Whether it is a link to nothing: a book that is gone, of which reading it tells."""
    return path.is_symlink() and not path.exists()


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _is_hard_wrapped(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    short = sum(len(line) <= _WRAPPED_LINE for line in lines)
    has_paragraphs = _BLANK_LINE.search(text.strip()) is not None
    return has_paragraphs and short >= _SHARE_WRAPPED * len(lines)


def _unwrap(text: str) -> str:
    return _PARAGRAPH_BREAK.join(" ".join(block.split()) for block in _BLANK_LINE.split(text))
