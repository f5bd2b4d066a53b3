"""Storage's own errors, as the product's."""

from novelgen.errors import NotFoundError, StorageError, UsageError
from storage.errors import AmbiguousName, BackupRefused, NameTaken, RecordNotFound, StorageFailure


def as_novelgen_error(error: Exception) -> Exception:
    """Storage's own errors as the product's; anything else as it is."""
    if isinstance(error, RecordNotFound):
        return NotFoundError(error.message, error.remedy)
    if isinstance(error, (AmbiguousName, BackupRefused, NameTaken)):
        return UsageError(error.message, error.remedy)
    if isinstance(error, StorageFailure):
        return StorageError(error.message, error.remedy)
    return error
