"""A novel as rows of plain values, and rows as a novel again: for moving it between databases.

What is written and known of a novel is there: branches, plans, every revision and segment, story,
voice, marks, locks, changes to undo, runs. Not there are its memories, which are read from the text
again, and what the model saw for each passage.

Values are those of JSON: times are ISO 8601, closed sets their words. Rows are those of one schema;
`head_revision` names it. Ids that are counted by the database are given anew; all others stay,
unless the novel is in the database already: then the whole novel gets new ones, and is a copy.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Enum, Integer, Select, Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.errors import StorageFailure
from storage.records import RevisionState, new_id
from storage.run_records import RunStatus
from storage.story_tables import ContextRow
from storage.tables import ID_LENGTH, Row, SnapshotRow, UtcDateTime

ArchiveRow = tuple[str, dict[str, Any]]
"""The name of a table, and a row of it by column."""

_LEFT_OUT = frozenset({SnapshotRow.__tablename__, ContextRow.__tablename__})
_OWNERS = ("novel_id", "branch_id", "plan_id", "revision_id", "run_id")
"""By what a row belongs to a novel, the nearest first."""
_NAMED = ("novels", "branches", "plans", "revisions", "runs")
"""Tables whose rows have ids that others name."""
_VERSIONS = {"entries": "bible_entries", "facts": "bible_facts", "threads": "threads"}
"""What the pointers of a change name by counted ids, and the tables of those."""
_ROWS_AT_ONCE = 200


class ArchiveMistake(StorageFailure):
    """Rows that are no novel of this schema."""


def archive_tables() -> list[str]:
    """The tables that rows come from, in an order in which each stands behind those it names."""
    return [table.name for table in _tables()]


def rows_of_novel(session: Session, novel_id: str) -> Iterator[ArchiveRow]:
    """Every row of a novel, in the order of `archive_tables`; few are in memory at a time."""
    for table in _tables():
        query = _of_novel(table, novel_id).execution_options(yield_per=_ROWS_AT_ONCE)
        for row in session.execute(query).mappings():
            yield table.name, {name: _plain(value) for name, value in row.items()}


def add_rows(session: Session, rows: Iterable[ArchiveRow]) -> str:
    """Add a novel; returns its id. Rows come in the order of `archive_tables`.

    Raises `ArchiveMistake` for rows that are no novel; what was added before it is to be rolled
    back.
    """
    adding = _Adding(session)
    for name, row in rows:
        adding.add(name, row)
    adding.finish()
    return adding.novel_id


class _Adding:
    """Adds the rows of one novel."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tables = {table.name: table for table in _tables()}
        self._order = {name: index for index, name in enumerate(self._tables)}
        self._at = 0
        self._is_copy = False
        self._ids: dict[str, str] = {}
        self._counted: dict[str, dict[int, int]] = {name: {} for name in _VERSIONS.values()}
        self._known: set[str] = set()
        self._waiting: list[dict[str, Any]] = []
        """Rows of the table at hand that name a row which was not there yet."""
        self._closed: dict[str, RevisionState] = {}
        """Revisions to close once their segments are there; none is added to a closed one."""
        self.novel_id = ""

    def add(self, name: str, row: Mapping[str, Any]) -> None:
        table = self._tables.get(name)
        if table is None or self._order[name] < self._at:
            raise ArchiveMistake(f"{name!r} is no table of a novel, or comes too late.")
        if self._order[name] > self._at:
            self._end_table()
            self._at = self._order[name]
        values = _values(table, row)
        if name == "novels":
            self._take_novel(values)
        elif not self.novel_id:
            raise ArchiveMistake("The rows begin without a novel.")
        self._rename(table, values)
        if name == "revisions" and values["state"] is not RevisionState.OPEN:
            self._closed[values["id"]] = values["state"]
            values["state"] = RevisionState.OPEN
        if name in ("branches", "revisions") and not self._has_parent(values):
            self._waiting.append(values)
            return
        self._insert(table, values)
        if self._waiting:
            self._insert_waiting(table)

    def finish(self) -> None:
        self._end_table()
        if not self.novel_id:
            raise ArchiveMistake("There is no novel in the rows.")
        revisions = self._tables["revisions"]
        for revision_id, state in self._closed.items():
            closing = update(revisions).where(revisions.c.id == revision_id)
            self._session.execute(closing.values(state=state))

    def _take_novel(self, values: dict[str, Any]) -> None:
        if self.novel_id:
            raise ArchiveMistake("There is more than one novel in the rows.")
        old = values["id"]
        taken = self._session.execute(select(1).where(self._tables["novels"].c.id == old)).first()
        self._is_copy = taken is not None
        # The branch is named before its row comes.
        self.novel_id = self._new(old)

    def _new(self, old: str) -> str:
        if not 0 < len(old) <= ID_LENGTH or not old.isalnum():
            raise ArchiveMistake(f"{old!r} is no id.")
        if self._is_copy and old not in self._ids:
            self._ids[old] = new_id()
        return self._ids.get(old, old)

    def _rename(self, table: Table, values: dict[str, Any]) -> None:
        """New ids for old ones, in columns and within JSON."""
        if table.name in _NAMED:
            self._known.add(self._new(values["id"]))
        for column in table.columns:
            value = values.get(column.name)
            if isinstance(column.type, JSON):
                values[column.name] = self._renamed(value)
            elif isinstance(value, str) and _is_id(column):
                values[column.name] = self._new(value)
        if table.name == "novels":
            values["active_branch_id"] = self._new(values["active_branch_id"])
        if table.name == "runs" and values["status"] is RunStatus.RUNNING:
            values["status"] = RunStatus.STOPPED  # not here
        if table.name == "changes":
            values["before"] = self._pointers(values["before"])
            values["after"] = self._pointers(values["after"])

    def _renamed(self, value: Any) -> Any:
        if not self._ids:
            return value
        if isinstance(value, str):
            return self._ids.get(value, value)
        if isinstance(value, list):
            return [self._renamed(each) for each in value]
        if isinstance(value, dict):
            return {name: self._renamed(each) for name, each in value.items()}
        return value

    def _pointers(self, document: dict[str, Any]) -> dict[str, Any]:
        for name, table in _VERSIONS.items():
            if name in document:
                known = self._counted[table]
                document[name] = [known[old] for old in document[name] if old in known]
        return document

    def _has_parent(self, values: dict[str, Any]) -> bool:
        parent = values.get("parent_id") or values.get("parent_branch_id")
        return parent is None or (parent in self._known and parent not in self._waiting_ids())

    def _waiting_ids(self) -> set[str]:
        return {values["id"] for values in self._waiting}

    def _insert_waiting(self, table: Table) -> None:
        ready = [values for values in self._waiting if self._has_parent(values)]
        while ready:
            for values in ready:
                self._waiting.remove(values)
                self._insert(table, values)
            ready = [values for values in self._waiting if self._has_parent(values)]

    def _end_table(self) -> None:
        if self._waiting:
            raise ArchiveMistake("A branch or a revision comes of one that is not there.")

    def _insert(self, table: Table, values: dict[str, Any]) -> None:
        counted = _counted_id(table)
        old = values.pop(counted) if counted else None
        adding = insert(table).values(values)
        try:
            if old is not None and table.name in self._counted:
                added = self._session.execute(adding.returning(table.c.id))
                self._counted[table.name][old] = added.scalar_one()
            else:
                self._session.execute(adding)
        except IntegrityError as error:
            raise ArchiveMistake(
                f"A row of {table.name!r} is there twice, or names one that is not."
            ) from error


def _tables() -> list[Table]:
    found = [table for table in Row.metadata.sorted_tables if table.name not in _LEFT_OUT]
    return sorted(found, key=lambda table: table.name == "changes")  # it names rows of others


def _of_novel(table: Table, novel_id: str) -> Select[Any]:
    tables = Row.metadata.tables
    if table.name == "novels":
        return select(table).where(table.c.id == novel_id)
    owner = next(name for name in _OWNERS if name in table.c)
    if owner == "novel_id":
        belongs = table.c.novel_id == novel_id
    else:
        owners = tables[{"branch_id": "branches", "plan_id": "plans"}.get(owner, f"{owner[:-3]}s")]
        ids = _of_novel(owners, novel_id).with_only_columns(owners.c.id)
        belongs = table.c[owner].in_(ids)
    return select(table).where(belongs).order_by(*table.primary_key.columns)


def _is_id(column: Column[Any]) -> bool:
    """Whether it names a row of one of the tables with ids, its own among them."""
    if column.name == "origin_id" and column.table.name == "plans":
        return True
    if column.primary_key and column.table.name in _NAMED:
        return True
    targets = {key.column.table.name for key in column.foreign_keys}
    if column.name in ("branch_id", "plan_id"):  # some name a row without a constraint
        return True
    return bool(targets & set(_NAMED))


def _counted_id(table: Table) -> str | None:
    """The primary key that the database counts, if it does."""
    column = table.c.get("id")
    return "id" if column is not None and isinstance(column.type, Integer) else None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _values(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as the table takes it. Raises `ArchiveMistake`."""
    if set(row) != set(table.c.keys()):
        raise ArchiveMistake(f"A row of {table.name!r} has other columns than this version's.")
    return {name: _value(table.c[name], row[name]) for name in row}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None and column.nullable:
        return None
    try:
        if isinstance(column.type, UtcDateTime):
            return _time(value)
        if isinstance(column.type, Enum):
            return column.type.enum_class(value)  # type: ignore[misc]
    except (TypeError, ValueError) as error:
        raise _wrong(column, value) from error
    wanted = dict if isinstance(column.type, JSON) else column.type.python_type
    if wanted is float and type(value) is int:
        return float(value)
    is_list = isinstance(column.type, JSON) and isinstance(value, list)
    if not is_list and type(value) is not wanted:
        raise _wrong(column, value)
    return value


def _time(value: str) -> datetime:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    return time


def _wrong(column: Column[Any], value: Any) -> ArchiveMistake:
    return ArchiveMistake(
        f"{str(value)[:40]!r} is no value of {column.table.name}.{column.name}.",
    )
