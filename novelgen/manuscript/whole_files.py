"""Files with portable names, written whole or not at all."""

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from novelgen.errors import StorageError, UsageError

_SLUG_LENGTH = 60
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
"""Names that Windows keeps for devices, with any suffix."""


def file_name(title: str, fallback: str, suffix: str) -> str:
    """A portable file name made of a title; `suffix` may be empty."""
    slug = slug_of(title)
    if slug in _DEVICES:
        slug = f"novel-{slug}"
    return f"{slug or fallback}.{suffix}" if suffix else slug or fallback


def slug_of(title: str) -> str:
    """The letters and figures of a title, in small letters, with hyphens between the words.

    Latin letters lose their accents, those of other scripts stay. Empty where there are none.
    """
    parts = unicodedata.normalize("NFKD", title)
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    if not plain.isascii():
        latin = re.sub(r"[^\x00-\x7f]", "", plain)
        is_latin = sum(map(str.isalnum, latin)) * 2 > sum(map(str.isalnum, plain))
        plain = latin if is_latin else unicodedata.normalize("NFC", title)
    slug = "".join(
        each if unicodedata.category(each)[0] in "LNM" else "-" for each in plain.lower()
    )
    return re.sub(r"-+", "-", slug).strip("-")[:_SLUG_LENGTH].strip("-")


def write_atomically(path: Path, pieces: Iterable[str], *, overwrite: bool) -> None:
    """Write text to `path` in UTF-8: complete, or nothing at all. Raises as `write_whole` does."""
    write_whole(path, lambda file: write_text(file, pieces), overwrite=overwrite)


def write_text(file: BinaryIO, pieces: Iterable[str]) -> None:
    """Write pieces of text in UTF-8, one after the other."""
    for piece in pieces:
        file.write(piece.encode())


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, overwrite: bool) -> None:
    """Have `write` fill a file, which becomes `path` when it is complete; else nothing is changed.

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
        with os.fdopen(descriptor, "w+b") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        _adopt_permissions(Path(temporary), path)
        _put_in_place(Path(temporary), path, overwrite=overwrite)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _put_in_place(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Give the file its name, which another may have taken while it was written."""
    if not overwrite:
        try:
            path.hardlink_to(temporary)
        except FileExistsError as error:
            raise _exists(path) from error
        except OSError:  # not every file system has them
            temporary.replace(path)
        else:
            temporary.unlink()
        return
    temporary.replace(path)


def _free_place(path: Path, *, overwrite: bool) -> Path:
    """`path`, or the file that it links to."""
    if path.is_dir():
        raise UsageError(f"{path} is a directory.", "Give the name of a file.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a regular file.", "Give another name with --output.")
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not overwrite:
        raise _exists(path)
    return path


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists.", "Give another name with --output, or --force.")


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
