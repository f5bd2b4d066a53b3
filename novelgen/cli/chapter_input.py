"""A chapter's text from where the person has it: a file or standard input."""

import sys
from pathlib import Path

from novelgen.text.text_files import MAX_BYTES, text_of_bytes, text_of_file


def text_from(path: Path) -> str:
    """The text of a file; `-` is standard input. Raises `UsageError`."""
    return text_of_stdin() if str(path) == "-" else text_of_file(path)


def named(path: Path) -> str:
    """What the source of a text is called in a message."""
    return "standard input" if str(path) == "-" else str(path)


def text_of_stdin() -> str:
    """All of standard input. Raises `UsageError`."""
    return text_of_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
