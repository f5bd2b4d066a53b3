"""The lock of a novel as a file in the folder `locks` beside the database file.

So it holds for all who share that file; on a network drive as far as its locks reach. The system
frees it when the process dies. The files stay, empty, for removing one is never safe.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from storage.errors import DatabaseUnavailable
from storage.locks import PATIENCE_SECONDS, NovelLock

if TYPE_CHECKING:
    from filelock import FileLock

_RETRY_SECONDS = 0.02
_LOOK_SECONDS, _LOOK_RETRY_SECONDS = 0.01, 0.004
"""To look is to hold the lock for a moment: who looks outlasts others that only look, too."""
_looking = Lock()
"""One thread of this process at a time, so that they do not take each other for a holder."""


class LockFile(NovelLock):
    """A lock file that this process holds."""

    def __init__(self, lock: "FileLock") -> None:
        self._lock = lock

    @property
    def is_held(self) -> bool:
        return bool(self._lock.is_locked)

    def release(self) -> None:
        self._lock.release()


def try_lock(database: Path, novel_id: str) -> LockFile | None:
    """The lock of a novel; None when another holds it. Raises `DatabaseUnavailable`."""
    path = _lock_path(database, novel_id)
    with _file_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return _try_file(path, PATIENCE_SECONDS)


def is_locked(database: Path, novel_id: str) -> bool:
    """Whether somebody holds the lock of a novel. Makes no file. Raises `DatabaseUnavailable`."""
    path = _lock_path(database, novel_id)
    if not path.exists():
        return False
    with _looking, _file_errors(path):
        lock = _try_file(path, _LOOK_SECONDS)
        if lock is None:
            return True
        lock.release()
        return False


def _lock_path(database: Path, novel_id: str) -> Path:
    return database.resolve().parent / "locks" / f"{novel_id}.lock"


def _try_file(path: Path, patience_seconds: float) -> LockFile | None:
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=patience_seconds, thread_local=False)
    retry_seconds = _RETRY_SECONDS if patience_seconds > _LOOK_SECONDS else _LOOK_RETRY_SECONDS
    try:
        lock.acquire(poll_interval=retry_seconds)
    except Timeout:
        return None
    return LockFile(lock)


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseUnavailable(
            f"The lock file {path} cannot be used: {error.strerror or error}.",
            "Check that you may write in that folder.",
        ) from error
