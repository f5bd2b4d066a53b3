"""Triggers that refuse changes, so that what is written stays, whatever program changes it.

A trigger is named, and given as (`EVENT ON table`, why) or (`EVENT ON table WHEN condition`, why),
where the condition may name the rows `OLD` and `NEW`. The same statements are refused on SQLite
and on PostgreSQL, with the same words. PostgreSQL can also empty a table without looking at its
rows; a table whose rows are never deleted refuses that too.
"""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Connection

Refusals = Mapping[str, tuple[str, str]]


class Operations(Protocol):
    """What is needed of `alembic.op`."""

    def get_bind(self) -> Connection: ...

    def execute(self, sqltext: str) -> None: ...


def refuse(operations: Operations, refusals: Refusals) -> None:
    """Make the triggers of `refusals` in the database that is migrated."""
    make = {"sqlite": _sqlite_statements, "postgresql": _postgresql_statements}
    statements = make[operations.get_bind().dialect.name]
    for name, (when, why) in refusals.items():
        event, _, condition = when.partition(" WHEN ")
        for statement in statements(name, event, condition, why):
            operations.execute(statement)


def _sqlite_statements(name: str, event: str, condition: str, why: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW"
        + (f" WHEN {condition}" if condition else "")
        + f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
    ]


def _postgresql_statements(name: str, event: str, condition: str, why: str) -> list[str]:
    operation, _, table = event.partition(" ON ")
    # The condition is in the function, for that of a trigger may not look into tables.
    statements = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $refusal$ BEGIN"
        f" IF {condition or 'true'} THEN RAISE EXCEPTION '{why.replace('%', '%%')}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        f" RETURN {'OLD' if operation == 'DELETE' else 'NEW'}; END $refusal$",
        f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    if operation == "DELETE" and not condition:
        statements.append(
            f"CREATE TRIGGER {name}_at_once BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    return statements
