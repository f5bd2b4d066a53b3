"""Runs pandoc on a manuscript as CommonMark: no shell, no network, no files but its own.

pandoc is a program of its own, which `pypandoc_binary` brings along; nothing of it is imported. It
holds a whole book in memory, so its own memory grows with the book, and is given back when it ends.
Text reaches it escaped; the only marks it reads are headings, italics and bold, and what a format
wants at scene breaks and before headings, in that format's own language.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from novelgen.errors import NovelgenError, UsageError
from novelgen.manuscript.markdown import render_markdown
from novelgen.manuscript.submission import title_of
from novelgen.manuscript.tree import Manuscript, ManuscriptChapter
from novelgen.manuscript.whole_files import write_text
from novelgen.text.sanitize import clean_line, clean_text
from novelgen.text.sentences import SCENE_BREAK

_READER = "commonmark-raw_html+raw_attribute"
_LONGEST_REASON = 500
"""Characters of pandoc's own words in a message."""


@dataclass(frozen=True, slots=True)
class Target:
    """A format of pandoc's, and what it says in its own language."""

    name: str
    """As pandoc calls its writer."""
    raw: str
    """As pandoc calls the language of the two that follow."""
    scene_break: str
    before_heading: str = ""


def require() -> None:
    """Raises `UsageError` when the pandoc of `pypandoc_binary` is not installed."""
    _program()


def convert(
    manuscript: Manuscript, target: Target, folder: Path, arguments: list[str], file: BinaryIO
) -> None:
    """Fill the file; what is needed on the way stays in `folder`.

    Raises `UsageError` without pandoc, `NovelgenError` when it fails or is stopped.
    """
    program = _program()
    source, made = folder / "book.md", folder / f"book.{target.name}"
    with source.open("wb") as written:
        write_text(written, _markdown(manuscript, target))
    author = clean_line(manuscript.author)
    _run(
        [
            program,
            "--sandbox",
            "--standalone",
            f"--from={_READER}",
            f"--to={target.name}",
            f"--output={made}",
            f"--metadata=title={_literal(title_of(manuscript))}",
            *([f"--metadata=author={_literal(author)}"] if author else []),
            f"--metadata=lang={manuscript.language}",
            *arguments,
            str(source),
        ],
        SOURCE_DATE_EPOCH=str(int(manuscript.updated_at.timestamp())),
    )
    with made.open("rb") as result:
        shutil.copyfileobj(result, file)


def _literal(text: str) -> str:
    """Text that pandoc takes as it is: a book called “True” would be a truth without the space."""
    return f"{text} " if text.casefold() in ("true", "false") else text


def default_data(name: str) -> bytes:
    """A file that pandoc uses when it is given none. Raises as `convert` does."""
    return _run([_program(), f"--print-default-data-file={name}"])


def _run(command: list[str], **more: str) -> bytes:
    """What pandoc says on stdout; `more` goes into its environment."""
    ended = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, **more},
    )
    if ended.returncode < 0:
        raise NovelgenError(
            f"pandoc was stopped (signal {-ended.returncode}).",
            "A long book needs up to 2 GB for a million words. Export fewer chapters"
            " (`--chapters`), or DOCX, which needs no more memory for a longer book.",
        )
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip()[-_LONGEST_REASON:]
        raise NovelgenError(
            f"pandoc could not write the file: {said or f'exit code {ended.returncode}'}",
            "Free some space and try again, or choose another format.",
        )
    return ended.stdout


def _program() -> str:
    """Its place beside the package, which is not imported: that would look for others."""
    package = find_spec("pypandoc")
    folder = None if package is None or package.origin is None else Path(package.origin).parent
    found = folder and shutil.which("pandoc", path=str(folder / "files"))
    if not found:
        raise UsageError(
            "This format is written by pandoc, which is not installed.",
            "Install it with `pip install 'novelgen[pandoc]'`, or choose another format.",
        )
    return found


def _markdown(manuscript: Manuscript, target: Target) -> Iterator[str]:
    """The book without front matter, whose fields pandoc would put into the file."""
    for piece in islice(render_markdown(_cleaned(manuscript)), 1, None):
        if piece.strip() == SCENE_BREAK:
            yield _raw(target, target.scene_break)
        elif piece.startswith("\n#") and target.before_heading:
            yield _raw(target, target.before_heading) + piece
        else:
            yield piece


def _cleaned(manuscript: Manuscript) -> Manuscript:
    """Every text in one line and without controls, before anything is escaped."""
    return replace(manuscript, chapters=map(_cleaned_chapter, manuscript.chapters))


def _cleaned_chapter(chapter: ManuscriptChapter) -> ManuscriptChapter:
    heading = chapter.heading
    return replace(
        chapter,
        heading=replace(
            heading,
            label=clean_line(heading.label),
            title=clean_line(heading.title),
            part=None if heading.part is None else clean_line(heading.part),
        ),
        paragraphs=tuple(" ".join(clean_text(each).split("\n")) for each in chapter.paragraphs),
    )


def _raw(target: Target, text: str) -> str:
    return f"\n```{{={target.raw}}}\n{text}\n```\n"
