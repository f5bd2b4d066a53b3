"""What can go wrong in storage, in plain words.

StorageFailure               anything that storage raises on purpose
├── DatabaseUnavailable      locked, full, damaged, not a database, or not to be opened
├── SchemaOutdated           the database was made by an older novelgen
├── SchemaTooNew             the database was made by a newer novelgen
├── RecordNotFound           nothing by that id, name or number
├── AmbiguousName            a name or prefix that fits more than one record
├── NameTaken                a name that must be unique exists already
├── ArchiveMistake           rows that are no novel of this schema
├── BackupRefused            a backup would replace something
├── BackupFailed             a backup could not be written, and nothing of it was kept
└── HeadMoved                someone else wrote since the caller last looked

No exception of SQLAlchemy, Alembic or the database driver leaves the package; the translation is
in `storage.translation`.
"""

from collections.abc import Sequence

MATCHES_SHOWN = 5
"""How many candidates an `AmbiguousName` names."""


class StorageFailure(Exception):
    """Base of everything storage raises on purpose.

    `message` says what failed and on what; `remedy` says what to do next and may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class DatabaseUnavailable(StorageFailure):
    """The database cannot be opened, read or written as things stand; nothing was changed."""


class SchemaOutdated(StorageFailure):
    """The tables are those of an older version; `novelgen db upgrade` brings them up to date."""


class SchemaTooNew(StorageFailure):
    """The tables are those of a newer version than the one that runs."""


class RecordNotFound(StorageFailure):
    """No record has that id, name or number."""


class AmbiguousName(StorageFailure):
    """A name or prefix fits several records; `matches` holds up to `MATCHES_SHOWN` of them."""

    def __init__(self, message: str, matches: Sequence[str], remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.matches = tuple(matches)


class ArchiveMistake(StorageFailure):
    """Rows that are no novel of this schema; nothing of them is kept."""


class NameTaken(StorageFailure):
    """A name that must be unique is in use."""


class BackupRefused(StorageFailure):
    """The place for a backup is taken, or is the database itself."""


class BackupFailed(StorageFailure):
    """A backup could not be written whole; nothing of it was kept."""


class HeadMoved(StorageFailure):
    """The text to continue is not the text that is stored, or the run was taken over.

    The transaction that met it writes nothing.
    """
