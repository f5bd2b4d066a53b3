"""Databases of an older and of a newer novelgen, through the command line."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.schema import head_revision
from tests.conftest import REPOSITORY, CommandLine
from tests.faults.conftest import NEW

ASSETS = REPOSITORY / "tests" / "assets"

pytestmark = [pytest.mark.faults]


@pytest.mark.parametrize("name", sorted(path.name for path in ASSETS.glob("schema-*.db")))
def test_a_database_of_every_schema(novelgen: CommandLine, tmp_path: Path, name: str) -> None:
    shutil.copy(ASSETS / name, tmp_path / "old.db")
    database = ("--db", f"sqlite:///{tmp_path / 'old.db'}")
    if name != f"schema-{head_revision()}.db":
        refused = novelgen(*database, "list", expect=4)
        assert "made by an older novelgen" in refused.stderr
        assert "novelgen db upgrade" in refused.stderr
        novelgen(*database, "backup", "before.db")
        assert (tmp_path / "before.db").stat().st_size > 0
    novelgen(*database, "db", "upgrade")
    listed = novelgen(*database, "list").stdout.splitlines()[1:]
    assert listed
    for line in listed:
        novelgen(*database, "verify", line.split()[0])


def test_a_newer_database_is_left_alone(novelgen: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    database = ("--db", f"sqlite:///{file}")
    novelgen(*database, *NEW, "--target-words", "300", "--plan-only")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    for command in (
        ("list",), ("resume", "The Keeper"), ("export", "The Keeper"), ("db", "upgrade"),
        (*NEW, "--target-words", "300"),
    ):  # fmt: skip
        refused = novelgen(*database, *command, expect=4)
        assert "made by a newer novelgen (schema 9999" in refused.stderr
        assert "Upgrade novelgen" in refused.stderr
        assert file.read_bytes() == before
    novelgen(*database, "backup", "copy.db")  # copying needs no understanding
