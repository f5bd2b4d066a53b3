"""What the errors of PostgreSQL, and of reaching it, mean to a person.

An error of a statement has an SQLSTATE. One of connecting has only text, which the server writes
in its own language: what is not recognized in English is shown as it came.
"""

import re
import sys
from typing import TYPE_CHECKING, TypeGuard

from sqlalchemy.engine import URL

from storage.errors import DatabaseUnavailable, HeadMoved, StorageFailure

if TYPE_CHECKING:
    import psycopg

_UNIQUE_VIOLATION = "23505"

_LOST = (
    "went away in the middle of the work",
    "Everything committed so far is safe. See that the server runs and can be reached, then "
    "look at the novel and resume it.",
)
_BUSY = (
    "is locked: another program kept writing to it",
    "Wait for the other program, or end it, then try again.",
)
_NO_PASSWORD = (
    "asks for a password",
    "Put one into the address (postgresql+psycopg://user:password@host/database), into "
    "~/.pgpass or into PGPASSWORD.",
)
_WRONG_PASSWORD = (
    "cannot be opened: user or password is wrong",
    "Check both in the address, in ~/.pgpass or in PGPASSWORD.",
)
_NOT_LET_IN = (
    "cannot be opened: its server lets you in neither as this user nor from this machine",
    "Check the user in the address; the server's pg_hba.conf says who may come from where.",
)
_UNREACHABLE_REMEDY = "Start the server, or correct host and port in the address."

_REASONS: dict[str, tuple[str, str]] = {
    "08": _LOST,  # connection exceptions
    "25006": (
        "can be read but not written",
        "Give the address of a server that takes writes: this may be a standby.",
    ),
    "28": _WRONG_PASSWORD,
    "40": ("was written by another program at the same moment", "Try again."),
    "42501": (
        "does not let you do this: permission denied",
        "Let its owner grant you the right, or make a database of your own: "
        "createdb --owner USER NAME",
    ),
    "53100": (
        "cannot grow: the disk of its server is full",
        "Free some space on that disk; everything committed so far is safe.",
    ),
    "53300": (
        "takes no more connections",
        "Close other programs that use it, or raise the server's max_connections.",
    ),
    "53": ("is short of memory or another resource", "Look into the server's log."),
    "55P03": _BUSY,
    "57014": (
        "broke the work off: it took longer than the server allows",
        "Raise the server's statement_timeout for this user.",
    ),
    "57P03": ("is starting or stopping just now", "Try again in a moment."),
    "57P": _LOST,
    "58": ("could not be read or written", "Look into the log of its server, and at its disk."),
    "XX001": ("is damaged", "Put a backup in its place."),
    "XX002": ("is damaged", "Put a backup in its place, or rebuild its indexes with reindexdb."),
}
"""By SQLSTATE, or the beginning of one; the longest that fits counts."""


def is_of_driver(error: BaseException | None) -> "TypeGuard[psycopg.Error]":
    """Whether it is an error of psycopg; does not import it."""
    driver = sys.modules.get("psycopg")
    return driver is not None and isinstance(error, driver.Error)


def missing_driver(error: ImportError, where: str) -> StorageFailure | None:
    """What to say when the driver cannot be imported; None when the error is about another."""
    if (error.name or "psycopg").partition(".")[0] not in ("psycopg", "psycopg_binary"):
        return None
    return DatabaseUnavailable(
        f"The database {where} needs the Python module psycopg, which cannot be loaded: {error}.",
        "Install it: pip install 'novelgen[postgres]'",
    )


def meaning_of(error: "psycopg.Error", where: str, url: URL) -> StorageFailure:
    """`error` in plain words; `where` names the database at `url` without its password."""
    said = _said(error)
    if error.sqlstate == _UNIQUE_VIOLATION:
        return HeadMoved(
            f"Another program has already written that record to {where} ({said}).",
            "Look at the novel as it is now, then try again.",
        )
    reason = _reason_by_state(error.sqlstate)
    if error.sqlstate is None:
        reason = _reason_of_connecting(error, said, url)
    if reason is None:
        return StorageFailure(f"The database {where} refused the work: {said}.")
    what, remedy = reason
    return DatabaseUnavailable(f"The database {where} {what}.", remedy)


def _said(error: "psycopg.Error") -> str:
    """The first line of what the server or the driver said."""
    text = error.diag.message_primary or str(error)
    return (text.strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _reason_by_state(sqlstate: str | None) -> tuple[str, str] | None:
    if sqlstate is None:
        return None
    beginnings = (sqlstate[:length] for length in range(len(sqlstate), 1, -1))
    return next((_REASONS[each] for each in beginnings if each in _REASONS), None)


def _reason_of_connecting(error: "psycopg.Error", said: str, url: URL) -> tuple[str, str] | None:
    """What an error without an SQLSTATE means; None when no connection is at fault."""
    import psycopg

    if not isinstance(error, psycopg.OperationalError):
        return None
    is_connecting = error.pgconn is not None or isinstance(error, psycopg.errors.ConnectionTimeout)
    if not is_connecting and "resolve host" not in said:
        return _LOST
    detail = re.sub(r"^connection (failed|is bad): ", "", said)
    if "FATAL:" not in said and "no password" not in said:
        return f"cannot be reached: {detail}", _UNREACHABLE_REMEDY
    if error.pgconn is not None and error.pgconn.needs_password:
        return _NO_PASSWORD
    for pattern, reason in (
        (r"authentication failed", _WRONG_PASSWORD),
        (r"role .* does not exist", _WRONG_PASSWORD),
        (r"no pg_hba\.conf entry", _NOT_LET_IN),
        (r"database .* does not exist", ("does not exist", f"Make it: {_createdb(url)}")),
        (r"permission denied for database", _REASONS["42501"]),
        (r"too many (clients|connections)|connection slots", _REASONS["53300"]),
        (r"is (starting up|shutting down)|recovery mode", _REASONS["57P03"]),
    ):
        if re.search(pattern, said):
            return reason
    return f"cannot be opened: {detail}", "Check the address, and look into the server's log."


def _createdb(url: URL) -> str:
    """The command that makes the database of an address."""
    options = (("-h", url.host), ("-p", url.port), ("-U", url.username))
    given = [f"{option} {value}" for option, value in options if value]
    return " ".join(["createdb", *given, str(url.database)])
