"""A connection to an SQLite file and what every transaction on it promises.

Write-ahead logging, so that a reader and the writer never wait for each other; a synced disk at
every commit; foreign keys; and transactions that begin when we say so. The driver (sqlite3) would
begin them by itself, and too late: only before a write. So its own control is switched off
(`isolation_level = None`) and `BEGIN` is emitted here, which is the way SQLAlchemy's SQLite
documentation names for every Python version. A writer begins with `BEGIN IMMEDIATE`: it waits for
its turn before it reads anything, and so never writes on the ground of a stale view.

Text that is not UTF-8, which only another program can have put there, is read with replacement
characters: one such row hides no other.
"""

import os
import sqlite3
import time

from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

_RETRY_SECONDS = 0.02


def configure(connection: DBAPIConnection, *, foreign_keys: bool) -> None:
    """Prepare a new connection. Raises errors of sqlite3, and then closes it."""
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


def begin(connection: Connection, *, writes: bool) -> None:
    """Begin a transaction; one that writes waits for its turn."""
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def use_write_ahead_log(engine: Engine, *, busy_timeout_seconds: float) -> None:
    """Put an SQLite file into WAL mode, which it then keeps. One that may only be read, and
    another kind of database, stay as they are.

    SQLite does not wait at all when another program holds the file during this one change, so
    the wait is here.
    """
    if engine.dialect.name != "sqlite" or not os.access(engine.url.database or "", os.W_OK):
        return
    deadline = time.monotonic() + busy_timeout_seconds
    while not _try_write_ahead_log(engine, last_try=time.monotonic() >= deadline):
        time.sleep(_RETRY_SECONDS)


def _read_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


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
