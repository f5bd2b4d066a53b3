"""A text in the person's own editor, `$VISUAL` or `$EDITOR`.

What was typed there is never thrown away: its file stays until it is stored.
"""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from novelgen.errors import UsageError
from novelgen.text.text_files import text_of_file


@contextmanager
def edited_text(
    folder: Path, name: str, text: str, tell: Callable[[str], object], suffix: str = ".txt"
) -> Iterator[str]:
    """The text as the person leaves it in their editor.

    The file in `folder` goes when the block has ended well, and stays, and `tell` names it,
    otherwise.
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
            tell(f"What you wrote is kept in {path}")
        raise
    path.unlink(missing_ok=True)


def _run_editor(path: Path) -> None:
    told = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "nano"
    try:
        command = shlex.split(told)
    except ValueError as error:
        raise UsageError(
            f"The name of the editor, {told!r}, cannot be read: {error}.", "Set EDITOR anew."
        ) from error
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
