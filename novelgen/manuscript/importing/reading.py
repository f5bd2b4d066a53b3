"""Manuscripts out of files: Markdown, plain text, EPUB, Word, and folders of the first two.

Nothing is stored. Whatever is in a file, what comes out is a manuscript or an error that says what
is wrong with it and what to do.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from novelgen.errors import StorageError, UsageError
from novelgen.manuscript.importing.blocks import Draft
from novelgen.manuscript.importing.chapters import manuscript_of
from novelgen.manuscript.importing.file_kinds import (
    FORMATS,
    TEXT_SUFFIXES,
    FileKind,
    kind_of,
    misnamed,
    read_bytes,
)
from novelgen.manuscript.importing.text_decoding import decoded
from novelgen.manuscript.importing.values import ImportedManuscript, TrackedChanges

_MAX_TEXT_BYTES = 64_000_000
"""Eleven million words: twice the longest known novel, and more."""
_MAX_FILES = 5_000
_FIGURES = re.compile(r"(\d+)")


def read_manuscript_file(
    path: Path, *, tracked: TrackedChanges = TrackedChanges.NOTES
) -> ImportedManuscript:
    """The manuscript in a file, or in a folder with one Markdown or text file a chapter.

    `tracked` is what becomes of the tracked changes of a Word file. Raises `UsageError` for what is
    no manuscript, `StorageError` for what cannot be read or is damaged.
    """
    draft = Draft([])
    if path.is_dir():
        for each in _files_in(path):
            _add(each, draft, tracked)
    else:
        _add(path, draft, tracked)
    return manuscript_of(draft, str(path))


def _add(path: Path, draft: Draft, tracked: TrackedChanges) -> None:
    kind = kind_of(path)
    told = misnamed(path, kind)
    if told:
        draft.remarks.append(told)
    if kind is FileKind.DOCX:
        from novelgen.manuscript.importing.docx.reading import add_docx

        add_docx(path, draft, tracked)
    elif kind is FileKind.EPUB:
        from novelgen.manuscript.importing.epub.reading import add_epub

        add_epub(path, draft)
    else:
        _add_text(decoded(read_bytes(path, _MAX_TEXT_BYTES), str(path)), kind, draft)


def _add_text(text: str, kind: FileKind, draft: Draft) -> None:
    if kind is FileKind.MARKDOWN:
        from novelgen.manuscript.importing.markdown.reading import add_markdown

        add_markdown(text, draft)
    else:
        from novelgen.manuscript.importing.plain_text.reading import add_plain_text

        add_plain_text(text, draft)


def _files_in(folder: Path) -> Iterator[Path]:
    """The Markdown and text files of a folder as a person sorts them, without empty ones."""
    try:
        found = [
            each
            for each in folder.iterdir()
            if each.suffix.lower() in TEXT_SUFFIXES and not each.name.startswith(".")
        ]
        files = [each for each in found if not each.is_file() or each.stat().st_size]
    except OSError as error:
        raise StorageError(
            f"The folder {folder} cannot be read: {error.strerror}.", "Check its permissions."
        ) from error
    if not files or len(files) > _MAX_FILES:
        raise UsageError(
            f"The folder {folder} holds {len(files):,} Markdown or text files.",
            f"Name a folder with one file a chapter, or a file. What can be read: {FORMATS}.",
        )
    yield from sorted(files, key=_natural)


def _natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """“2-b” before “10-a”."""
    parts = _FIGURES.split(path.name.lower())
    return [
        (0, int(part[:18]), "") if part.isdecimal() else (1, 0, part) for part in parts if part
    ], path.name
