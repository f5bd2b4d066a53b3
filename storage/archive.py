"""Rows become a novel again, in whichever database: whole, or not at all.

What is written and known of a novel is in its rows: branches, plans, every revision and segment,
story, voice, marks, locks, changes to undo, runs. Not there are its memories, which are read from
the text again, and what the model saw for each passage. Ids that are counted by the database are
given anew; all others stay, unless the novel is in the database already: then the whole novel gets
new ones, and is a copy. No row can name one of another novel.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.archive_rows import (
    NAMED,
    ArchiveRow,
    counted_id,
    names_row,
    novel_tables,
    values_of,
)
from storage.errors import ArchiveMistake
from storage.records import RevisionState, new_id
from storage.run_records import RunStatus
from storage.tables import ID_LENGTH

_VERSIONS = {"entries": "bible_entries", "facts": "bible_facts", "threads": "threads"}
"""What the pointers of a change name by counted ids, and the tables of those."""
_OF_THE_SAME_TABLE = ("parent_id", "parent_branch_id", "origin_id")


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
        self._tables = {table.name: table for table in novel_tables()}
        self._order = {name: index for index, name in enumerate(self._tables)}
        self._at = 0
        self._is_copy = False
        self._ids: dict[str, str] = {}
        self._counted: dict[str, dict[int, int]] = {name: {} for name in _VERSIONS.values()}
        self._there: set[str] = set()
        """Ids of rows that are in."""
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        """Rows of the table at hand, by the one that each comes of and that is not there yet."""
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
        values = values_of(table, row)
        if name == "novels":
            self._take_novel(values)
        elif not self.novel_id:
            raise ArchiveMistake("The rows begin without a novel.")
        self._rename(table, values)
        if name == "revisions" and values["state"] is not RevisionState.OPEN:
            self._closed[values["id"]] = values["state"]
            values["state"] = RevisionState.OPEN
        parent = values.get("parent_id") or values.get("parent_branch_id")
        if parent is not None and parent not in self._there:
            self._waiting.setdefault(parent, []).append(values)
        else:
            self._insert_with_waiting(table, values)

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
        for column in table.columns:
            value = values.get(column.name)
            if isinstance(column.type, JSON):
                values[column.name] = self._renamed(value)
            elif isinstance(value, str) and names_row(column):
                values[column.name] = self._new(value)
                is_own = column.name in ("id", *_OF_THE_SAME_TABLE)
                if not is_own and values[column.name] not in self._there:
                    raise ArchiveMistake(f"A row of {table.name!r} names one that is not there.")
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

    def _insert_with_waiting(self, table: Table, values: dict[str, Any]) -> None:
        """A row, and those that waited for it."""
        ready = [values]
        while ready:
            row = ready.pop()
            row_id = row.get("id")
            self._insert(table, row)
            if table.name in NAMED:
                self._there.add(str(row_id))
                ready += self._waiting.pop(str(row_id), [])

    def _end_table(self) -> None:
        if self._waiting:
            raise ArchiveMistake("A branch or a revision comes of one that is not there.")

    def _insert(self, table: Table, values: dict[str, Any]) -> None:
        counted = counted_id(table)
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
