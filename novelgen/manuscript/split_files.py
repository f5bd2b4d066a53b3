"""A manuscript as a folder: one Markdown file a chapter, and one for the title page.

The folder is there whole or not at all. One that is there already is replaced only where it has a
title page of ours, and nothing else that is not named as we name files.
"""

import contextlib
import re
import shutil
import tempfile
from pathlib import Path

from novelgen.errors import StorageError, UsageError
from novelgen.manuscript.markdown import front_matter, render_chapter
from novelgen.manuscript.tree import Manuscript
from novelgen.manuscript.whole_files import file_name, write_atomically
from novelgen.text.markdown_escapes import escaped_line

_OURS = re.compile(r"\d+-[\w-]+\.md")
_TITLE_PAGE = re.compile(r"0+-title-page\.md")


def write_split(path: Path, manuscript: Manuscript, suffix: str, *, overwrite: bool) -> None:
    """Write the folder `path`; `suffix` is that of its files.

    Raises `UsageError` where something is in the way, `StorageError` when it cannot be written.
    """
    _require_free(path, overwrite=overwrite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        made.chmod(0o755)
        _fill(made, manuscript, suffix)
        _put_in_place(made, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(folder: Path, manuscript: Manuscript, suffix: str) -> None:
    last = max(heading.number for heading in manuscript.contents)
    digits = max(2, len(str(last)))
    title = folder / f"{0:0{digits}}-title-page.{suffix}"
    write_atomically(title, [front_matter(manuscript)], overwrite=False)
    level = 2 if manuscript.has_parts else 1
    for chapter in manuscript.chapters:
        heading = chapter.heading
        name = file_name(heading.title or heading.label, "chapter", suffix)
        part = [f"# {escaped_line(heading.part)}\n\n"] if heading.part else []
        pieces = "".join([*part, *render_chapter(chapter, level)]).lstrip("\n")
        write_atomically(folder / f"{heading.number:0{digits}}-{name}", [pieces], overwrite=False)


def _require_free(path: Path, *, overwrite: bool) -> None:
    try:
        if not path.exists() and not path.is_symlink():
            return
        if not path.is_dir() or path.is_symlink():
            raise UsageError(f"{path} is there and is no folder.", "Give another name.")
        names = {each.name: each.is_file() and not each.is_symlink() for each in path.iterdir()}
        others = sorted(
            name for name, is_file in names.items() if not (is_file and _OURS.fullmatch(name))
        )
    except OSError as error:
        raise _unwritable(path, error) from error
    if not overwrite:
        raise UsageError(f"{path} exists.", "Give another name with --output, or --force.")
    if names and not any(map(_TITLE_PAGE.fullmatch, names)):
        raise UsageError(
            f"{path} was not written by an export: it has no title page.",
            "Give another name with --output.",
        )
    if others:
        raise UsageError(
            f"{path} holds other files too, such as {others[0]!r}.",
            "Give another name with --output, or move them away.",
        )


def _put_in_place(made: Path, path: Path) -> None:
    aside = None
    if path.exists():
        aside = made.with_name(f"{made.name}.old")
        path.rename(aside)
    try:
        made.rename(path)
    except OSError:
        if aside is not None:
            with contextlib.suppress(OSError):
                aside.rename(path)
        raise
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {error.strerror or error}.",
        "Choose another place (`--output`), or free some space.",
    )
