"""The lock of a novel: one holder among all processes, freed when the holder dies."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import DatabaseUnavailable, StorageFailure
from storage.store import Store, open_store
from tests.postgresql import on_server, server_url
from tests.storage.raw import on_postgresql, on_sqlite

NOVEL = "aa1100000000"

HOLDER = """
import sys
from storage.store import open_store

store = open_store(sys.argv[1])
lock = store.try_lock_novel(sys.argv[2])
print(lock is not None, flush=True)
sys.stdin.read()
"""


@contextmanager
def other_process(url: str) -> "Iterator[tuple[subprocess.Popen[str], bool]]":
    """A process that has tried to take the lock, and whether it holds it now."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, NOVEL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline() == "True\n"
        process.kill()


def test_those_who_look_do_not_take_each_other_for_a_holder(store: Store) -> None:
    lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    lock.release()
    seen: list[bool] = []

    def look() -> None:
        seen.extend(store.is_novel_locked(NOVEL) for _ in range(50))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 200 and not any(seen)


def test_a_lock_is_held_by_one_and_freed_by_its_block(store: Store, url: str) -> None:
    assert not store.is_novel_locked(NOVEL)
    lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    with open_store(url) as other, lock:
        assert lock.is_held
        assert store.is_novel_locked(NOVEL)
        assert other.is_novel_locked(NOVEL)
        assert not other.is_novel_locked("bb1100000000")
        assert store.try_lock_novel(NOVEL) is None
        assert other.try_lock_novel(NOVEL) is None
        one_more = other.try_lock_novel("bb1100000000")
        assert one_more is not None
        one_more.release()
    assert not lock.is_held
    assert not store.is_novel_locked(NOVEL)
    lock.release()
    again = store.try_lock_novel(NOVEL)
    assert again is not None
    again.release()


def test_a_lock_outlives_the_store_and_may_be_released_by_another_thread(
    store: Store, url: str
) -> None:
    lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    store.close()
    with open_store(url) as other:
        assert lock.is_held
        assert other.is_novel_locked(NOVEL)
        thread = threading.Thread(target=lock.release)
        thread.start()
        thread.join()
        taken = other.try_lock_novel(NOVEL)
        assert taken is not None
        taken.release()


def test_two_processes_cannot_hold_it_and_kill_frees_it(store: Store, url: str) -> None:
    with other_process(url) as (holder, holds):
        assert holds
        assert store.is_novel_locked(NOVEL)
        assert store.try_lock_novel(NOVEL) is None
        with other_process(url) as (_, second_holds):
            assert not second_holds
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    with lock, other_process(url) as (_, holds):
        assert not holds


def test_a_closed_store_gives_no_lock(store: Store) -> None:
    store.close()
    for ask in (store.try_lock_novel, store.is_novel_locked):
        with pytest.raises(StorageFailure, match="has been closed"):
            ask(NOVEL)


@on_sqlite
def test_looking_leaves_no_file_and_the_lock_lies_beside_the_database(
    store: Store, tmp_path: Path
) -> None:
    assert not store.is_novel_locked(NOVEL)
    assert not (tmp_path / "locks").exists()
    lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    assert (tmp_path / "locks" / f"{NOVEL}.lock").exists()
    lock.release()


@on_sqlite
def test_a_folder_that_takes_no_lock_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "locks").touch()
    with pytest.raises(DatabaseUnavailable, match=rf"{NOVEL}\.lock cannot be used") as error:
        store.try_lock_novel(NOVEL)
    assert error.value.remedy


@on_postgresql
def test_a_lock_whose_connection_is_lost_says_so(store: Store, url: str) -> None:
    lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    assert lock.is_held
    database = url.rpartition("/")[2]
    on_server(
        server_url(),
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        f" WHERE locktype = 'advisory' AND datname = '{database}'",
    )
    assert not lock.is_held
    lock.release()
    again = store.try_lock_novel(NOVEL)
    assert again is not None
    again.release()


@on_postgresql
def test_an_impatient_server_leaves_the_lock_alone(store: Store, url: str) -> None:
    database = url.rpartition("/")[2]
    on_server(server_url(), f"ALTER DATABASE {database} SET idle_session_timeout = 50")
    with open_store(url) as other:
        lock = other.try_lock_novel(NOVEL)
        assert lock is not None
        with lock:
            # An idle connection without the lock's settings is ended; the lock's is not.
            on_server(server_url().set(database=database), "SELECT pg_sleep(0.2)")
            assert lock.is_held


@on_postgresql
def test_the_server_is_told_to_notice_a_vanished_machine(store: Store) -> None:
    with store.reading() as work:
        connection = work.novels._session.connection()
        seconds = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
        }
    assert seconds == {
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "4",
    }
