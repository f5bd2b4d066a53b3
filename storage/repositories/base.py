"""What every repository has: the session of its unit of work, and rows turned into records."""

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from storage.errors import RecordNotFound, StorageFailure
from storage.tables import Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RecordT = TypeVar("RecordT", bound="DataclassInstance")
RowT = TypeVar("RowT", bound=Row)


class SessionHandle:
    """The session of one unit of work, until that has ended."""

    def __init__(self, session: Session) -> None:
        self._session: Session | None = session

    @property
    def session(self) -> Session:
        """The session. Raises `StorageFailure` after the end of the unit of work."""
        if self._session is None:
            raise StorageFailure(
                "This unit of work has ended.",
                "Read everything inside the `with` block of `reading()` or `writing()`.",
            )
        return self._session

    def end(self) -> None:
        self._session = None


class Repository:
    """Base of the repositories; a repository lives as long as its unit of work."""

    def __init__(self, handle: SessionHandle) -> None:
        self._handle = handle

    @property
    def _session(self) -> Session:
        return self._handle.session

    def _row(self, row_type: type[RowT], row_id: str, what: str) -> RowT:
        """The row with that id. Raises `RecordNotFound` naming `what`."""
        row = self._session.get(row_type, row_id)
        if row is None:
            raise RecordNotFound(f"There is no {what} with the id {row_id!r}.")
        return row


def record_of(record_type: type[RecordT], row: Row) -> RecordT:
    """The record whose fields are the columns of the same names."""
    return record_type(**{name: getattr(row, name) for name in _field_names(record_type)})


def copy_row(row: RowT, **changes: object) -> RowT:
    """A new row like `row` except for `changes`."""
    names = (column.key for column in type(row).__mapper__.column_attrs)
    return type(row)(**{name: getattr(row, name) for name in names} | changes)


@cache
def _field_names(record_type: "type[DataclassInstance]") -> tuple[str, ...]:
    return tuple(field.name for field in fields(record_type))
