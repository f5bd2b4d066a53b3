"""What is kept in versions: a version never changes, and one of each key is current at most."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.errors import HeadMoved, RecordNotFound
from storage.records import new_id
from storage.repositories.base import RecordT, Repository, record_of
from storage.story_tables import VersionRow
from storage.tables import ChapterRow, utc_now

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NewT = TypeVar("NewT", bound="DataclassInstance")
VersionT = TypeVar("VersionT", bound=VersionRow)
_BATCH = 500


class VersionRepository(Repository, Generic[NewT, RecordT, VersionT]):
    """Base of the repositories of what is kept in versions."""

    _what: str
    """What is kept, in words."""
    _new_type: "type[DataclassInstance]"
    _record_type: type[RecordT]
    _row_type: type[VersionT]

    def add(self, new: NewT) -> RecordT:
        """Add the first version of something; it is current."""
        return self._keep(new, new_id(), is_current=True)

    def revise(self, version_id: int, new: NewT, *, is_current: bool = True) -> RecordT:
        """Add a version that takes the place of the current one.

        `new` may be the record that `get` gave, changed. One that is not current yet becomes so
        when a change is made that names it. Raises `HeadMoved` when the version given is not
        current any more, `RecordNotFound`.
        """
        old = self._version(_content(self._new_type, new)["branch_id"], version_id)
        if not old.is_current:
            raise HeadMoved(
                f"The {self._what} {version_id} was changed in the meantime.",
                "Look at it as it is now; nothing was changed.",
            )
        if is_current:
            old.is_current = False
            self._session.flush()  # before the new one, for only one may be current
        return self._keep(new, old.key, is_current=is_current)

    def get(self, branch_id: str, version_id: int) -> RecordT:
        """Raises `RecordNotFound`."""
        return self._record(self._version(branch_id, version_id))

    def current(self, branch_id: str, key: str) -> RecordT | None:
        """The current version of a key; None when there is none."""
        row = self._session.scalar(self._current_of(branch_id).where(self._row_type.key == key))
        return None if row is None else self._record(row)

    def history(self, branch_id: str, key: str) -> list[RecordT]:
        """All versions of a key, the newest first."""
        kind = self._row_type
        statement = select(kind).where(kind.branch_id == branch_id, kind.key == key)
        return [
            self._record(row) for row in self._session.scalars(statement.order_by(kind.id.desc()))
        ]

    def _keep(self, new: NewT, key: str, *, is_current: bool) -> RecordT:
        row = self._row_type(
            **self._values(_content(self._new_type, new)),
            key=key,
            is_current=is_current,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return self._record(row)

    def _values(self, content: dict[str, Any]) -> dict[str, Any]:
        """The columns for the content of a version."""
        return content

    def _record(self, row: VersionT) -> RecordT:
        return record_of(self._record_type, row)

    def _version(self, branch_id: str, version_id: int) -> VersionT:
        row = self._session.get(self._row_type, version_id)
        if row is None or row.branch_id != branch_id:
            raise RecordNotFound(f"There is no {self._what} with the number {version_id}.")
        return row

    def _current_of(self, branch_id: str) -> Select[VersionT]:
        kind = self._row_type
        return select(kind).where(kind.branch_id == branch_id, kind.is_current.is_(True))


def is_text_of(
    branch_id: str, revision_id: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Whether no revision is named, or one that is the text of its chapter now."""
    standing = select(ChapterRow.revision_id).where(ChapterRow.branch_id == branch_id)
    return or_(revision_id.is_(None), revision_id.in_(standing))


def move_versions(
    session: Session,
    row_type: type[VersionRow],
    branch_id: str,
    left: Sequence[int],
    stands: Sequence[int],
) -> None:
    """Make the versions `stands` current in place of those `left`.

    A key of which another version is current by now is left as it is.
    """
    leaving = _rows(session, row_type, branch_id, left)
    moved_on = {row.key for row in leaving if not row.is_current}
    for row in leaving:
        row.is_current = False
    session.flush()  # before the others, for only one may be current
    for row in _rows(session, row_type, branch_id, stands):
        if row.key not in moved_on:
            row.is_current = True
    session.flush()


def _rows(
    session: Session, row_type: type[VersionRow], branch_id: str, ids: Sequence[int]
) -> list[VersionRow]:
    rows: list[VersionRow] = []
    for start in range(0, len(ids), _BATCH):
        statement = select(row_type).where(
            row_type.branch_id == branch_id, row_type.id.in_(ids[start : start + _BATCH])
        )
        rows += session.scalars(statement.order_by(row_type.id))
    if len(rows) != len(set(ids)):
        raise RecordNotFound("A change names versions that are not of its branch.")
    return rows


def _content(new_type: "type[DataclassInstance]", new: "DataclassInstance") -> dict[str, Any]:
    """What a version holds, without what storage adds to it."""
    return {field.name: getattr(new, field.name) for field in fields(new_type)}
