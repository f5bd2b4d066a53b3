"""The rows of a novel as plain values: which tables they come from, and how values are written.

Values are those of JSON: times are ISO 8601, closed sets their words. Rows are those of one schema;
`head_revision` names it, and `SAME_ROWS` the schemas whose novels have the same rows.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Enum, Integer, Select, Table, select
from sqlalchemy.orm import Session

from storage.errors import ArchiveMistake
from storage.fleet_tables import FleetJobRow, FleetStateRow, FleetTaskRow, FleetWorkerRow
from storage.story_tables import ContextRow
from storage.tables import Row, SnapshotRow, UtcDateTime

ArchiveRow = tuple[str, dict[str, Any]]
"""The name of a table, and a row of it by column."""

SAME_ROWS = ("0004", "0005")
"""Schemas between which no table of a novel has changed; the last is that of this version."""

# What can be computed again, and what belongs to a fleet and not to a novel.
_LEFT_OUT = frozenset(
    row.__tablename__
    for row in (
        SnapshotRow,
        ContextRow,
        FleetJobRow,
        FleetTaskRow,
        FleetWorkerRow,
        FleetStateRow,
    )
)
_OWNERS = ("novel_id", "branch_id", "plan_id", "revision_id", "run_id")
"""By what a row belongs to a novel, the nearest first."""
NAMED = ("novels", "branches", "plans", "revisions", "runs")
"""Tables whose rows have ids that others name."""
_ROWS_AT_ONCE = 200


def archive_tables() -> list[str]:
    """The tables that rows come from, in an order in which each stands behind those it names."""
    return [table.name for table in novel_tables()]


def rows_of_novel(session: Session, novel_id: str) -> Iterator[ArchiveRow]:
    """Every row of a novel, in the order of `archive_tables`; few are in memory at a time."""
    for table in novel_tables():
        query = _of_novel(table, novel_id).execution_options(yield_per=_ROWS_AT_ONCE)
        for row in session.execute(query).mappings():
            yield table.name, {name: _plain(value) for name, value in row.items()}


def novel_tables() -> list[Table]:
    """In an order in which each stands behind those it names."""
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


def names_row(column: Column[Any]) -> bool:
    """Whether it names a row of one of the tables with ids, its own among them."""
    if column.name == "origin_id" and column.table.name == "plans":
        return True
    if column.primary_key and column.table.name in NAMED:
        return True
    targets = {key.column.table.name for key in column.foreign_keys}
    if column.name in ("branch_id", "plan_id"):  # some name a row without a constraint
        return True
    return bool(targets & set(NAMED))


def counted_id(table: Table) -> str | None:
    """The primary key that the database counts, if it does."""
    column = table.c.get("id")
    return "id" if column is not None and isinstance(column.type, Integer) else None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def values_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
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
    if isinstance(value, str):
        _require_storable(column, value)
    wanted = dict if isinstance(column.type, JSON) else column.type.python_type
    if wanted is float and type(value) is int:
        return float(value)
    is_list = isinstance(column.type, JSON) and isinstance(value, list)
    if not is_list and type(value) is not wanted:
        raise _wrong(column, value)
    if type(value) is int and not 0 <= value <= 2**63 - 1:
        raise _wrong(column, value)
    return value


def _require_storable(column: Column[Any], text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _wrong(column, ascii(text)) from error
    if "\x00" in text:  # PostgreSQL takes none
        raise _wrong(column, ascii(text))


def _time(value: str) -> datetime:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("a time without a zone")
    return time


def _wrong(column: Column[Any], value: Any) -> ArchiveMistake:
    return ArchiveMistake(
        f"{str(value)[:40]!r} is no value of {column.table.name}.{column.name}.",
    )
