"""A chapter's text from where the person has it: a file, standard input, or their editor.

A text that was typed into the editor is never thrown away: its file stays until it is stored.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novelgen.cli.output import Output
from novelgen.errors import UsageError
from novelgen.text.encodings import decode

_MAX_BYTES = 64_000_000
"""A hundred times the longest chapter anybody writes."""

_HAS_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
"""A letter of several bytes."""


def text_of_file(path: Path) -> str:
    """The text of a file, in whichever encoding. Raises `UsageError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    return _text(raw, str(path))


def text_from(path: Path) -> str:
    """The text of a file; `-` is standard input. Raises `UsageError`."""
    return text_of_stdin() if str(path) == "-" else text_of_file(path)


def named(path: Path) -> str:
    """What the source of a text is called in a message."""
    return "standard input" if str(path) == "-" else str(path)


def text_of_stdin() -> str:
    """All of standard input. Raises `UsageError`."""
    return _text(sys.stdin.buffer.read(_MAX_BYTES + 1), "standard input")


@contextmanager
def edited_text(
    folder: Path, name: str, text: str, output: Output, suffix: str = ".txt"
) -> Iterator[str]:
    """The text as the person leaves it in their editor.

    The file in `folder` goes when the block has ended well, and stays, and is named, otherwise.
    Raises `UsageError` when no editor can be started or it ends with an error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, file_name = tempfile.mkstemp(dir=folder, prefix=f"{name}-", suffix=suffix)
    path = Path(file_name)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")
    try:
        _run_editor(path)
        yield text_of_file(path)
    except BaseException:
        if path.exists() and text_of_file(path).strip() != text.strip():
            output.note(f"What you wrote is kept in {path}")
        raise
    path.unlink(missing_ok=True)


def _run_editor(path: Path) -> None:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "nano")
    try:
        ended = subprocess.run([*command, str(path)], check=False)
    except OSError as error:
        raise UsageError(
            f"The editor {command[0]!r} cannot be started: {error.strerror}.",
            "Set EDITOR to the one you use, or give the text with --file.",
        ) from error
    if ended.returncode:
        raise UsageError(
            f"The editor ended with code {ended.returncode}; nothing was changed.",
            "Run the command again.",
        )


def _text(raw: bytes, where: str) -> str:
    if len(raw) > _MAX_BYTES:
        raise UsageError(
            f"{where} has more than {_MAX_BYTES // 1_000_000} MB.", "Give one chapter at a time."
        )
    if _HAS_UTF_8.search(raw):  # an older encoding would not look like it
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise UsageError(
                f"{where} is UTF-8 with a byte in line {line} that is not.",
                "Mend that line, and save the file as UTF-8.",
            ) from error
    try:
        return decode(raw)
    except ValueError as error:
        raise UsageError(f"{where} is no text: {error}.", "Save it as UTF-8 text.") from error
