"""What a unit of work promises: settings, isolation, one writer at a time, nothing half-written."""

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import DatabaseUnavailable, NovelRecord, NovelStatus, StorageFailure
from storage.store import Store, open_store
from tests.storage.raw import on_sqlite


def setting(store: Store, engine_name: str, pragma: str) -> object:
    with getattr(store, engine_name).connect() as connection:
        return connection.scalar(text(f"PRAGMA {pragma}"))


@on_sqlite
@pytest.mark.parametrize("engine_name", ["_engine", "_writer"])
def test_every_connection_syncs_checks_and_waits(store: Store, engine_name: str) -> None:
    assert setting(store, engine_name, "journal_mode") == "wal"
    assert setting(store, engine_name, "synchronous") == 2
    assert setting(store, engine_name, "foreign_keys") == 1
    assert setting(store, engine_name, "busy_timeout") == 10_000


@on_sqlite
def test_a_database_that_lost_its_journal_mode_gets_it_back(store: Store, url: str) -> None:
    store.close()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    connection.close()
    with open_store(url) as reopened:
        assert setting(reopened, "_engine", "journal_mode") == "wal"


def test_an_exception_rolls_everything_back(store: Store, novel: NovelRecord) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as work:
        work.novels.set_status(novel.id, NovelStatus.FAILED)
        work.plans.add(novel.active_branch_id, {})
        raise ZeroDivisionError
    with store.reading() as work:
        assert work.novels.get(novel.id).status is NovelStatus.PLANNING
        assert work.plans.current(novel.active_branch_id) is None


def test_a_reader_cannot_write(store: Store, novel: NovelRecord) -> None:
    with pytest.raises(DatabaseUnavailable, match="read but not written"), store.reading() as work:
        work.novels.claim_run(novel.id)
    with store.writing() as work:
        assert work.novels.claim_run(novel.id) == 1


def test_nothing_works_after_the_end(store: Store, novel: NovelRecord) -> None:
    with store.reading() as work:
        segments = work.segments.of_branch(novel.active_branch_id)
    with pytest.raises(StorageFailure, match="has ended"):
        work.novels.get(novel.id)
    with pytest.raises(StorageFailure, match="has ended"):
        next(segments)
    store.close()
    with pytest.raises(StorageFailure, match="has been closed"), store.reading():
        pass


def test_reader_and_writer_never_wait_for_each_other(url: str, novel: NovelRecord) -> None:
    with open_store(url, busy_timeout_seconds=0) as one, open_store(url) as other:
        with one.writing() as writer, other.reading() as reader:
            writer.novels.set_status(novel.id, NovelStatus.WRITING)
            assert reader.novels.get(novel.id).status is NovelStatus.PLANNING
        with other.reading() as reader:
            assert reader.novels.summary(novel.id).novel.status is NovelStatus.WRITING
            with one.writing() as writer:
                writer.novels.set_status(novel.id, NovelStatus.PAUSED)
            assert reader.novels.find(novel.id).status is NovelStatus.WRITING
        with other.reading() as reader:
            assert reader.novels.get(novel.id).status is NovelStatus.PAUSED


def test_writers_take_turns(store: Store, url: str, novel: NovelRecord) -> None:
    def claim(own: Store) -> None:
        for _ in range(25):
            with own.writing() as work:
                work.novels.claim_run(novel.id)

    with open_store(url) as other:
        threads = [threading.Thread(target=claim, args=(own,)) for own in (store, other, store)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with store.reading() as work:
        assert work.novels.get(novel.id).run_epoch == 75


def test_a_writer_that_waited_in_vain_says_so_and_can_try_again(
    store: Store, url: str, novel: NovelRecord
) -> None:
    with open_store(url, busy_timeout_seconds=0) as impatient:
        with (
            store.writing(),
            pytest.raises(DatabaseUnavailable, match="is locked"),
            impatient.writing(),
        ):
            pytest.fail("two writers at once")
        with impatient.writing() as work:
            assert work.novels.claim_run(novel.id) == 1


KILLED = """
import sys
from dataclasses import replace
from storage import NewNovel, NovelStatus
from storage.store import open_store
from storage.tables import SegmentRow

store = open_store(sys.argv[1])
with store.writing() as work:
    for number in range(400):
        work.novels.add(NewNovel(f"Lost {number}", "x" * 20_000, 1, 100, "m"))
    work.novels.set_status(sys.argv[2], NovelStatus.FAILED)
    print("in the middle", flush=True)
    sys.stdin.read()
"""


def test_kill_in_the_middle_of_a_transaction_leaves_nothing(
    store: Store, url: str, novel: NovelRecord, tmp_path: Path
) -> None:
    # 8 MB of new rows: more than SQLite's page cache, so that some are in the log on disk.
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url, novel.id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        if url.startswith("sqlite"):
            assert (tmp_path / "novels.db-wal").stat().st_size > 1_000_000
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    with open_store(url) as reopened:
        with reopened.writing() as work:
            assert [summary.novel for summary in work.novels.summaries()] == [novel]
            work.novels.set_status(novel.id, NovelStatus.WRITING)
        with reopened.reading() as work:
            assert work.novels.get(novel.id).status is NovelStatus.WRITING
    if url.startswith("sqlite"):
        connection = sqlite3.connect(tmp_path / "novels.db")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_what_a_killed_process_committed_is_there(
    store: Store, url: str, add_novel: Callable[..., NovelRecord]
) -> None:
    program = (
        "import os, signal, sys\nfrom storage import NewNovel\n"
        "from storage.store import open_store\n"
        "with open_store(sys.argv[1]).writing() as work:\n"
        "    work.novels.add(NewNovel('Kept', '', 1, 100, 'm'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, url], check=False)
    assert killed.returncode == -signal.SIGKILL
    with store.reading() as work:
        assert work.novels.find("kept").title == "Kept"
