"""The exception tree of the product and its exit codes.

NovelgenError (1)
├── UsageError (2)           what the person asked for cannot be done as asked
├── NotFoundError (3)        no novel, chapter, snapshot or model by that name
├── StorageError (4)         the database or a file could not be read or written
└── ModelError (5)           a model or adapter is missing, broken or does not fit
    ├── DeviceFailed         a device that stopped computing, and will not go on in this process
    └── MemoryStateError     memory bytes that are missing, damaged or do not fit
        └── ForeignMemoryError   memory that another model, adapter or precision wrote

Every message says what failed, on what, and what to do next. This module knows nothing of the
rest of the product.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Process exit codes, a contract with scripts."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    STORAGE = 4
    MODEL = 5
    LIMIT = 6
    INTERRUPTED = 130


class NovelgenError(Exception):
    """Base of everything the product raises on purpose.

    `message` says what failed and on what; `remedy` says what to do next.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(NovelgenError):
    """The request itself is wrong: an option, a value, a combination."""

    exit_code = ExitCode.USAGE


class NotFoundError(NovelgenError):
    """Something named by the person does not exist."""

    exit_code = ExitCode.NOT_FOUND


class StorageError(NovelgenError):
    """The database, or a file of the person, could not be read or written."""

    exit_code = ExitCode.STORAGE


class ModelError(NovelgenError):
    """A model or adapter is missing, damaged, unknown, or does not fit this machine."""

    exit_code = ExitCode.MODEL


class DeviceFailed(ModelError):
    """A GPU disappeared or its kernel failed; only another process can use it again."""


class MemoryStateError(ModelError):
    """Memory bytes are missing, damaged, or were written by another model or adapter."""


class ForeignMemoryError(MemoryStateError):
    """Memory of another model, adapter or precision; the text can be read again with this one."""
