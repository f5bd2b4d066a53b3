"""Turns errors of the driver and of SQLAlchemy into `StorageFailure`, once, in plain words.

Every message names the database, and the remedy says what a person can do about it. No password
is ever in one. What the errors of each kind of database mean is in `storage.sqlite.errors` and
`storage.postgresql.errors`.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from storage.address import parsed_address
from storage.errors import DatabaseUnavailable, RecordNotFound, StorageFailure
from storage.postgresql import errors as postgresql
from storage.sqlite import errors as sqlite

_SECRETS = ("password", "sslpassword")
"""Parts of an address after the `?` that are nobody's business."""


@contextmanager
def translating(url: str) -> Iterator[None]:
    """Let only `StorageFailure`, and errors that are not the database's, out of the block."""
    try:
        yield
    except Exception as error:
        failure = translated(error, url)
        if failure is None:
            raise
        raise failure from error


def translated(error: Exception, url: str) -> StorageFailure | None:
    """What `error` means for the database at `url`; None if it is not about a database."""
    where = database_name(url)
    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return DatabaseUnavailable(
            f"'{where}' is not a database address that can be used: {error}",
            "Give an address such as sqlite:////home/me/novels.db or "
            "postgresql+psycopg://me@host/novels.",
        )
    if isinstance(error, OverflowError) and "SQLite INTEGER" in str(error):
        return RecordNotFound("There is nothing with a number that large.", "Check the number.")
    if isinstance(error, ImportError):
        return postgresql.missing_driver(error, where)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return sqlite.meaning_of(cause, where)
    if postgresql.is_of_driver(cause):
        return postgresql.meaning_of(cause, where, parsed_address(url))
    if isinstance(error, SQLAlchemyError):
        return StorageFailure(f"The database {where} refused the work: {error}")
    return None


def database_name(url: str) -> str:
    """The database as a person knows it: the file, or the address without its password."""
    try:
        parsed = parsed_address(url)
    except ArgumentError:
        return re.sub(r"^.*@", "***@", url, flags=re.DOTALL)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    return parsed.difference_update_query(_SECRETS).render_as_string(hide_password=True)
