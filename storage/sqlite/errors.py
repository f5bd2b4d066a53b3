"""What the errors of SQLite mean to a person."""

import sqlite3

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


def meaning_of(error: sqlite3.Error, where: str) -> StorageFailure:
    """`error` in plain words; `where` names the database."""
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
