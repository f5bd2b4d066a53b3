"""The lock of a novel as an advisory lock of the server, held by a connection of its own.

It holds for every process on every machine that uses the database. The server frees it when the
connection ends: at once when the process dies, and within about half a minute when its machine
vanishes (`storage.postgresql.connection` sets the server's keepalives). The server must be spoken
to directly: behind a pooler that hands one session to several clients the lock means nothing.
"""

import threading
import time
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

_IS_LOCKED = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND classid = {high} AND objid = {low}
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


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


def try_lock(engine: Engine, novel_id: str) -> AdvisoryLock | None:
    """The lock of a novel; None when another holds it. Raises errors of the driver."""
    connection = engine.raw_connection()
    try:
        connection.detach()  # out of the pool: nobody else gets it, and closing ends the session
        _driver(connection).autocommit = True
        _driver(connection).execute(_NEVER_TOO_IDLE)
        is_taken = _try_patiently(connection, _key(novel_id))
    except BaseException:
        connection.close()
        raise
    if not is_taken:
        connection.close()
        return None
    return AdvisoryLock(connection)


def is_locked(engine: Engine, novel_id: str) -> bool:
    """Whether somebody holds the lock of a novel; takes nothing. Raises errors of the driver."""
    key = _key(novel_id)
    # The server shows a key of 64 bits as two halves.
    question = _IS_LOCKED.format(high=key >> 32, low=key & 0xFFFFFFFF)
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql(question).scalar())


def _key(novel_id: str) -> int:
    return advisory_key(f"novel {novel_id}")


def _try_patiently(connection: PoolProxiedConnection, key: int) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        cursor = _driver(connection).execute("SELECT pg_try_advisory_lock(%s)", (key,))
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
