"""Is there room on the disk, and what to say when the disk or its permissions refuse.

Every refusal becomes one `ModelError` that names the folder, the space needed and the space free.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novelgen.errors import ModelError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
_REMEDY = "Free some space, or put the model cache on another disk with NOVELGEN_MODELS=DIR."
_MEGABYTE = 1_000_000


def megabytes(size: int) -> str:
    """A size as a person reads it: 269 MB, 8.1 GB."""
    if size >= 1000 * _MEGABYTE:
        return f"{size / (1000 * _MEGABYTE):.1f} GB"
    return f"{max(1, round(size / _MEGABYTE))} MB"


def require_space(folder: Path, needed_bytes: int, what: str) -> None:
    """Raises `ModelError` when the disk of `folder` has less than `needed_bytes` free."""
    free = free_bytes(folder)
    if free < needed_bytes:
        raise ModelError(
            f"The disk is too full for {what}: it needs {megabytes(needed_bytes)} and "
            f"{megabytes(free)} are free in {folder}.",
            _REMEDY,
        )


def free_bytes(folder: Path) -> int:
    """Free space on the disk that `folder` is, or would be, on."""
    existing = folder.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    return shutil.disk_usage(existing).free


def disk_full(folder: Path) -> ModelError:
    """The error for a disk that filled up in the middle of the work."""
    return ModelError(
        f"The disk filled up while the model was written: {megabytes(free_bytes(folder))} are "
        f"free in {folder}. Nothing half-written was kept.",
        _REMEDY,
    )


@contextmanager
def disk_errors_translated(folder: Path) -> Iterator[None]:
    """Turns the operating system's refusals in this block into `ModelError`."""
    try:
        yield
    except ModelError as error:
        if "os error 28" in str(error.__cause__):
            raise disk_full(folder) from error
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(folder) from error
        if error.errno in _REFUSED:
            raise ModelError(
                f"The model cache folder {folder} cannot be written: {error.strerror}.",
                "Give the folder the right permissions, or name another: NOVELGEN_MODELS=DIR.",
            ) from error
        raise ModelError(
            f"The model could not be written to {folder}: {error}",
            "Check the disk and run the command again.",
        ) from error
