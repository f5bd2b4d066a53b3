"""The connection to the database and what every transaction on it promises.

On SQLite: write-ahead logging, so that a reader and the writer never wait for each other; a
synced disk at every commit; foreign keys; and transactions that begin when we say so. The driver
(sqlite3) would begin them by itself, and too late: only before a write. So its own control is
switched off (`isolation_level = None`) and `BEGIN` is emitted here, which is the way SQLAlchemy's
SQLite documentation names for every Python version. A writer begins with `BEGIN IMMEDIATE`: it
waits for its turn before it reads anything, and so never writes on the ground of a stale view.

A database in a folder that cannot be written is opened for reading, as a file that nobody changes,
for SQLite keeps its log and its locks beside the file. Text that is not UTF-8, which only another
program can have put there, is read with replacement characters: one such row hides no other.
"""

import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseUnavailable

BUSY_TIMEOUT_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""

_WRITES = "storage_writes"
_RETRY_SECONDS = 0.02


def create_storage_engine(
    url: str,
    *,
    busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS,
    foreign_keys: bool = True,
) -> Engine:
    """An engine for `url`; it opens no connection yet.

    Its transactions read only, see `writer_engine`. Migrations switch `foreign_keys` off, for
    SQLite changes a table by building it anew. Raises `DatabaseUnavailable` for an address in
    memory, and errors of SQLAlchemy for one that cannot be used.
    """
    parsed = make_url(url)
    if not _is_sqlite(parsed):
        return create_engine(parsed, hide_parameters=True)
    if database_path(url) is None:
        raise DatabaseUnavailable(
            f"The database address '{url}' names no file.",
            "Give a file, such as sqlite:////home/me/novels.db.",
        )
    engine = create_engine(
        _unchanging(parsed) if must_be_read_unchanged(url) else parsed,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout_seconds},
    )
    _configure_sqlite(engine, foreign_keys=foreign_keys)
    return engine


def writer_engine(engine: Engine) -> Engine:
    """The same engine and pool with transactions that may write and hold the write lock."""
    return engine.execution_options(**{_WRITES: True})


def database_path(url: str) -> Path | None:
    """The file of an SQLite address; None for another kind of database or one in memory."""
    parsed = make_url(url)
    name = parsed.database
    if not _is_sqlite(parsed) or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def must_be_read_unchanged(url: str) -> bool:
    """Whether SQLite can only read the file as one that nobody changes.

    So it is in a folder that cannot be written, with no log to share there. Raises
    `DatabaseUnavailable` when what was committed last stands in a log that needs such a folder.
    """
    path = database_path(url)
    if path is None or not path.is_file() or os.access(path.parent, os.W_OK):
        return False
    log, shared = (Path(f"{path}{suffix}") for suffix in ("-wal", "-shm"))
    if log.exists() and shared.exists():  # a writer is at work, and lets others read along
        return False
    if log.exists() and log.stat().st_size > 0:
        raise DatabaseUnavailable(
            f"The database {path} cannot be opened: its last writer was cut off, what it committed "
            f"stands in {log.name}, and {path.parent} cannot be written.",
            "Copy both files to a folder that can be written, and name the copy with --db.",
        )
    return not Path(f"{path}-journal").exists()


def create_parent_folder(url: str) -> None:
    """Make the folder that an SQLite file will lie in. Raises `DatabaseUnavailable`."""
    path = database_path(url)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(
            f"The folder {path.parent} for the database cannot be made: {error.strerror}.",
            "Give another place with --db or --home, or make the folder yourself.",
        ) from error


def use_write_ahead_log(
    engine: Engine, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
) -> None:
    """Put an SQLite file into WAL mode, which it then keeps. One that may only be read, and
    another kind of database, stay as they are.

    SQLite does not wait at all when another program holds the file during this one change, so
    the wait is here.
    """
    if not _is_sqlite(engine.url) or not os.access(engine.url.database or "", os.W_OK):
        return
    deadline = time.monotonic() + busy_timeout_seconds
    while not _try_write_ahead_log(engine, last_try=time.monotonic() >= deadline):
        time.sleep(_RETRY_SECONDS)


def _unchanging(url: URL) -> URL:
    file = quote(str(Path(url.database or "").absolute()))
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return url.set(database=f"file:{file}", query=query)


def _try_write_ahead_log(engine: Engine, *, last_try: bool) -> bool:
    """Whether the file is settled; a busy one raises only at the last try."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchall()[0][0] != "wal":
            # Where the file system cannot share memory, SQLite answers with the old mode and
            # goes on safely, readers and writers then wait for each other.
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()
    except sqlite3.OperationalError as error:
        if last_try or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        raw.close()
    return True


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _read_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _configure_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        try:
            connection.isolation_level = None
            connection.text_factory = _read_text
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
            cursor.close()
        except sqlite3.Error:
            # The pool has not taken the connection yet, so nobody else would close it.
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
