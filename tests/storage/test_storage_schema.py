"""The schema: made by migrations, equal to the ORM classes, and checked before a store opens."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import DatabaseUnavailable, SchemaOutdated, SchemaTooNew
from storage.engine import create_storage_engine, database_path
from storage.schema import (
    KNOWN_REVISIONS,
    alembic_config,
    current_revision,
    head_revision,
    upgrade_schema,
)
from storage.store import Store, open_store
from storage.tables import Row
from tests.storage.raw import execute, on_postgresql, on_sqlite, table_names


def test_migrations_make_the_tables_that_the_rows_describe(url: str) -> None:
    upgrade_schema(url)
    engine = create_storage_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Row.metadata)
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()
    assert differences == []


def test_known_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    newest_first = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(newest_first)) == KNOWN_REVISIONS
    assert scripts.get_heads() == [head_revision()]


def test_a_new_database_is_made_with_its_folders(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a folder' / '100% new' / 'novels.db'}"
    assert current_revision(url) is None
    assert not (tmp_path / "a folder").exists()
    open_store(url).close()
    assert current_revision(url) == head_revision()


@on_sqlite
def test_a_file_without_a_byte_is_a_new_database(url: str, tmp_path: Path) -> None:
    (tmp_path / "novels.db").touch()
    open_store(url).close()
    assert current_revision(url) == head_revision()


@on_sqlite
def test_without_create_nothing_is_made(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"There is no database at .*novels\.db") as error:
        open_store(url, create=False)
    assert "novelgen new" in error.value.remedy
    assert list(tmp_path.iterdir()) == []


@on_postgresql
def test_without_create_an_empty_database_stays_empty(url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="There is nothing in the database") as error:
        open_store(url, create=False)
    assert "novelgen new" in error.value.remedy
    assert table_names(url) == set()


def test_upgrading_twice_changes_nothing(url: str) -> None:
    assert upgrade_schema(url) == head_revision()
    before = table_names(url)
    assert upgrade_schema(url) == head_revision()
    assert table_names(url) == before


def test_an_older_schema_is_refused_and_can_be_upgraded(url: str) -> None:
    execute(url, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    with pytest.raises(SchemaOutdated, match="was made by an older") as error:
        open_store(url)
    assert "novelgen db upgrade" in error.value.remedy
    assert "novels" not in table_names(url)
    upgrade_schema(url)
    open_store(url).close()


def test_a_newer_schema_is_refused_and_left_alone(store: Store, url: str) -> None:
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    for use in (open_store, upgrade_schema):
        with pytest.raises(SchemaTooNew, match=r"newer novelgen.*9999") as error:
            use(url)
        assert "pip install --upgrade novelgen" in error.value.remedy
    assert current_revision(url) == "9999"


def test_the_database_of_another_program_is_refused_and_left_alone(url: str) -> None:
    execute(url, "CREATE TABLE bookmarks (address TEXT)")
    file = database_path(url)
    before = file and file.read_bytes()
    for use in (open_store, upgrade_schema):
        with pytest.raises(DatabaseUnavailable, match="belongs to another program"):
            use(url)
    assert table_names(url) == {"bookmarks"}
    assert (file and file.read_bytes()) == before


def test_a_failed_migration_leaves_the_old_database(url: str) -> None:
    execute(
        url,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
        "CREATE TABLE segments (id INTEGER)",  # the migration meets it after making others
    )
    with pytest.raises(Exception, match=r"segments\"? already exists"):
        upgrade_schema(url)
    assert table_names(url) == {"alembic_version", "segments"}
    assert current_revision(url) is None


def test_several_processes_may_create_the_same_database_at_once(url: str) -> None:
    program = f"from storage.store import open_store; open_store({url!r}).close(); print('ok')"
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate()[0].strip() for process in processes]
    assert answers == ["ok"] * 3
    assert current_revision(url) == head_revision()


def loaded_after(program: str) -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}\nprint(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {name.partition(".")[0] for name in answer.stdout.split()}


def test_importing_storage_loads_no_database_library() -> None:
    assert not loaded_after("import storage") & {"sqlalchemy", "alembic", "torch", "novelgen"}


def test_opening_a_current_database_does_not_load_alembic(store: Store, url: str) -> None:
    loaded = loaded_after(f"from storage.store import open_store\nopen_store({url!r}).close()")
    assert "sqlalchemy" in loaded
    assert not loaded & {"alembic", "mako", "torch", "novelgen"}
    assert ("psycopg" in loaded) == url.startswith("postgresql")
