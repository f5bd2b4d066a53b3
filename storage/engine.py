"""From the address of a database to an engine with the transactions that storage promises.

A transaction that reads sees one state of the database and cannot write; one that writes has
waited for its turn before it reads anything, and so never writes on the ground of a stale view.
How each kind of database keeps that promise is in `storage.sqlite.connection` and
`storage.postgresql.connection`.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from storage.address import parsed_address
from storage.errors import DatabaseUnavailable
from storage.postgresql import connection as postgresql
from storage.sqlite import connection as sqlite
from storage.sqlite.read_only import must_be_read_unchanged, unchanging

BUSY_TIMEOUT_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""

_WRITES = "storage_writes"
_NOVEL = "storage_novel"
_HOW_TO_ADDRESS = (
    "Give an address such as sqlite:////home/me/novels.db or postgresql+psycopg://me@host/novels."
)


def create_storage_engine(
    url: str,
    *,
    busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS,
    foreign_keys: bool = True,
) -> Engine:
    """An engine for `url`; it opens no connection yet.

    Its transactions read only, see `writer_engine`. Migrations switch `foreign_keys` off, for
    SQLite changes a table by building it anew; PostgreSQL does not, and keeps them. Raises
    `DatabaseUnavailable` for an address in memory or of another kind of database, and errors of
    SQLAlchemy for one that cannot be used.
    """
    parsed = parsed_address(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite_engine(parsed, busy_timeout_seconds, foreign_keys=foreign_keys)
    if kind == "postgresql":
        return _postgresql_engine(parsed, busy_timeout_seconds)
    parsed.get_dialect()  # an address of no database at all is told apart here
    raise DatabaseUnavailable(
        f"The database {parsed.render_as_string(hide_password=True)} is neither SQLite nor "
        "PostgreSQL.",
        _HOW_TO_ADDRESS,
    )


def writer_engine(engine: Engine, *, novel_id: str | None = None) -> Engine:
    """The same engine and pool with transactions that may write and wait for their turn.

    That is the turn of one novel where its id is given, and of the whole database otherwise.
    """
    return engine.execution_options(**{_WRITES: True, _NOVEL: novel_id})


def database_path(url: str) -> Path | None:
    """The file of an SQLite address; None for another kind of database or one in memory."""
    parsed = parsed_address(url)
    name = parsed.database
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if not is_sqlite or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


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


def _sqlite_engine(url: URL, busy_timeout_seconds: float, *, foreign_keys: bool) -> Engine:
    path = database_path(url.render_as_string())
    if path is None:
        raise DatabaseUnavailable(
            f"The database address '{url}' names no file.",
            "Give a file, such as sqlite:////home/me/novels.db.",
        )
    engine = create_engine(
        unchanging(url) if must_be_read_unchanged(path) else url,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout_seconds},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        sqlite.configure(connection, foreign_keys=foreign_keys)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        sqlite.begin(connection, writes=_writes(connection))

    return engine


def _postgresql_engine(url: URL, busy_timeout_seconds: float) -> Engine:
    if url.drivername not in ("postgresql", postgresql.DRIVER_NAME):
        raise DatabaseUnavailable(
            f"PostgreSQL is not spoken to through '{url.get_driver_name()}'.", _HOW_TO_ADDRESS
        )
    engine = create_engine(
        url.set(drivername=postgresql.DRIVER_NAME),
        hide_parameters=True,
        connect_args=postgresql.connect_arguments(url),
        json_serializer=postgresql.json_text,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        postgresql.configure(connection, lock_timeout_seconds=busy_timeout_seconds)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        novel_id = connection.get_execution_options().get(_NOVEL)
        postgresql.begin(connection, writes=_writes(connection), novel_id=novel_id)

    @event.listens_for(engine, "rollback")
    def rollback(connection: Connection) -> None:
        if not _writes(connection):
            postgresql.end_reading(connection)

    return engine


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_WRITES, False))
