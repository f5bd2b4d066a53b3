"""A copy of a whole database, taken while a writer goes on.

Guarantees that the copy is one state of the database, that it is whole and on disk before it gets
its name, and that nothing is left under any name when it fails. SQLite: `VACUUM INTO`, which reads
in one transaction and so neither waits for a writer nor starts again behind one. PostgreSQL: the
person's own `pg_dump`.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from storage.address import parsed_address
from storage.engine import database_path
from storage.errors import BackupFailed, BackupRefused, DatabaseUnavailable
from storage.sqlite.read_only import must_be_read_unchanged
from storage.translation import database_name, translating

_DISK_TROUBLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_LOGS = ("-wal", "-journal")
"""What SQLite keeps beside a file, and would read into any file of that name."""
_WORDS = (
    "SELECT coalesce(sum(revisions.words), 0) FROM novels"
    " JOIN chapters ON chapters.branch_id = novels.active_branch_id"
    " JOIN revisions ON revisions.id = chapters.revision_id"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied. `words` are those of the active branches."""

    path: Path
    num_bytes: int
    novels: int
    words: int


def back_up(url: str, target: Path, *, overwrite: bool = False) -> Backup:
    """Copy the database at `url` to the file `target`.

    Raises `BackupRefused` when `target` exists and `overwrite` is False, or is part of the database
    itself; `BackupFailed` when it cannot be written; `DatabaseUnavailable`.
    """
    with translating(url):
        source = database_path(url)
        _require_free(target, source, overwrite=overwrite)
        if source is not None and not source.is_file():
            raise DatabaseUnavailable(
                f"There is no database at {source}.",
                "`novelgen new` creates one; --db names another place.",
            )
        with _written_whole(target) as unfinished:
            if source is None:
                _dump(url, unfinished)
                novels, words = _counts_of_server(url)
            else:
                _copy(source, unfinished)
                novels, words = _counts(unfinished)
    return Backup(target, target.stat().st_size, novels, words)


def _require_free(target: Path, source: Path | None, *, overwrite: bool) -> None:
    parts = () if source is None else tuple(f"{source.resolve()}{end}" for end in ("", *_LOGS))
    try:
        if str(target.resolve()) in parts or (
            source is not None and source.exists() and target.exists() and target.samefile(source)
        ):
            raise BackupRefused(f"{target} is the database itself.", "Give another file.")
        if target.exists() and not target.is_file():
            raise BackupRefused(f"{target} is not a regular file.", "Give the name of a file.")
        if target.exists() and not overwrite:
            raise BackupRefused(f"{target} exists.", "Give another name, or --force.")
        left = [f"{target}{end}" for end in _LOGS if Path(f"{target}{end}").exists()]
    except OSError as error:
        raise _failed(target, error.strerror or str(error)) from error
    if left:  # it would be taken for a log of the copy
        raise BackupRefused(
            f"{left[0]} belongs to an older {target.name} that is open or was cut off.",
            "Give another name, or close that database first.",
        )


@contextlib.contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """An empty file beside `target` that takes its name, on disk, when the block succeeds."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _failed(target, error.strerror or str(error)) from error
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        _sync(unfinished)
        unfinished.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise _failed(target, error.strerror or str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    mode = "mode=ro&immutable=1" if must_be_read_unchanged(source) else "mode=ro"
    address = f"{source.absolute().as_uri()}?{mode}"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK_TROUBLE:
            raise _failed(target, "the disk is full, or it fails") from error
        raise
    with closing(sqlite3.connect(target)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise BackupFailed(
            f"The copy of {source} is damaged ({verdict}), and was thrown away.",
            "Check the disk, then `novelgen verify` every novel.",
        )
    target.chmod(source.stat().st_mode & 0o777 | 0o600)


def _counts(copy: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(copy)) as connection:
        (novels,) = connection.execute("SELECT count(*) FROM novels").fetchone()
        (words,) = connection.execute(_WORDS).fetchone()
    return int(novels), int(words)


def _counts_of_server(url: str) -> tuple[int, int]:
    """As they stand after the copy was taken, which a writer may have changed by then."""
    from storage.store import open_store

    with open_store(url, create=False) as store, store.reading() as work:
        summaries = work.novels.summaries()
    return len(summaries), sum(summary.totals.words for summary in summaries)


def _dump(url: str, target: Path) -> None:
    """`pg_dump` in its own format. The password goes through the environment alone."""
    parsed = parsed_address(url)
    # `parsed.set(password=None)` would leave the password where it is.
    address = URL.create(
        parsed.get_backend_name(),
        username=parsed.username,
        host=parsed.host,
        port=parsed.port,
        database=parsed.database,
        query=parsed.query,
    )
    command = [
        "pg_dump",
        "--format=custom",
        "--no-password",
        f"--file={target}",
        f"--dbname={address.render_as_string(hide_password=False)}",
    ]
    program = shutil.which("pg_dump") if parsed.get_backend_name() == "postgresql" else None
    if program is None:
        raise BackupFailed(
            f"{database_name(url)} is copied by the programs of its server, which are not here.",
            "Where they are, run: pg_dump --format=custom --file=novels.dump "
            f"--dbname={database_name(url)}",
        )
    password = {} if parsed.password is None else {"PGPASSWORD": str(parsed.password)}
    finished = subprocess.run(  # an argument list; no shell reads it
        [program, *command[1:]],
        env=os.environ | password,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise BackupFailed(
            f"pg_dump could not copy {database_name(url)}: {finished.stderr.strip()}",
            "Check that the server runs and that you may read all of the database.",
        )


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(target: Path, why: str) -> BackupFailed:
    return BackupFailed(
        f"The backup cannot be written to {target.parent}: {why}.",
        "Free some space there, or name a file on another disk. The database is as it was.",
    )
