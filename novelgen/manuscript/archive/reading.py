"""Reads a JSON document of `archive.export`: as a manuscript, or as the rows of a novel.

Whatever the file holds, only `UsageError` and `StorageError` are raised.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelgen.errors import StorageError, UsageError
from novelgen.manuscript.archive import FORMAT, VERSION
from novelgen.manuscript.importing.values import ImportedChapter, ImportedManuscript
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.words import count_words
from storage.archive_rows import SAME_ROWS, ArchiveRow
from storage.schema import head_revision

MAX_BYTES = 500_000_000
"""Of a file: many times the longest saga with all that was ever written for it."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A document that was read."""

    path: Path
    document: dict[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether it holds the novel with everything, and not just its chapters."""
        return "rows" in self.document

    def rows(self) -> Iterator[ArchiveRow]:
        """The rows of the novel. Raises `UsageError` where this version cannot take them."""
        made, head = self.document.get("schema"), head_revision()
        if made not in SAME_ROWS:
            raise UsageError(
                f"{self.path} holds the tables of schema {made}, and this version has {head}.",
                "Its chapters alone: `novelgen import --text-only FILE`. Everything: with the "
                f"version that wrote it, {clean_line(str(self.document.get('generator')))}.",
            )
        rows = self.document["rows"]
        if not isinstance(rows, list):
            raise _broken(self.path, "its rows are no list")
        for row in rows:
            match row:
                case [str(table), dict(values)]:
                    yield table, values
                case _:
                    raise _broken(self.path, "a row of it is none")

    def manuscript(self) -> ImportedManuscript:
        """Its chapters as a manuscript. Raises `UsageError`."""
        chapters = self.document.get("chapters")
        if not isinstance(chapters, list) or not chapters:
            raise _broken(self.path, "there is no chapter in it")
        target = self.document.get("target_words")
        return ImportedManuscript(
            tuple(self._chapter(chapter) for chapter in chapters),
            title=self._line("title"),
            author=self._line("author"),
            target_words=target if type(target) is int else None,
        )

    def _line(self, name: str) -> str:
        value = self.document.get(name, "")
        return clean_line(value) if isinstance(value, str) else ""

    def _chapter(self, chapter: object) -> ImportedChapter:
        match chapter:
            case {"title": str(title), "paragraphs": [str(), *_] as paragraphs, **more}:
                part = more.get("part")
            case _:
                raise _broken(self.path, "a chapter of it has no title or no paragraphs")
        if not all(isinstance(paragraph, str) for paragraph in paragraphs):
            raise _broken(self.path, "a paragraph of it is no text")
        text = "\n\n".join(
            line for each in paragraphs if (line := " ".join(clean_text(each).split()))
        )
        if not count_words(text):
            raise _broken(self.path, "a chapter of it has no words")
        return ImportedChapter(
            clean_line(title), text, part=clean_line(part) if isinstance(part, str) else None
        )


def read_archive(path: Path) -> Archive:
    """The document in a file. Raises `UsageError` for any other file, `StorageError`."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UsageError(
                f"{path} has {size:,} bytes, and no novel has so many.", "Check the file."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read: {error.strerror}.", "Check the path."
        ) from error
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError, MemoryError) as error:
        told = error.msg if isinstance(error, json.JSONDecodeError) else "it is no JSON"
        raise _broken(path, told) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _broken(path, "it is no novel that `novelgen export --format json` wrote")
    version = document.get("version")
    if type(version) is not int or version > VERSION:
        raise UsageError(
            f"{path} was written by a newer novelgen (version {clean_line(str(version))} of the "
            "format).",
            "Install a newer novelgen: pip install --upgrade novelgen",
        )
    return Archive(path, document)


def _broken(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} cannot be imported: {why}.", "Export it once more, or check it.")
