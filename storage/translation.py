"""Turns errors of the driver and of SQLAlchemy into `StorageFailure`, once, in plain words.

Every message names the database, and the remedy says what a person can do about it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from storage.errors import DatabaseUnavailable, HeadMoved, StorageFailure

_PRIMARY_CODE = 0xFF
"""SQLite puts the kind of an error into the low byte of its extended code."""

_UNIQUE_CODES = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)

_REASONS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "is locked: another program kept writing to it",
        "Wait for the other program, or end it, then try again.",
    ),
    sqlite3.SQLITE_LOCKED: (
        "is locked: another connection of this program uses the same table",
        "Try again when the other work is done.",
    ),
    sqlite3.SQLITE_FULL: (
        "cannot grow: the disk is full",
        "Free some space on that disk; everything committed so far is safe.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "is not an SQLite database",
        "Give another file with --db, or move this one away.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "is damaged",
        "Put a backup in its place, or rescue it with the `.recover` command of sqlite3.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "Check that the folder exists and that you may write there.",
    ),
    sqlite3.SQLITE_READONLY: (
        "can be read but not written",
        "Check the permissions of the file and of its folder.",
    ),
    sqlite3.SQLITE_PERM: (
        "may not be opened by you",
        "Check the permissions of the file and of its folder.",
    ),
    sqlite3.SQLITE_IOERR: (
        "could not be read or written: the disk reported an error",
        "Check the disk and the connection to it.",
    ),
}


@contextmanager
def translating(url: str) -> Iterator[None]:
    """Let only `StorageFailure`, and errors that are not the database's, out of the block."""
    try:
        yield
    except ModuleNotFoundError as error:  # the driver of another kind of database
        raise DatabaseUnavailable(
            f"The database {database_name(url)} needs the Python module {error.name}.",
            "Install it, or give an address such as sqlite:////home/me/novels.db.",
        ) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
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
            "Give an address such as sqlite:////home/me/novels.db.",
        )
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _from_sqlite(cause, where)
    if isinstance(error, SQLAlchemyError):
        return StorageFailure(f"The database {where} refused the work: {error}")
    return None


def database_name(url: str) -> str:
    """The database as a person knows it: the file, or the address without its password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return url
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    return parsed.render_as_string(hide_password=True)


def _from_sqlite(error: sqlite3.Error, where: str) -> StorageFailure:
    code = getattr(error, "sqlite_errorcode", None)
    if code in _UNIQUE_CODES:
        return HeadMoved(
            f"Another program has already written that record to {where} ({error}).",
            "Look at the novel as it is now, then try again.",
        )
    reason = _REASONS.get(code & _PRIMARY_CODE) if code is not None else None
    if reason is None:
        return StorageFailure(f"The database {where} refused the work: {error}.")
    what, remedy = reason
    return DatabaseUnavailable(f"The database {where} {what}.", remedy)
