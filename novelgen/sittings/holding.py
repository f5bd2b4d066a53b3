"""The hold of a chapter: one window at a time writes on it.

The operating system lets go of it when the process dies, however it dies. Who has it is written
beside it for the others to read; that is told, never trusted. Windows of one process exclude each
other as well. A hold reaches no further than one machine.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from novelgen.errors import StorageError, UsageError
from novelgen.paths import Paths
from novelgen.sittings.places import Desk, lock_of

if TYPE_CHECKING:
    from filelock import BaseFileLock

_PATIENCE_SECONDS = 0.25
"""Somebody who only looks for unsaved work holds a chapter for a moment."""
_RETRY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a chapter open."""

    pid: int
    host: str
    since: datetime
    """In local time."""


class ChapterHeld(UsageError):
    """Another window has the chapter."""

    def __init__(self, chapter: int, holder: Holder | None) -> None:
        self.holder = holder
        who = ""
        if holder is not None:
            is_today = holder.since.date() == datetime.now().astimezone().date()
            since = holder.since.strftime("%H:%M" if is_today else "%d %B, %H:%M")
            who = f" (process {holder.pid}, since {since})"
        super().__init__(
            f"Chapter {chapter} is open in another window{who}.",
            "Read it here; change it there, or close that window.",
        )


class ChapterHold:
    """A chapter that this window has, until `release`."""

    def __init__(self, lock: "BaseFileLock", note: Path) -> None:
        self._lock = lock
        self._note = note

    def __enter__(self) -> "ChapterHold":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let others have it. May be called twice."""
        if self._lock.is_locked:
            with suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()


def hold_chapter(paths: Paths, desk: Desk) -> ChapterHold:
    """Take a chapter. Raises `ChapterHeld`, and `StorageError` where there can be no lock."""
    lock = _locked(lock_of(paths, desk), _PATIENCE_SECONDS)
    note = _note_of(paths, desk)
    if lock is None:
        raise ChapterHeld(desk.chapter, _read_note(note))
    with suppress(OSError):  # the others are told less
        _write_note(note)
    return ChapterHold(lock, note)


def holder_of(paths: Paths, desk: Desk) -> Holder | None:
    """Who has a chapter open; None where nobody has, or nobody knows."""
    lock = _locked(lock_of(paths, desk), 0.0)
    if lock is None:
        return _read_note(_note_of(paths, desk))
    lock.release()
    return None


@contextmanager
def held_if_free(paths: Paths, desk: Desk) -> Iterator[bool]:
    """Hold a chapter for a moment; False where another window has it."""
    lock = _locked(lock_of(paths, desk), 0.0)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


def _locked(path: Path, patience_seconds: float) -> "BaseFileLock | None":
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path, timeout=patience_seconds, thread_local=False, mode=0o600)
        lock.acquire(poll_interval=_RETRY_SECONDS)
    except Timeout:
        return None
    except (OSError, NotImplementedError) as error:
        raise StorageError(
            f"The lock file {path} cannot be used: {error}.",
            "Check that you may write in that folder.",
        ) from error
    return lock


def _note_of(paths: Paths, desk: Desk) -> Path:
    return lock_of(paths, desk).with_suffix(".holder")


def _write_note(note: Path) -> None:
    document = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    new = note.with_name(note.name + ".new")
    new.write_text(json.dumps(document), encoding="utf-8")
    new.replace(note)


def _read_note(note: Path) -> Holder | None:
    try:
        document = json.loads(note.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(document["since"]).astimezone()
        return Holder(int(document["pid"]), str(document["host"]), since)
    except (OSError, ValueError, KeyError, TypeError):
        return None
