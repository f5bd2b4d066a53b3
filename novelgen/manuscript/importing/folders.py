"""A folder with one Markdown or text file a chapter, read as one manuscript.

A file without a heading is a chapter that is called by the file's name.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from novelgen.errors import StorageError, UsageError
from novelgen.manuscript.importing.blocks import Block, Draft, Heading, Paragraph, heading
from novelgen.manuscript.importing.file_kinds import FORMATS, TEXT_SUFFIXES
from novelgen.manuscript.importing.typed_headings import with_typed_headings

_MAX_FILES = 5_000
_FIGURES = re.compile(r"(\d+)")
_NUMBERED = re.compile(r"[\d\s._-]*")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def is_folder(path: Path) -> bool:
    """Whether it is one that can be looked into."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def add_folder(folder: Path, draft: Draft, add: Callable[[Path, Draft], None]) -> None:
    """Put the blocks of every file to a draft; `add` puts those of one.

    Raises `UsageError` for a folder without such files, `StorageError` for one that is not read.
    """
    parts: list[tuple[Path, list[Block]]] = []
    for path in _files_in(folder):
        whole, draft.blocks = draft.blocks, []
        add(path, draft)
        parts.append((path, draft.blocks))
        draft.blocks = whole
    level = _usual_level([blocks for _, blocks in parts])
    for path, blocks in parts:
        draft.blocks += blocks if draft.is_own else _with_heading(blocks, path, level)


def _usual_level(files: Sequence[Sequence[Block]]) -> int:
    """The level of most files' last headings, which are those of chapters."""
    headings = [[block for block in blocks if isinstance(block, Heading)] for blocks in files]
    levels = Counter(found[-1].level for found in headings if found)
    return levels.most_common(1)[0][0] if levels else 1


def _with_heading(blocks: Sequence[Block], path: Path, level: int) -> list[Block]:
    """The blocks of a file, which begin with a heading where they hold any text."""
    found = with_typed_headings(blocks)
    if any(isinstance(block, Heading) for block in blocks) or not _has_text(found):
        return found
    if not any(isinstance(block, Heading) for block in found):
        return [heading(level, _name_of(path)), *found]
    return [
        Heading(level, block.line, block.edges) if isinstance(block, Heading) else block
        for block in found
    ]


def _has_text(blocks: Sequence[Block]) -> bool:
    return any(isinstance(block, Paragraph) for block in blocks)


def _name_of(path: Path) -> str:
    """“The calm” for `03-the-calm.txt`; empty where there is only a number."""
    name = _NUMBERED.sub("", path.stem, count=1)
    words = _BETWEEN_WORDS.sub(" ", name).strip()
    return words[:1].upper() + words[1:]


def _files_in(folder: Path) -> list[Path]:
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
    return sorted(files, key=_natural)


def _natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """“2-b” before “10-a”."""
    parts = _FIGURES.split(path.name.lower())
    return [
        (0, int(part[:18]), "") if part.isdecimal() else (1, 0, part) for part in parts if part
    ], path.name
