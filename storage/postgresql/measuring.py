"""What a database on a server costs: bytes, log, processes, round trips. For measuring alone.

Measures in a database of its own, which is made here and dropped again; nobody's novels are read.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.engine import URL

from storage.address import parsed_address
from storage.postgresql.connection import DRIVER_NAME, connect_arguments
from storage.store import Store
from storage.translation import translating

_SETTINGS = ("server_version", "max_connections", "fsync", "synchronous_commit", "full_page_writes")
_FIGURES = """
SELECT pg_database_size(current_database()),
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
       (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()),
       ARRAY(SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid())
"""


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """A server at one moment."""

    database_bytes: int
    """Tables, their indexes and what lies beside them, of the database measured."""
    log_bytes: int
    """Written to the write-ahead log since the server was made, by all databases together."""
    connections: int
    """To the database measured, this one not counted."""
    process_ids: tuple[int, ...]
    """On the server's machine, of its processes except this connection's own."""


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """The address of a new, empty database on the server of `url`, dropped at the end.

    Raises `StorageFailure`, as where the user may make no database.
    """
    name = f"novelgen_bench_{secrets.token_hex(4)}"
    server = parsed_address(url)
    with translating(url):
        _on(server, f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            _on(server, f"DROP DATABASE {name} WITH (FORCE)")


def server_settings(url: str) -> dict[str, str]:
    """The settings on which the speed of a commit depends. Raises `StorageFailure`."""
    with translating(url):
        return {name: _on(parsed_address(url), f"SHOW {name}")[0][0] for name in _SETTINGS}


def server_figures(url: str) -> ServerFigures:
    """How the server of `url` stands now. Raises `StorageFailure`."""
    with translating(url):
        ((size, log, connections, processes),) = _on(parsed_address(url), _FIGURES)
    return ServerFigures(size, log, connections, tuple(processes))


@contextmanager
def counting_round_trips(store: Store) -> Iterator[list[int]]:
    """How often the block asks the server and waits; the list gets the number at its end.

    As the driver's own library traces them. The store is used by nobody else meanwhile and has
    one connection at most. Raises `StorageFailure`.
    """
    found: list[int] = []
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "trace").open("w") as trace:
        with translating(store.url):
            _trace(store._engine, trace)
        yield found
        with translating(store.url):
            _trace(store._engine, None)
        lines = Path(trace.name).read_text(errors="replace").splitlines()
    # One message ends what is sent at a time: a simple query, or the end of an extended one.
    sent = [line.split("\t") for line in lines]
    found.append(sum(part[1:2] == ["F"] and part[3] in ("Query", "Sync") for part in sent))


def _trace(engine: Engine, into: IO[str] | None) -> None:
    raw = engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        if into is None:
            driver.pgconn.untrace()
        else:
            driver.pgconn.trace(into.fileno())
    finally:
        raw.close()


def _on(server: URL, statement: str) -> list[Any]:
    address = server.set(drivername=DRIVER_NAME)
    engine = create_engine(
        address,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args=connect_arguments(address),
    )
    with engine.connect() as connection:
        answer = connection.exec_driver_sql(statement)
        return list(answer) if answer.returns_rows else []
