"""The PDF writer: a book's text as data files, set by typst in a process of its own.

No prose is read as typst's language: the page designs beside this file are all that typst runs, and
they read the words from JSON. typst lays out a whole book at once, so its memory grows with the
book; the process gives all of it back, and can be stopped. A novel that has not changed gives the
same bytes on the same machine.
"""

import shutil
import subprocess
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from novelgen.errors import NovelgenError, UsageError
from novelgen.manuscript.export_options import ExportOptions, Style
from novelgen.manuscript.pdf.book_data import write_data
from novelgen.manuscript.tree import Manuscript

_DESIGNS = ("words.typ", "reading.typ", "manuscript.typ")
_LONGEST_REASON = 500
"""Characters of typst's own words in a message."""


def require() -> None:
    """Raises `UsageError` when typst is not installed."""
    if find_spec("typst") is None:
        raise UsageError(
            "PDF is set by typst, which is not installed.",
            "Install it with `pip install 'novelgen[pdf]'`, or choose another format.",
        )


def write(manuscript: Manuscript, file: BinaryIO, options: ExportOptions) -> None:
    """One file with everything.

    Raises `UsageError` without typst, `NovelgenError` when typst fails or is stopped.
    """
    require()
    with TemporaryDirectory(prefix="novelgen-pdf-") as name:
        folder = Path(name)
        write_data(manuscript, folder, options)
        for design in _DESIGNS:
            (folder / design).write_bytes(files(__package__).joinpath(design).read_bytes())
        made = folder / "book.pdf"
        _typeset(folder, made, options, round(manuscript.updated_at.timestamp()))
        with made.open("rb") as source:
            shutil.copyfileobj(source, file)


def _typeset(folder: Path, made: Path, options: ExportOptions, timestamp: int) -> None:
    is_reading = options.style is not Style.MANUSCRIPT
    design = folder / ("reading.typ" if is_reading else "manuscript.typ")
    face = "book" if is_reading else options.face.value
    arguments = [str(design), str(made), face, str(timestamp)]
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "novelgen.manuscript.pdf.typesetting", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if ended.returncode:
        raise _failure(ended.returncode, ended.stderr.decode(errors="replace"))


def _failure(code: int, said: str) -> NovelgenError:
    if code < 0:
        return NovelgenError(
            f"typst was stopped (signal {-code}) while it set the PDF.",
            "A long book needs about 2 GB for a million words. Export fewer chapters"
            " (`--chapters`), or DOCX, which needs no more memory for a longer book.",
        )
    return NovelgenError(
        f"typst could not set the PDF: {said.strip()[-_LONGEST_REASON:] or f'exit code {code}'}",
        "Free some space and try again, or choose another format.",
    )
