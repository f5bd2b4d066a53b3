"""All locks of a process are held by one connection, and yet no two of its threads have one."""

from storage.store import Store, open_store
from tests.storage.raw import connection_to, on_postgresql

_LOCK_HOLDERS = (
    "SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with connection_to(url) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@on_postgresql
def test_many_locks_are_held_by_one_connection(store: Store, url: str) -> None:
    locks = [store.try_lock_novel(name) for name in ("one", "two")]
    locks += [store.try_lock_worker("w"), store.try_share_novel("three")]
    assert all(lock is not None and lock.is_held for lock in locks)
    assert len(rows(url, _LOCK_HOLDERS)) == 1
    for lock in locks:
        assert lock is not None
        lock.release()
    assert rows(url, _LOCK_HOLDERS) == []


@on_postgresql
def test_a_process_does_not_take_what_it_holds(store: Store) -> None:
    lock = store.try_lock_novel("one")
    assert lock is not None
    assert store.try_lock_novel("one") is None
    assert store.for_novel("one").try_lock_novel("one") is None
    assert store.try_share_novel("one") is None
    lock.release()
    shared = [store.try_share_novel("one") for _ in range(2)]
    assert store.try_lock_novel("one") is None
    for lock in shared:
        assert lock is not None
        lock.release()


@on_postgresql
def test_releasing_one_lock_leaves_the_others(store: Store, url: str) -> None:
    first, second = store.try_lock_novel("one"), store.try_lock_novel("two")
    assert first is not None
    assert second is not None
    first.release()
    first.release()
    assert not first.is_held
    assert second.is_held
    with open_store(url) as other:
        assert other.locked_novels(["one", "two"]) == {"two"}
        taken = other.try_lock_novel("one")
        assert taken is not None
        assert other.try_lock_novel("two") is None
        taken.release()
    second.release()


@on_postgresql
def test_shared_twice_is_free_when_both_let_go(store: Store, url: str) -> None:
    first, second = store.try_share_novel("one"), store.try_share_novel("one")
    assert first is not None
    assert second is not None
    first.release()
    with open_store(url) as other:
        assert other.try_lock_novel("one") is None
        second.release()
        lock = other.try_lock_novel("one")
        assert lock is not None
        lock.release()


@on_postgresql
def test_a_cut_connection_loses_all_its_locks_and_a_new_one_takes_others(
    store: Store, url: str
) -> None:
    lost = [store.try_lock_novel("one"), store.try_lock_worker("w")]
    rows(url, f"SELECT pg_terminate_backend(pid, 5000) FROM ({_LOCK_HOLDERS}) AS holders")
    again = store.try_lock_novel("one")
    assert again is not None
    assert again.is_held
    for lock in lost:
        assert lock is not None
        assert not lock.is_held
        lock.release()
    assert again.is_held
    again.release()
