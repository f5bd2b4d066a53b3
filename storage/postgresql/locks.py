"""Locks by name as advisory locks of the server, each held by a connection of its own.

A lock is held by one process alone, or shared by several; never both at a time. It holds for every
process on every machine that uses the database. The server frees it when the
connection ends: at once when the process dies, and within about half a minute when its machine
vanishes (`storage.postgresql.connection` sets the server's keepalives). The server must be spoken
to directly: behind a pooler that hands one session to several clients the lock means nothing.
"""

import threading
import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from storage.locks import PATIENCE_SECONDS, NovelLock
from storage.postgresql.connection import advisory_key

_RETRY_SECONDS = 0.02

# An idle connection is what a held lock looks like; the server must not end it for that.
_NEVER_TOO_IDLE = """
SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'
"""

# The server shows a key of 64 bits as two halves.
_HELD_KEYS = """
SELECT DISTINCT (classid::bigint << 32) | objid::bigint
FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_TRY = {False: "pg_try_advisory_lock", True: "pg_try_advisory_lock_shared"}


class AdvisoryLock(NovelLock):
    """An advisory lock that a connection of this process holds."""

    def __init__(self, connection: PoolProxiedConnection) -> None:
        self._connection: PoolProxiedConnection | None = connection
        self._guard = threading.Lock()

    @property
    def is_held(self) -> bool:
        """Whether the connection lives, and so the lock. A lost one is released here."""
        with self._guard:
            if self._connection is None:
                return False
            if not _answers(self._connection):
                self._close()
            return self._connection is not None

    def release(self) -> None:
        with self._guard:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def try_lock(engine: Engine, name: str, *, shared: bool = False) -> AdvisoryLock | None:
    """The lock of that name; None when another holds it. Raises errors of the driver."""
    connection = _living_connection(engine)
    try:
        connection.detach()  # out of the pool: nobody else gets it, and closing ends the session
        _driver(connection).execute(_NEVER_TOO_IDLE)
        is_taken = _try_patiently(connection, advisory_key(name), shared=shared)
    except BaseException:
        connection.close()
        raise
    if not is_taken:
        connection.close()
        return None
    return AdvisoryLock(connection)


def held_among(engine: Engine, names: Collection[str]) -> set[str]:
    """Those of the names whose lock somebody holds, alone or shared; takes nothing.

    Raises errors of the driver.
    """
    if not names:
        return set()
    with engine.connect() as connection:
        held = set(connection.exec_driver_sql(_HELD_KEYS).scalars())
    return {name for name in names if advisory_key(name) in held}


def _living_connection(engine: Engine) -> PoolProxiedConnection:
    """One from the pool, or a new one; those that died while they idled are thrown away."""
    while True:
        connection = engine.raw_connection()
        if _answers(connection):
            return connection
        connection.invalidate()


def _try_patiently(connection: PoolProxiedConnection, key: int, *, shared: bool) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        cursor = _driver(connection).execute(f"SELECT {_TRY[shared]}(%s)", (key,))
        if cursor.fetchone()[0]:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_RETRY_SECONDS)


def _answers(connection: PoolProxiedConnection) -> bool:
    import psycopg

    try:
        _driver(connection).execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _driver(connection: PoolProxiedConnection) -> Any:
    """The connection of psycopg itself."""
    return connection.dbapi_connection
