"""The database as any other program sees it: plain SQL, without the storage package."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, MetaData, create_engine, event, inspect
from sqlalchemy.pool import NullPool

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    """A connection with foreign keys on; what was done is committed at the end."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _entry: raw.execute("PRAGMA foreign_keys = ON"))
    with engine.begin() as connection:
        yield connection


def execute(url: str, *statements: str) -> None:
    with connection_to(url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def table_names(url: str) -> set[str]:
    with connection_to(url) as connection:
        return set(inspect(connection).get_table_names())


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in a fixed order."""
    with connection_to(url) as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }
