"""Folders that a model or an adapter is written to: looked at before the work, filled after it.

Guarantees that a folder appears wholly or not at all, that its files have the permissions which the
person's umask gives, and that looking leaves nothing behind. Knows nothing of what is in them.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from safetensors.torch import save_file
from torch import Tensor

from novelgen.errors import StorageError, UsageError


def require_place(folder: Path) -> None:
    """Refuse, before hours of work, a path that no folder can be made at.

    Raises `UsageError` for a path that will not do, `StorageError` when nothing can be written
    there.
    """
    if not folder.name:
        raise UsageError(f"{folder} is no folder to write to.", "Name a new folder in it.")
    above = folder
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file.", "Name a new folder.")
        above = next(parent for parent in folder.absolute().parents if parent.exists())
        if not above.is_dir():
            raise UsageError(
                f"No folder can be made at {folder}: {above} is a file.", "Name a new folder."
            )
        # Only trying tells: root may write anywhere, by permissions, but not on every filesystem.
        with tempfile.TemporaryDirectory(prefix=".novelgen-", dir=above):
            pass
    except OSError as error:
        raise StorageError(
            f"Nothing can be written in {above}: {error.strerror}.",
            "Check the free space and the permissions of the folder, or name another.",
        ) from error


def require_free(folder: Path) -> None:
    """Refuse a path that no folder can be made at, or where there is one that holds something.

    Raises `UsageError` or `StorageError`.
    """
    require_place(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} holds something already.", "Name a new folder.")


@contextmanager
def held_free(folder: Path) -> Iterator[None]:
    """Hold a path at which there is nothing yet against other processes, while it is worked for.

    Raises `UsageError` when another holds it or it is not free, `StorageError` when it cannot be
    held.
    """
    require_free(folder)
    path = folder.with_name(f".{folder.name}.lock")
    lock = FileLock(path, timeout=0)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UsageError(
            f"Another process is making {folder}.", "Wait for it, or name another folder."
        ) from error
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        require_free(folder)  # another may have been done between
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """A new folder to write to, that is put in place of `folder` when the block has succeeded.

    Raises `OSError`, after which what there was is there still.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    above = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        staging = above / folder.name  # not `above` itself, which is closed to others
        staging.mkdir()
        yield staging
        put_in_place(staging, folder)
    finally:
        shutil.rmtree(above, ignore_errors=True)


def put_in_place(staging: Path, directory: Path) -> None:
    """Rename `staging` to `directory`, in place of what is there, wholly or not at all.

    Raises `OSError`.
    """
    if not directory.exists():
        staging.replace(directory)
        return
    replaced = Path(tempfile.mkdtemp(prefix=f".{directory.name}-old-", dir=directory.parent))
    old = replaced / directory.name
    try:
        directory.replace(old)
        staging.replace(directory)
    except BaseException:  # an interrupt as well
        if old.exists() and not directory.exists():
            old.replace(directory)
        raise
    finally:
        if directory.exists():  # else the old one is still in there
            shutil.rmtree(replaced, ignore_errors=True)


def write_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    """A new safetensors file. Raises `OSError` and `SafetensorError`."""
    path.touch()
    permissions = path.stat().st_mode
    save_file(dict(weights), path, metadata={"format": "pt"})
    path.chmod(permissions)  # safetensors closes its files to others


def unwritable(directory: Path, error: Exception) -> StorageError:
    """The error for a folder that could not be written."""
    return StorageError(
        f"{directory} could not be written: {error}.",
        "Check the free space and the permissions of the folder.",
    )
