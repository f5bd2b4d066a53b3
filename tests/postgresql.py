"""The PostgreSQL server of the tests: a database of its own for each test that wants one.

`.ci/postgres start` starts a server and says which variable names it.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url

ENV_SERVER = "NOVELGEN_TEST_POSTGRES_URL"


def server_url() -> URL:
    """The address of the server; the test is skipped where none is named."""
    address = os.environ.get(ENV_SERVER)
    if not address:
        pytest.skip(f"{ENV_SERVER} names no PostgreSQL server")
    return make_url(address)


@contextmanager
def fresh_database(server: URL, options: str = "") -> Iterator[str]:
    """A new database, and afterwards none, whoever is still connected to it."""
    name = f"novelgen_test_{secrets.token_hex(6)}"
    on_server(server, f"CREATE DATABASE {name} {options}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def on_server(server: URL, *statements: str) -> list[tuple[object, ...]]:
    """Execute statements, each by itself; the rows that the last one returns."""
    rows: list[tuple[object, ...]] = []
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            answer = connection.exec_driver_sql(statement)
            rows = [tuple(row) for row in answer] if answer.returns_rows else []
    engine.dispose()
    return rows
