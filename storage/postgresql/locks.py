"""Locks by name as advisory locks of the server, held by one connection of the process for all.

A lock is held by one process alone, or shared by several; never both at a time. It holds for every
process on every machine that uses the database. The server frees it when the connection ends: at
once when the process dies, and within about half a minute when its machine vanishes
(`storage.postgresql.connection` sets the server's keepalives). The server must be spoken to
directly: behind a pooler that hands one session to several clients the lock means nothing.

To the server a process is one holder, which may take what it holds already; among the threads of
the process it is this module that lets no two have a lock.
"""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
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
_UNLOCK = {False: "pg_advisory_unlock", True: "pg_advisory_unlock_shared"}


@dataclass(eq=False, slots=True)
class _Held:
    """A lock that this process holds, on the connection that it was taken with."""

    key: int
    is_shared: bool
    connection: PoolProxiedConnection


class LockSession:
    """The locks that a process holds in one database. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._connection: PoolProxiedConnection | None = None
        self._held: set[_Held] = set()

    def try_lock(self, name: str, *, shared: bool = False) -> "AdvisoryLock | None":
        """The lock of that name; None when another holds it. Raises errors of the driver."""
        key = advisory_key(name)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self._guard:
                taken = self._try_once(key, shared=shared)
            if taken is not None:
                return AdvisoryLock(self, taken)
            if time.monotonic() >= deadline:
                return None
            time.sleep(_RETRY_SECONDS)

    def is_held(self, held: _Held) -> bool:
        """Whether the connection lives, and so the lock. All locks of a lost one are released."""
        with self._guard:
            if held in self._held and not _answers(held.connection):
                self._forget(held.connection)
            return held in self._held

    def release(self, held: _Held) -> None:
        """Does nothing for a lock that was released or lost before."""
        import psycopg

        with self._guard:
            if held not in self._held:
                return
            self._held.remove(held)
            try:
                _driver(held.connection).execute(
                    f"SELECT {_UNLOCK[held.is_shared]}(%s)", (held.key,)
                )
            except psycopg.Error:  # the connection is lost, and its locks with it
                self._forget(held.connection)
            self._close_if_idle()

    def _try_once(self, key: int, *, shared: bool) -> _Held | None:
        connection = self._open()  # first, since what was held is free when the last one is lost
        if any(held.key == key and not (shared and held.is_shared) for held in self._held):
            return None
        try:
            cursor = _driver(connection).execute(f"SELECT {_TRY[shared]}(%s)", (key,))
            is_taken = bool(cursor.fetchone()[0])
        except BaseException:
            self._forget(connection)
            raise
        if not is_taken:
            self._close_if_idle()
            return None
        held = _Held(key, shared, connection)
        self._held.add(held)
        return held

    def _open(self) -> PoolProxiedConnection:
        """The connection for locks; a new one where there is none, or the last one is lost."""
        if self._connection is not None and not _answers(self._connection):
            self._forget(self._connection)
        if self._connection is None:
            connection = _living_connection(self._engine)
            try:
                connection.detach()  # out of the pool: closing it ends the session
                _driver(connection).execute(_NEVER_TOO_IDLE)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _forget(self, connection: PoolProxiedConnection) -> None:
        self._held = {held for held in self._held if held.connection is not connection}
        if connection is self._connection:
            self._connection = None
        connection.close()

    def _close_if_idle(self) -> None:
        if self._connection is not None and not self._held:
            self._connection.close()
            self._connection = None


class AdvisoryLock(NovelLock):
    """An advisory lock that this process holds."""

    def __init__(self, session: LockSession, held: _Held) -> None:
        self._session = session
        self._taken = held

    @property
    def is_held(self) -> bool:
        """Whether the connection lives, and so the lock."""
        return self._session.is_held(self._taken)

    def release(self) -> None:
        self._session.release(self._taken)


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
