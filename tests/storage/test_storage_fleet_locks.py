"""Locks that processes share, and those by which the workers of a fleet are known to live."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from storage import StorageFailure
from storage.locks import NovelLock
from storage.store import Store, open_store
from tests.postgresql import on_server, server_url
from tests.storage.raw import on_postgresql, on_sqlite

NOVEL, OTHER = "aa1100000000", "bb1100000000"

_HOLDER = """
import sys
from storage.store import open_store

store = open_store(sys.argv[1])
locks = [getattr(store, way)(name) for way, name in zip(sys.argv[2::2], sys.argv[3::2])]
print(all(lock is not None for lock in locks), flush=True)
sys.stdin.read()
"""


@contextmanager
def other_process(url: str, *ways_and_names: str) -> "Iterator[tuple[subprocess.Popen[str], bool]]":
    """A process that has tried to take locks, and whether it holds all of them now."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, url, *ways_and_names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline() == "True\n"
        process.kill()


def shared(store: Store, novel_id: str = NOVEL) -> NovelLock:
    lock = store.try_share_novel(novel_id)
    assert lock is not None
    return lock


@on_postgresql
def test_who_shares_keeps_out_who_wants_it_alone(store: Store, url: str) -> None:
    with open_store(url) as other, shared(store) as first, shared(other) as second:
        assert first.is_held and second.is_held
        assert other.try_lock_novel(NOVEL) is None
        first.release()
        assert other.try_lock_novel(NOVEL) is None
        assert other.is_novel_locked(NOVEL)
        second.release()
        alone = other.try_lock_novel(NOVEL)
    assert alone is not None
    alone.release()


@on_postgresql
def test_who_has_it_alone_keeps_out_who_would_share(store: Store, url: str) -> None:
    alone = store.try_lock_novel(NOVEL)
    assert alone is not None
    with open_store(url) as other:
        with alone:
            assert other.try_share_novel(NOVEL) is None
            shared(other, OTHER).release()
        shared(other).release()
    assert not store.is_novel_locked(NOVEL)


@on_postgresql
def test_a_killed_process_frees_what_it_shared_and_its_worker(store: Store, url: str) -> None:
    ways = ("try_share_novel", NOVEL, "try_lock_worker", "w1")
    with shared(store), other_process(url, *ways) as (holder, holds):
        assert holds
        assert store.living_workers(["w1", "w2"]) == {"w1"}
        assert store.try_lock_worker("w1") is None
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        again = store.try_lock_worker("w1")
        assert again is not None
        again.release()
        assert store.living_workers(["w1"]) == set()
        assert store.try_lock_novel(NOVEL) is None  # shared here still
    alone = store.try_lock_novel(NOVEL)
    assert alone is not None
    alone.release()


@on_postgresql
def test_many_locks_are_looked_at_in_one_question(store: Store, url: str) -> None:
    names = [f"{number:012x}" for number in range(40)]
    alone = store.try_lock_novel(names[3])
    worker = store.try_lock_worker(names[7])
    assert alone is not None and worker is not None
    with alone, worker, shared(store, names[5]), open_store(url) as other:
        assert other.locked_novels(names) == {names[3], names[5]}
        assert other.living_workers(names) == {names[7]}
        assert other.locked_novels([]) == other.living_workers([]) == set()
        assert other.locked_novels(names[:3]) == set()
    assert store.locked_novels(names) == store.living_workers(names) == set()


@on_postgresql
def test_a_lock_of_another_database_of_the_server_is_none_here(store: Store, url: str) -> None:
    with shared(store), open_store(url) as other:
        assert other.locked_novels([NOVEL]) == {NOVEL}
        name = f"{url.rpartition('/')[2]}_twin"
        on_server(server_url(), f"CREATE DATABASE {name}")
        try:
            twin_url = server_url().set(database=name).render_as_string(hide_password=False)
            with open_store(twin_url) as twin:
                assert twin.locked_novels([NOVEL]) == set()
                alone = twin.try_lock_novel(NOVEL)
                assert alone is not None
                alone.release()
        finally:
            on_server(server_url(), f"DROP DATABASE {name} WITH (FORCE)")


@on_postgresql
def test_a_worker_whose_connection_is_cut_counts_as_dead(store: Store, url: str) -> None:
    lock = store.try_lock_worker("w1")
    assert lock is not None
    on_server(
        server_url(),
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        f" WHERE locktype = 'advisory' AND datname = '{url.rpartition('/')[2]}'",
    )
    assert store.living_workers(["w1"]) == set()
    assert not lock.is_held


@on_sqlite
def test_a_file_is_shared_by_nobody_and_says_what_to_do(store: Store) -> None:
    for refused in (store.try_share_novel, store.try_lock_worker):
        with pytest.raises(StorageFailure, match="keeps its novels in PostgreSQL") as error:
            refused(NOVEL)
        assert "--db" in error.value.remedy
    assert store.living_workers([NOVEL]) == set()


@on_sqlite
def test_locks_of_a_file_are_looked_at_together(store: Store) -> None:
    lock = store.try_lock_novel(NOVEL)
    assert lock is not None
    with lock:
        assert store.locked_novels([NOVEL, OTHER]) == {NOVEL}
    assert store.locked_novels([NOVEL, OTHER]) == set()


def test_a_closed_store_tells_of_no_lock(store: Store) -> None:
    store.close()
    for ask in (store.living_workers, store.locked_novels):
        with pytest.raises(StorageFailure, match="has been closed"):
            ask([NOVEL])
