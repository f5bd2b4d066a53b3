"""Opens a database and hands out units of work on it.

A `Store` writes in the turn of the whole database: nobody else writes meanwhile. A `NovelStore`,
a view of it, writes in the turn of one novel, so that on a server the writers of several novels do
not wait for each other.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.engine import (
    BUSY_TIMEOUT_SECONDS,
    create_parent_folder,
    create_storage_engine,
    database_path,
    writer_engine,
)
from storage.errors import DatabaseUnavailable, StorageFailure
from storage.locks import NovelLock
from storage.postgresql import locks as postgresql_locks
from storage.schema import is_empty, require_current_schema, upgrade_schema
from storage.sqlite import descriptors
from storage.sqlite import locks as sqlite_locks
from storage.sqlite.connection import use_write_ahead_log
from storage.sqlite.torn_log import unreadable_commits
from storage.translation import database_name, translating
from storage.unit_of_work import UnitOfWork


class Store:
    """An open database. Threads may share it; a unit of work belongs to one thread."""

    def __init__(self, url: str, engine: Engine, *, unreadable_commits: int = 0) -> None:
        self.url = url
        self.unreadable_commits = unreadable_commits
        """Commits in the log of a killed writer that could not be read back, as far as known."""
        self._engine = engine
        self._writer = writer_engine(engine)
        self._is_open = True
        self._locks = postgresql_locks.LockSession(engine)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A unit of work that sees one state of the database and cannot change it.

        A writer elsewhere neither waits for it nor makes it wait. Raises `StorageFailure`.
        """
        with self._unit_of_work(self._engine) as (work, _):
            yield work

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A unit of work that is committed, on disk, when the block ends without an exception.

        Any exception rolls all of it back. Nobody else writes meanwhile, in whatever novel: who
        wants to waits until the busy timeout and then raises `DatabaseUnavailable`. Raises
        `StorageFailure`.
        """
        with self._unit_of_work(self._writer) as (work, session):
            yield work
            session.commit()

    def for_novel(self, novel_id: str) -> "NovelStore":
        """A view of this store for who writes that one novel alone."""
        return NovelStore(self, novel_id)

    def try_lock_novel(self, novel_id: str) -> NovelLock | None:
        """The lock of a novel, held until it is released; None when another holds it.

        Closing the store does not release it. Raises `StorageFailure`.
        """
        self._require_open()
        path = database_path(self.url)
        with translating(self.url):
            if path is not None:
                return sqlite_locks.try_lock(path, novel_id)
            return self._locks.try_lock(_novel_lock(novel_id))

    def try_share_novel(self, novel_id: str) -> NovelLock | None:
        """The lock of a novel, held together with others who share it; None when one has it alone.

        While it is shared nobody can have it alone. Raises `StorageFailure`, on SQLite always.
        """
        return self._try_on_server(_novel_lock(novel_id), shared=True)

    def try_lock_worker(self, worker_id: str) -> NovelLock | None:
        """The lock by which others see that a worker of a fleet lives; None when it is held.

        Raises `StorageFailure`, on SQLite always.
        """
        return self._try_on_server(_worker_lock(worker_id), shared=False)

    def is_novel_locked(self, novel_id: str) -> bool:
        """Whether a process, this one included, holds the lock of a novel. Leaves nothing behind.

        The answer may be outdated when it arrives. Raises `StorageFailure`.
        """
        return bool(self.locked_novels([novel_id]))

    def locked_novels(self, novel_ids: Collection[str]) -> set[str]:
        """Those of the novels whose lock a process holds; one question to a server for all.

        The answer may be outdated when it arrives. Raises `StorageFailure`.
        """
        self._require_open()
        path = database_path(self.url)
        with translating(self.url):
            if path is not None:
                return {each for each in novel_ids if sqlite_locks.is_locked(path, each)}
            names = {_novel_lock(each): each for each in novel_ids}
            return {names[name] for name in postgresql_locks.held_among(self._engine, names)}

    def living_workers(self, worker_ids: Collection[str]) -> set[str]:
        """Those of the workers whose lock is held: they live. Raises `StorageFailure`."""
        self._require_open()
        if database_path(self.url) is not None:
            return set()
        names = {_worker_lock(each): each for each in worker_ids}
        with translating(self.url):
            return {names[name] for name in postgresql_locks.held_among(self._engine, names)}

    def close(self) -> None:
        """Close all connections. Closing twice does nothing."""
        was_open, self._is_open = self._is_open, False
        self._engine.dispose()
        path = database_path(self.url)
        if was_open and path is not None:
            descriptors.leave(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _try_on_server(self, name: str, *, shared: bool) -> NovelLock | None:
        self._require_open()
        if database_path(self.url) is not None:
            raise StorageFailure(
                "A fleet keeps its novels in PostgreSQL, and this database is an SQLite file.",
                "Name the database of a server with --db, or as database_url in config.toml.",
            )
        with translating(self.url):
            return self._locks.try_lock(name, shared=shared)

    @contextmanager
    def _unit_of_work(self, engine: Engine) -> Iterator[tuple[UnitOfWork, Session]]:
        self._require_open()
        # Begins the transaction now: a writer waits for its turn here, not in its middle.
        with translating(self.url), _begun(engine) as session:
            work = UnitOfWork(session)
            try:
                yield work, session
            finally:
                work.end()

    def _require_open(self) -> None:
        if not self._is_open:
            raise StorageFailure(f"The database {database_name(self.url)} has been closed.")


class NovelStore(Store):
    """A store whose writers change one novel alone, and so wait for those of others nowhere.

    Only one writes a novel at a time, and none of them while `Store.writing` writes, whichever
    came first. What a writer changes is rows of its novel and memory snapshots, which are found by
    key; of other novels it may not even rely on what it reads. On SQLite, where one writes at a
    time anyway, it is as the store that it views. It shares the connections of that store, and
    ends with it: closing the view does nothing.
    """

    def __init__(self, viewed: Store, novel_id: str) -> None:
        super().__init__(viewed.url, viewed._engine, unreadable_commits=viewed.unreadable_commits)
        self.novel_id = novel_id
        self._viewed = viewed
        self._locks = viewed._locks
        self._writer = writer_engine(self._engine, novel_id=novel_id)

    def close(self) -> None:
        """Does nothing: who opened the database closes it."""

    def _require_open(self) -> None:
        self._viewed._require_open()


def open_store(
    url: str, *, create: bool = True, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
) -> Store:
    """Open the database at `url`, such as `sqlite:////home/me/novels.db`.

    An SQLite file that does not exist is created with its folders, and a database that is empty
    gets its tables; with `create` off both raise `DatabaseUnavailable`. A database on a PostgreSQL
    server must exist. One of another version raises `SchemaOutdated` or `SchemaTooNew`, and
    nothing in it changes.
    """
    with translating(url):
        if create:
            create_parent_folder(url)
        _require_file(url, create=create)
        engine = create_storage_engine(url, busy_timeout_seconds=busy_timeout_seconds)
        path = database_path(url)
        if path is not None:
            descriptors.enter(path)
        try:
            if is_empty(engine):
                _require_creation(url, create=create)
                upgrade_schema(url)
            require_current_schema(engine, url)
            use_write_ahead_log(engine, busy_timeout_seconds=busy_timeout_seconds)
            num_unreadable = _count_unreadable(engine, url)
        except BaseException:
            engine.dispose()
            if path is not None:
                descriptors.leave(path)
            raise
    return Store(url, engine, unreadable_commits=num_unreadable)


def _begun(engine: Engine) -> Session:
    """A session in a transaction.

    A connection that idled while its server restarted is found out here, where nothing has been
    done on it yet, and replaced.
    """
    try:
        return _session(engine)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return _session(engine)


def _session(engine: Engine) -> Session:
    session = Session(engine, expire_on_commit=False)
    try:
        session.connection()
    except BaseException:
        session.close()
        raise
    return session


def _novel_lock(novel_id: str) -> str:
    return f"novel {novel_id}"


def _worker_lock(worker_id: str) -> str:
    return f"worker {worker_id}"


def _count_unreadable(engine: Engine, url: str) -> int:
    path = database_path(url)
    if path is None or not Path(f"{path}-wal").exists():
        return 0
    raw = engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        return unreadable_commits(driver, path)
    finally:
        raw.close()


def _require_creation(url: str, *, create: bool) -> None:
    if not create:
        raise DatabaseUnavailable(
            f"There is nothing in the database {database_name(url)} yet.",
            "`novelgen new` makes its tables; --db names another one.",
        )


def _require_file(url: str, *, create: bool) -> None:
    path = database_path(url)
    if create or path is None or (path.exists() and path.stat().st_size > 0):
        return
    raise DatabaseUnavailable(
        f"There is no database at {path}.",
        "`novelgen new` creates one; --db names another place.",
    )
