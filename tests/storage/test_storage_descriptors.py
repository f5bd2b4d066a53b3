"""What is read beside SQLite is closed with the store, and frees none of SQLite's locks before."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import open_store

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")


DEAD_MANS_SWITCH = 128
"""The byte of the shared index that every connection locks, shared: "unixShmNode" in os_unix.c."""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Somebody who has a database open whose log holds commits; it ends with its input."""
    path = tmp_path / "novels.db"
    open_store(f"sqlite:///{path}").close()
    code = (
        "import sqlite3, sys\n"
        f"connection = sqlite3.connect({str(path)!r})\n"
        "connection.execute('CREATE TABLE more (x)')\n"
        "connection.commit()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert Path(f"{path}-wal").stat().st_size > 0
        yield process


@pytest.fixture
def database(holder: subprocess.Popen[str], tmp_path: Path) -> Path:
    return tmp_path / "novels.db"


def is_locked(database: Path) -> bool:
    """Whether another process finds a lock on the switch of the shared index."""
    code = (
        "import fcntl\n"
        f"with open({str(database) + '-shm'!r}, 'r+b') as index:\n"
        f"    fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, {DEAD_MANS_SWITCH})\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.returncode == 0 or "BlockingIOError" in answer.stderr, answer.stderr
    return answer.returncode != 0


def open_files(database: Path) -> list[str]:
    """The files of a database that this process has open."""
    places = []
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names alone
        try:
            places.append(os.readlink(f"/proc/self/fd/{number}"))  # noqa: PTH115
        except OSError:  # the descriptor of the listing itself
            continue
    return [place for place in places if place.startswith(str(database))]


def test_nothing_stays_open_after_the_last_store_of_a_database(database: Path) -> None:
    before = open_files(database)
    first, second = (open_store(f"sqlite:///{database}") for _ in range(2))
    first.close()
    assert f"{database}-shm" in open_files(database)
    with second.reading() as work:
        assert work.novels.summaries() == []
    second.close()
    assert open_files(database) == before


def test_a_store_keeps_its_locks_while_others_come_and_go(
    holder: subprocess.Popen[str], database: Path
) -> None:
    """A newcomer that finds no lock on the shared index cuts it short: a bus error for the rest."""
    with open_store(f"sqlite:///{database}") as store:
        holder.communicate("\n")
        assert is_locked(database)
        open_store(f"sqlite:///{database}").close()
        assert is_locked(database)
        with store.reading() as work:
            assert work.novels.summaries() == []
    assert not Path(f"{database}-shm").exists() or not is_locked(database)
