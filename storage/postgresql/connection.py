"""A connection to a PostgreSQL server and what every transaction on it promises.

A transaction that reads is `REPEATABLE READ, READ ONLY`: it sees the state at its first query and
waits for nobody. One that writes takes a *write turn*, an advisory lock, before it reads anything,
as `BEGIN IMMEDIATE` does on SQLite; so none writes on the ground of a stale view, whatever it
reads first. It is `READ COMMITTED`, for a snapshot (`REPEATABLE READ`, `SERIALIZABLE`) would be
taken before the wait and be stale after it. No write has to be repeated, as serialization failures
would ask of every caller.

There are two kinds of turn. Who may write anything takes that of the database, and is alone. Who
writes one novel shares the turn of the database with others like it and takes that of the novel,
in this order, so that no two wait for each other. The server grants locks in the order in which
they are asked for: a writer that waits for the database alone waits for those that write now, and
whoever comes later waits for it.

Who writes by other means than this package takes no turn. The row lock on the novel
(`storage.commit`), the constraints and the triggers still hold against it.
"""

import contextlib
import hashlib
import json
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from storage.errors import DatabaseUnavailable

DRIVER_NAME = "postgresql+psycopg"
CONNECT_TIMEOUT_SECONDS = 5

_ENCODING = "UTF8"

_CONNECT_ARGUMENTS: dict[str, Any] = {
    "application_name": "novelgen",
    "client_encoding": "utf8",
    "connect_timeout": CONNECT_TIMEOUT_SECONDS,
    # This side notices a vanished server within about half a minute.
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}

# The server notices a vanished machine within about half a minute too, and frees its locks. A
# commit is on disk when it returns, also where the server's default is not to wait for it.
_CONFIGURE = """
SELECT set_config('lock_timeout', %s, false),
       set_config('tcp_keepalives_idle', '10', false),
       set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '4', false),
       CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', false) END
"""


def connect_arguments(url: URL) -> dict[str, Any]:
    """What the driver is told beside the address; what the address says itself wins."""
    return {name: value for name, value in _CONNECT_ARGUMENTS.items() if name not in url.query}


def configure(connection: DBAPIConnection, *, lock_timeout_seconds: float) -> None:
    """Prepare a new connection. Its transactions begin when `begin` says so, not by themselves.

    Raises errors of psycopg, and `DatabaseUnavailable` for a database that cannot hold every
    character; the connection is closed then.
    """
    milliseconds = max(1, round(lock_timeout_seconds * 1000))  # 0 would mean to wait for ever
    try:
        _require_every_character(connection)
        connection.autocommit = True
        connection.execute(_CONFIGURE, (str(milliseconds),))
    except BaseException:
        # The pool has not taken the connection yet, so nobody else would close it.
        connection.close()
        raise


def json_text(value: object) -> str:
    """`value` as JSON. What cannot be is an error of the driver, as it is with SQLite."""
    import psycopg

    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        raise psycopg.DataError(str(error)) from error


def begin(connection: Connection, *, writes: bool, novel_id: str | None = None) -> None:
    """Begin a transaction; one that writes waits for its turn, until the lock timeout.

    With a `novel_id` it is the turn of that novel, otherwise that of the database. All that is
    said to the server is said at once: over a network a question costs more than its answer.
    """
    mode = "READ COMMITTED, READ WRITE" if writes else "REPEATABLE READ, READ ONLY"
    turns = _turns(novel_id) if writes else ()
    connection.exec_driver_sql("; ".join((f"BEGIN ISOLATION LEVEL {mode}", *turns)))


def end_reading(connection: Connection) -> None:
    """End a transaction that only read, in place of a rollback, after which there is nothing left
    to take back.

    After a rollback the driver would have the server forget every statement that it has prepared.
    """
    import psycopg

    driver = None if connection.invalidated else connection.connection.dbapi_connection
    with contextlib.suppress(psycopg.Error):  # the rollback that follows says it
        if driver is not None:
            driver.commit()


def advisory_key(what: str) -> int:
    """The key of an advisory lock: 63 bits of a hash, in a namespace of this package.

    It is the same in every process, on every machine and in every version.
    """
    digest = hashlib.sha256(f"novelgen storage\0{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _turns(novel_id: str | None) -> tuple[str, ...]:
    """The statements that wait for a turn, one a lock: within one there is no order to rely on."""
    database = advisory_key("write turn")
    if novel_id is None:
        return (f"SELECT pg_advisory_xact_lock({database})",)
    return (
        f"SELECT pg_advisory_xact_lock_shared({database})",
        f"SELECT pg_advisory_xact_lock({advisory_key(f'write turn of novel {novel_id}')})",
    )


def _require_every_character(connection: DBAPIConnection) -> None:
    info = connection.info
    encoding = info.parameter_status("server_encoding")
    if encoding != _ENCODING:
        raise DatabaseUnavailable(
            f"The database '{info.dbname}' keeps text as {encoding}, which cannot hold every "
            "character.",
            f"Make one that can: createdb --encoding {_ENCODING} --template template0 NAME",
        )
