"""A backup: whole or not at all, never in the place of something else, a database of its own."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage import BackupFailed, BackupRefused, DatabaseUnavailable, NovelRecord
from storage.backup import back_up
from storage.store import Store, open_store
from tests.storage.conftest import Scribe

AddNovel = Callable[..., NovelRecord]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A file: a server is copied by its own program, which the last test has."""
    return f"sqlite:///{tmp_path / 'novels.db'}"


def test_a_copy_is_a_database_that_can_be_written(
    store: Store, url: str, scribe: Scribe, tmp_path: Path
) -> None:
    scribe.chapter(1, ["One two three.", "Four five."])
    made = back_up(url, tmp_path / "copy.db")
    assert (made.novels, made.words) == (1, 5)
    assert made.num_bytes == (tmp_path / "copy.db").stat().st_size
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.db"]
    with closing(sqlite3.connect(f"file:{tmp_path / 'copy.db'}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    scribe.chapter(2, ["Not in the copy."])
    with open_store(f"sqlite:///{tmp_path / 'copy.db'}") as copy, copy.reading() as work:
        (summary,) = work.novels.summaries()
    assert (summary.novel.title, summary.totals.segments) == ("The Lamp", 2)
    with open_store(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        Scribe(copy, scribe.novel, scribe.run).begin(2)


def test_a_transaction_that_is_not_committed_is_not_in_it(
    store: Store, url: str, novel: NovelRecord, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "novels.db")) as other:
        other.execute("UPDATE novels SET title = 'Half'")
        made = back_up(url, tmp_path / "copy.db")
        other.commit()
    assert made.novels == 1
    with open_store(f"sqlite:///{tmp_path / 'copy.db'}") as copy, copy.reading() as work:
        assert work.novels.summaries()[0].novel.title == "The Lamp"


def test_what_is_there_is_not_replaced_unasked(
    store: Store, url: str, add_novel: AddNovel, tmp_path: Path
) -> None:
    add_novel()
    back_up(url, tmp_path / "copy.db")
    add_novel("Another")
    before = (tmp_path / "copy.db").read_bytes()
    with pytest.raises(BackupRefused, match=r"copy\.db exists") as refused:
        back_up(url, tmp_path / "copy.db")
    assert "--force" in refused.value.remedy
    assert (tmp_path / "copy.db").read_bytes() == before
    assert back_up(url, tmp_path / "copy.db", overwrite=True).novels == 2


@pytest.mark.parametrize("name", ["novels.db", "x/../novels.db", "novels.db-wal", "link", "hard"])
def test_the_database_itself_is_never_the_place(
    store: Store, url: str, tmp_path: Path, name: str
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "novels.db")
    (tmp_path / "hard").hardlink_to(tmp_path / "novels.db")
    with pytest.raises(BackupRefused, match="is the database itself"):
        back_up(url, tmp_path / name, overwrite=True)
    with store.reading() as work:
        assert work.novels.summaries() == []


def test_a_log_of_an_older_copy_is_not_taken_for_its_own(
    store: Store, url: str, tmp_path: Path
) -> None:
    (tmp_path / "copy.db-wal").write_bytes(b"x")
    with pytest.raises(BackupRefused, match=r"copy\.db-wal belongs to an older copy\.db"):
        back_up(url, tmp_path / "copy.db", overwrite=True)


def test_places_where_nothing_can_be_written(store: Store, url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="not a regular file"):
        back_up(url, tmp_path)
    for place in (tmp_path / "no" / "copy.db", tmp_path / ("x" * 300)):
        with pytest.raises(BackupFailed, match="cannot be written to"):
            back_up(url, place)


def test_without_a_database_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="There is no database at"):
        back_up(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_gives_no_copy(store: Store, url: str, tmp_path: Path) -> None:
    store.close()
    data = bytearray((tmp_path / "novels.db").read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    (tmp_path / "novels.db").write_bytes(data)
    with pytest.raises(DatabaseUnavailable, match="is damaged"):
        back_up(url, tmp_path / "copy.db")
    assert not list(tmp_path.glob("*copy*"))


def test_a_server_is_copied_by_its_own_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://me:secret@host/novels"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed) as refused:
        back_up(url, tmp_path / "copy.dump")
    assert "pg_dump --format=custom" in refused.value.remedy
    program = tmp_path / "pg_dump"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" "password $PGPASSWORD" > "{tmp_path}/said"\n'
        "echo no such server >&2\nexit 1\n"
    )
    program.chmod(0o755)
    with pytest.raises(BackupFailed, match="no such server") as failed:
        back_up(url, tmp_path / "copy.dump")
    said = (tmp_path / "said").read_text().splitlines()
    assert said[0] == "--format=custom"
    assert said[-2:] == ["--dbname=postgresql://me@host/novels", "password secret"]
    assert "secret" not in failed.value.message + failed.value.remedy
    assert not list(tmp_path.glob("*copy.dump*"))
