"""Every failure of the database comes out as plain words with a remedy."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import exc

from storage import DatabaseUnavailable, HeadMoved, NewNovel, NovelRecord, StorageFailure
from storage.schema import current_revision, upgrade_schema
from storage.store import Store, open_store
from storage.translation import database_name, translated
from tests.storage.raw import on_sqlite


@on_sqlite
def test_a_file_that_is_no_database(url: str, tmp_path: Path) -> None:
    (tmp_path / "novels.db").write_text("Chapter 1. It was a dark and stormy night. " * 50)
    before = (tmp_path / "novels.db").read_bytes()
    for use in (open_store, current_revision, upgrade_schema):
        with pytest.raises(DatabaseUnavailable, match=r"novels\.db is not an SQLite") as error:
            use(url)
        assert error.value.remedy
    assert (tmp_path / "novels.db").read_bytes() == before


@on_sqlite
def test_a_damaged_database(store: Store, url: str, novel: NovelRecord, tmp_path: Path) -> None:
    store.close()
    path = tmp_path / "novels.db"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with (
        pytest.raises(DatabaseUnavailable, match=r"novels\.db is damaged"),
        open_store(url) as opened,
        opened.reading() as work,
    ):
        work.novels.summaries()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path / 'file' / 'folder' / 'novels.db'}"
    for use in (open_store, upgrade_schema):
        with pytest.raises(DatabaseUnavailable, match="cannot be made: Not a directory"):
            use(url)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="names no file"):
        open_store(url)


@pytest.mark.parametrize("url", ["novels.db", "nosuch:///novels.db", ""])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="not a database address") as error:
        open_store(url)
    assert "sqlite:////" in error.value.remedy
    assert "postgresql+psycopg://" in error.value.remedy


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://me:secret@host/novels", "neither SQLite nor PostgreSQL"),
        ("postgresql+asyncpg://me:secret@host/novels", "not spoken to through 'asyncpg'"),
    ],
)
def test_another_kind_of_database_is_refused(url: str, message: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=message) as error:
        open_store(url)
    assert "postgresql+psycopg://" in error.value.remedy
    assert "secret" not in error.value.message


@on_sqlite
def test_a_full_disk(store: Store, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "novels.db")
    connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as error:
        connection.execute("CREATE TABLE more AS SELECT zeroblob(1000000)")
    connection.close()
    failure = translated(error.value, "sqlite:////home/me/novels.db")
    assert isinstance(failure, DatabaseUnavailable)
    assert failure.message == ("The database /home/me/novels.db cannot grow: the disk is full.")
    assert "committed so far is safe" in failure.remedy


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@host/novels", "me:***@host/novels"),
        ("postgresql://host/novels?user=me&password=secret", "host/novels"),
        ("postgresql+psycopg//me:se/cr@secret@host/novels", "host/novels"),
        ("postgresql://me:secret@host:port/novels", "host:port/novels"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert "secret" not in database_name(url)
    assert shown in database_name(url)


def test_a_password_is_never_in_a_message() -> None:
    url = "postgresql://me:secret@host/novels"
    failure = translated(exc.InvalidRequestError("no"), url)
    assert failure is not None
    assert "secret" not in failure.message
    assert "host/novels" in failure.message


def test_a_value_that_the_database_cannot_hold(store: Store, novel: NovelRecord) -> None:
    with pytest.raises(StorageFailure, match="refused the work"), store.writing() as work:
        work.plans.add(novel.active_branch_id, {"parts": object()})


def test_a_record_written_twice_means_that_the_head_moved(store: Store, novel: NovelRecord) -> None:
    again = NewNovel("Again", "", 1, 100, "m", id=novel.id)
    with pytest.raises(HeadMoved, match="already written"), store.writing() as work:
        work.novels.add(again)


def test_errors_of_the_caller_pass_unchanged(store: Store) -> None:
    with pytest.raises(FileNotFoundError), store.reading():
        Path("/nonexistent/file").read_text()


def test_a_missing_driver_is_named_with_the_command_that_installs_it() -> None:
    program = (
        "import sys\nsys.modules['psycopg'] = None\n"  # as if it were not installed
        "from storage.errors import DatabaseUnavailable\nfrom storage.store import open_store\n"
        "try:\n    open_store('postgresql+psycopg://me:secret@host/novels')\n"
        "except DatabaseUnavailable as error:\n    print(error.message, error.remedy)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert "me:***@host/novels needs the Python module psycopg" in said
    assert "pip install 'novelgen[postgres]'" in said
