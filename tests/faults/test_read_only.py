"""A database that may only be read: reading commands work, writing ones say why they do not."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from storage import DatabaseUnavailable, NewNovel
from storage.store import open_store
from tests.conftest import CommandLine
from tests.faults.conftest import NEW, Writers, text_of

WRITE = (*NEW, "--seed", "9", "--target-words", "900")
ReadOnly = Callable[[Path], None]

pytestmark = [pytest.mark.faults]


def test_in_a_folder_that_cannot_be_written(
    novelgen: CommandLine, read_only: ReadOnly, tmp_path: Path
) -> None:
    folder = tmp_path / "a 100% odd # folder?"
    url = f"sqlite:///{tmp_path / 'made' / 'novels.db'}"
    novelgen("--db", url, *WRITE)
    before = novelgen("--db", url, "export", "The Keeper", "--output", "-").stdout
    folder.mkdir()
    shutil.copy(tmp_path / "made" / "novels.db", folder)
    read_only(folder)
    database = ("--db", f"sqlite:///{quote(str(folder / 'novels.db'))}")
    assert "The Keeper" in novelgen(*database, "list").stdout
    key = novelgen(*database, "snapshots", "The Keeper").stdout.splitlines()[2].split()[0]
    assert "sound" in novelgen(*database, "verify", "The Keeper").stdout
    assert novelgen(*database, "export", "The Keeper", "--output", "-").stdout == before
    novelgen(*database, "backup", str(tmp_path / "copy.db"))
    assert text_of(tmp_path / "copy.db")
    for command in (WRITE, ("resume", "The Keeper", "--from", key)):
        refused = novelgen(*database, *command, expect=4)
        assert "novels.db can be read but not written" in refused.stderr or (
            "cannot be used" in refused.stderr
        )
        assert "permissions of the f" in refused.stderr or "may write" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert [path.name for path in folder.iterdir()] == ["novels.db"]


def test_what_a_killed_writer_left_there(
    writers: Callable[..., Writers], read_only: ReadOnly, novelgen: CommandLine, tmp_path: Path
) -> None:
    """Its log would have to be written into the file: refused, never read without it."""
    folder = tmp_path / "left"
    folder.mkdir()
    writers(3_000).kill(folder / "novels.db", lambda told: told.count("SegmentCommitted") >= 3)
    (folder / "novels.db-shm").unlink()
    read_only(folder)
    refused = novelgen("--db", f"sqlite:///{folder / 'novels.db'}", "list", expect=4)
    assert "its last writer was cut off" in refused.stderr
    assert "Copy both files" in refused.stderr


def test_beside_a_writer_at_work(
    writers: Callable[..., Writers], read_only: ReadOnly, tmp_path: Path
) -> None:
    """Where a log is shared, a reader who may not write reads along."""
    folder = tmp_path / "shared"
    folder.mkdir()
    writer = writers(3_000)
    writer.kill(folder / "novels.db", lambda told: told.count("SegmentCommitted") >= 3)
    with closing(sqlite3.connect(folder / "novels.db")) as holding:
        holding.execute("SELECT count(*) FROM novels").fetchall()
        read_only(folder)
        assert len(text_of(folder / "novels.db")) >= 3


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root; see the mounts above")
def test_a_file_that_cannot_be_written_in_a_folder_that_can(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'novels.db'}"
    open_store(url).close()
    (tmp_path / "novels.db").chmod(0o444)
    with open_store(url) as store:
        with store.reading() as work:
            assert work.novels.summaries() == []
        with (
            pytest.raises(DatabaseUnavailable, match="can be read but not written"),
            store.writing() as work,
        ):
            work.novels.add(NewNovel("t", "p", 1, 100, "scripted"))
