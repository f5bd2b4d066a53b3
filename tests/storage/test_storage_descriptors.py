"""What is read beside SQLite is closed with the store, and frees none of SQLite's locks before."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.store import open_store

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A database whose log holds commits, for somebody has it open."""
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
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    assert Path(f"{path}-wal").stat().st_size > 0
    yield path
    holder.communicate("\n")


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


def test_a_store_keeps_its_locks_while_others_come_and_go(database: Path) -> None:
    """A newcomer that finds no lock on the shared index cuts it short: a bus error for the rest."""
    with open_store(f"sqlite:///{database}") as store, store.writing() as work:
        for _ in range(3):
            open_store(f"sqlite:///{database}").close()
        code = (
            "import sqlite3\n"
            f"connection = sqlite3.connect('file:{database}?mode=ro', uri=True)\n"
            "connection.execute('SELECT count(*) FROM novels').fetchone()\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        with closing(sqlite3.connect(database, timeout=0)) as other:
            assert os.path.getsize(f"{database}-shm") > 0  # noqa: PTH202
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        assert work.novels.summaries() == []
