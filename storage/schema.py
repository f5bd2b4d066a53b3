"""Which tables a database holds, and how it gets those of this version.

Opening a store reads one row with plain SQL; Alembic is imported only to migrate. The revisions
are listed here for that reason, and a test compares the list with the migration scripts.
"""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from storage.engine import (
    create_parent_folder,
    create_storage_engine,
    database_path,
    writer_engine,
)
from storage.errors import (
    DatabaseUnavailable,
    SchemaOutdated,
    SchemaTooNew,
    StorageFailure,
)
from storage.translation import database_name, translating

if TYPE_CHECKING:
    from alembic.config import Config

KNOWN_REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every revision, oldest first. The last one is the schema of this version."""

VERSION_TABLE = "alembic_version"
MIGRATIONS = Path(__file__).parent / "migrations"

# Alembic keeps the migration that is running in module globals.
_ONE_MIGRATION_AT_A_TIME = threading.Lock()


def head_revision() -> str:
    """The revision that this version reads and writes."""
    return KNOWN_REVISIONS[-1]


def current_revision(url: str) -> str | None:
    """The revision of the database at `url`; None without a database or before any migration.

    Creates nothing. Raises `DatabaseUnavailable`.
    """
    with translating(url):
        path = database_path(url)
        if path is not None and not path.exists():
            return None
        engine = create_storage_engine(url)
        try:
            with engine.connect() as connection:
                return _recorded_revision(connection)
        finally:
            engine.dispose()


def upgrade_schema(url: str) -> str:
    """Bring the database at `url` to the schema of this version and return its revision.

    All migrations together are one transaction: after an error or a crash the old schema stands.
    A new database is created, with its folders. Raises `SchemaTooNew` and `DatabaseUnavailable`.
    """
    with translating(url), _ONE_MIGRATION_AT_A_TIME:
        create_parent_folder(url)
        engine = create_storage_engine(url, foreign_keys=False)
        try:
            with writer_engine(engine).begin() as connection:
                _migrate(connection, url)
        finally:
            engine.dispose()
    return head_revision()


def is_empty(engine: Engine) -> bool:
    """Whether the database holds no table at all."""
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def require_current_schema(engine: Engine, url: str) -> None:
    """Raise `SchemaOutdated` or `SchemaTooNew` unless the schema is the one of this version.

    A database with tables that are not novelgen's raises `DatabaseUnavailable`.
    """
    with engine.connect() as connection:
        _require_ours(connection, url)
        revision = _recorded_revision(connection)
    if revision == head_revision():
        return
    _require_known(revision, url)
    raise SchemaOutdated(
        f"The database {database_name(url)} was made by an older novelgen "
        f"(schema {revision or 'unfinished'}, this version needs {head_revision()}).",
        "Make a copy of it, then run `novelgen db upgrade`.",
    )


def alembic_config() -> "Config":
    """Alembic's settings, with the scripts found beside this module."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(connection: Connection, url: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    if inspect(connection).get_table_names():
        _require_ours(connection, url)
    _require_known(_recorded_revision(connection), url)
    config = alembic_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageFailure(
            f"The database {database_name(url)} could not be upgraded: {error}"
        ) from error
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken is not None:
            raise StorageFailure(
                f"The database {database_name(url)} was not upgraded: a row of '{broken[0]}' "
                f"points at a row of '{broken[2]}' that does not exist.",
                "Put a backup in its place and report this.",
            )


def _recorded_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    return revision


def _require_ours(connection: Connection, url: str) -> None:
    if not inspect(connection).has_table(VERSION_TABLE):
        raise DatabaseUnavailable(
            f"The database {database_name(url)} belongs to another program.",
            "Give another database with --db.",
        )


def _require_known(revision: str | None, url: str) -> None:
    if revision is not None and revision not in KNOWN_REVISIONS:
        raise SchemaTooNew(
            f"The database {database_name(url)} was made by a newer novelgen "
            f"(schema {revision}, this version knows {head_revision()}).",
            "Upgrade novelgen: pip install --upgrade novelgen.",
        )
