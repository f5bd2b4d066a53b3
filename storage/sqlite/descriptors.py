"""Files of a database that are read beside SQLite, and closed only after it has let go of them.

Closing a descriptor frees every POSIX lock that the process holds on that file, SQLite's among
them; the next program to come would then take the shared index for nobody's and cut it short
under the feet of a writer. See "POSIX advisory locking" in SQLite's os_unix.c.
"""

import os
import threading
from collections import Counter
from pathlib import Path

_guard = threading.Lock()
_users: Counter[Path] = Counter()
_kept: dict[Path, list[int]] = {}


def enter(database: Path) -> None:
    """Note that this process opens a database; each call has its `leave`."""
    with _guard:
        _users[database] += 1


def leave(database: Path) -> None:
    """Note that one of them was closed; the last one closes what was read beside SQLite."""
    with _guard:
        _users[database] -= 1
        if _users[database] > 0:
            return
        del _users[database]
        for descriptor in _kept.pop(database, []):
            os.close(descriptor)


def open_beside(database: Path, file: Path) -> int:
    """A descriptor for reading a file of a database, which stays open until the last `leave`."""
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    with _guard:
        _kept.setdefault(database, []).append(descriptor)
    return descriptor
