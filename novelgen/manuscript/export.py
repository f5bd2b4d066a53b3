"""Writes a manuscript to a file, whole or not at all."""

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from novelgen.errors import StorageError, UsageError
from novelgen.manuscript.markdown import render_markdown
from novelgen.manuscript.tree import Manuscript

Renderer = Callable[[Manuscript], Iterator[str]]

EXPORTERS: dict[str, Renderer] = {"md": render_markdown}
"""Renderers by format; a format is also the suffix of its files."""
_SLUG_LENGTH = 60
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
"""Names that Windows keeps for devices, with any suffix."""


def renderer_for(format_name: str) -> Renderer:
    """The renderer of a format. Raises `UsageError` for one that does not exist."""
    renderer = EXPORTERS.get(format_name)
    if renderer is None:
        raise UsageError(
            f"There is no export format {format_name!r}.", f"Use one of: {', '.join(EXPORTERS)}."
        )
    return renderer


def file_name(title: str, fallback: str, suffix: str) -> str:
    """A portable file name made of a title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_SLUG_LENGTH].strip("-")
    if slug in _DEVICES:
        slug = f"novel-{slug}"
    return f"{slug or fallback}.{suffix}"


def write_atomically(path: Path, pieces: Iterator[str], *, overwrite: bool) -> None:
    """Write `pieces` to `path`: complete, or nothing at all.

    Raises `UsageError` when the file exists and `overwrite` is False, `StorageError` when the file
    cannot be written.
    """
    try:
        path = _free_place(path, overwrite=overwrite)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        _adopt_permissions(Path(temporary), path)
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _free_place(path: Path, *, overwrite: bool) -> Path:
    """`path`, or the file that it links to."""
    if path.is_dir():
        raise UsageError(f"{path} is a directory.", "Give the name of a file.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a regular file.", "Give another name with --output.")
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists.", "Give another name with --output, or --force.")
    return path


def _adopt_permissions(temporary: Path, path: Path) -> None:
    """Those of the file that is replaced, else what the umask allows."""
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
        return
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {error.strerror or error}.",
        "Choose another place (`--output`), or free some space.",
    )
