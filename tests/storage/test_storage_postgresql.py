"""What only a PostgreSQL server can do: be away, refuse, lose a connection, be read by others."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import MetaData, Table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import DatabaseUnavailable, NovelRecord, NovelStatus, StorageFailure
from storage.engine import create_storage_engine, writer_engine
from storage.schema import alembic_config, current_revision, upgrade_schema
from storage.store import Store, open_store
from tests.conftest import REPOSITORY
from tests.postgresql import fresh_database, on_server, server_url
from tests.storage.raw import connection_to, contents, execute, table_names

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe

SCHEMA_0001 = REPOSITORY / "tests" / "assets" / "schema-0001.db"


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


def refusal(url: "URL | str") -> DatabaseUnavailable:
    """The same failure however the database is opened."""
    address = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    failures = []
    for use in (open_store, current_revision, upgrade_schema):
        with pytest.raises(DatabaseUnavailable) as error:
            use(address)
        failures.append(error.value)
    assert len({(each.message, each.remedy) for each in failures}) == 1
    assert failures[0].remedy
    return failures[0]


@pytest.fixture
def role(url: str) -> Iterator[str]:
    """A user with a password and no rights beside logging in."""
    name = url.rpartition("/")[2].replace("novelgen_test", "guest")
    on_server(server_url(), f"CREATE ROLE {name} LOGIN PASSWORD 'open sesame'")
    yield name
    on_server(make_url(url), f"DROP OWNED BY {name}")
    on_server(server_url(), f"DROP ROLE {name}")


def test_a_server_that_is_not_there(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    failure = refusal(make_url(url).set(port=port, password="secret"))
    assert "cannot be reached" in failure.message
    assert "refused" in failure.message
    assert "secret" not in failure.message + failure.remedy
    assert "host and port" in failure.remedy


def test_a_host_that_has_no_address(url: str) -> None:
    failure = refusal(make_url(url).set(host="no-such-host.invalid"))
    assert "cannot be reached" in failure.message
    assert "no-such-host.invalid" in failure.message


def test_a_server_that_does_not_answer(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = make_url(url).set(port=silent.getsockname()[1])
        failure = refusal(address.update_query_dict({"connect_timeout": "1"}))
    assert "cannot be reached" in failure.message
    assert "timeout" in failure.message


def test_a_wrong_password(url: str, role: str) -> None:
    right = make_url(url).set(username=role, password="open sesame")
    try:
        on_server(right.set(password="wrong secret"), "SELECT 1")
    except OperationalError:
        failure = refusal(right.set(password="wrong secret"))
    else:
        pytest.skip("the server lets everybody in without a password")
    assert "user or password is wrong" in failure.message
    assert "secret" not in failure.message + failure.remedy
    assert f"{role}:***@" in failure.message
    missing = refusal(right._replace(password=None))
    assert "asks for a password" in missing.message
    assert ".pgpass" in missing.remedy


def test_a_database_that_does_not_exist(url: str) -> None:
    address = make_url(url)
    failure = refusal(address.set(database="no_such_novels"))
    assert "does not exist" in failure.message
    assert failure.remedy == (
        f"Make it: createdb -h {address.host} -p {address.port} -U {address.username} "
        "no_such_novels"
    )


def test_a_user_without_rights(store: Store, url: str, role: str, novel: NovelRecord) -> None:
    guest = make_url(url).set(username=role, password="open sesame")
    with fresh_database(server_url()) as empty:
        on_server(make_url(empty), "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        address = make_url(empty).set(username=role, password="open sesame")
        with pytest.raises(DatabaseUnavailable, match="permission denied") as error:
            open_store(address.render_as_string(hide_password=False))
    assert "createdb --owner" in error.value.remedy
    execute(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    with open_store(guest.render_as_string(hide_password=False)) as reader:
        with reader.reading() as work:
            assert work.novels.get(novel.id) == novel
        with (
            pytest.raises(DatabaseUnavailable, match="permission denied"),
            reader.writing() as work,
        ):
            work.novels.claim_run(novel.id)


def test_a_database_that_cannot_hold_every_character() -> None:
    options = "ENCODING LATIN1 TEMPLATE template0 LOCALE 'C'"
    with fresh_database(server_url(), options) as latin:
        failure = refusal(latin)
        assert table_names(latin) == set()
    assert "LATIN1" in failure.message
    assert "--encoding UTF8" in failure.remedy


def test_a_connection_lost_in_the_middle(store: Store, url: str, novel: NovelRecord) -> None:
    with (
        pytest.raises(DatabaseUnavailable, match="went away in the middle") as error,
        store.writing() as work,
    ):
        work.novels.set_status(novel.id, NovelStatus.FAILED)
        pid = work.novels._session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
        on_server(server_url(), f"SELECT pg_terminate_backend({pid}, 5000)")
        work.novels.set_status(novel.id, NovelStatus.WRITING)
    assert "committed so far is safe" in error.value.remedy
    with store.writing() as work:  # and the next one connects anew
        assert work.novels.get(novel.id).status is NovelStatus.PLANNING


@pytest.mark.parametrize("idle", [1, 3])
@pytest.mark.parametrize("what", ["read", "write", "write a novel", "lock"])
def test_connections_that_idled_while_the_server_restarted_are_replaced(
    store: Store, url: str, novel: NovelRecord, what: str, idle: int
) -> None:
    with ExitStack() as stack:
        for _ in range(idle):
            stack.enter_context(store.reading())
    database = url.rpartition("/")[2]
    on_server(
        server_url(),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        f" WHERE datname = '{database}'",
    )
    if what == "lock":
        lock = store.try_lock_novel(novel.id)
        assert lock is not None
        with lock:
            assert lock.is_held
        return
    own = store.for_novel(novel.id) if what == "write a novel" else store
    with own.reading() if what == "read" else own.writing() as work:
        assert work.novels.get(novel.id) == novel


def test_a_standby_takes_no_writes(store: Store, url: str, novel: NovelRecord) -> None:
    with pytest.raises(DatabaseUnavailable, match="read but not written"), store.writing() as work:
        # As on a standby, where every transaction is so.
        work.novels._session.connection().exec_driver_sql("SET TRANSACTION READ ONLY")
        work.novels.claim_run(novel.id)


def test_a_reader_sees_one_state_whatever_others_commit(
    store: Store, url: str, scribe: "Scribe"
) -> None:
    scribe.chapter(1, ["1.0 "])
    with store.reading() as work:
        before = work.novels.summary(scribe.novel.id)
        scribe.chapter(2, ["2.0 "])
        execute(url, "UPDATE novels SET title = 'Renamed'")
        work.novels._session.expire_all()
        assert work.novels.summary(scribe.novel.id) == before
        assert [number for number, _ in work.segments.of_branch(scribe.branch_id)] == [1]
    with store.reading() as work:
        after = work.novels.summary(scribe.novel.id)
    assert (after.novel.title, after.totals.chapters) == ("Renamed", 2)


def test_a_write_sees_what_was_committed_while_it_waited(
    store: Store, url: str, novel: NovelRecord
) -> None:
    """The wait comes before the view: none is stale, though both read the epoch first."""
    program = (
        "import sys\nfrom storage.store import open_store\n"
        "store = open_store(sys.argv[1])\nprint('ready', flush=True)\n"
        "with store.writing() as work:\n    print(work.novels.claim_run(sys.argv[2]))\n"
    )
    with store.writing() as work:
        other = subprocess.Popen(
            [sys.executable, "-c", program, url, novel.id], stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while on_server(make_url(url), waiting) == [(0,)]:
            assert other.poll() is None
        assert work.novels.claim_run(novel.id) == 1
    assert other.communicate(timeout=30)[0] == "2\n"


def test_a_commit_is_on_disk_though_the_server_would_not_wait(store: Store, url: str) -> None:
    database = url.rpartition("/")[2]
    on_server(server_url(), f"ALTER DATABASE {database} SET synchronous_commit = off")
    with open_store(url) as reopened, reopened.writing() as work:
        connection = work.novels._session.connection()
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_segments_are_never_emptied_at_once(store: Store, scribe: "Scribe", url: str) -> None:
    scribe.chapter(1, ["1.0 "])
    before = contents(url)
    with pytest.raises(IntegrityError, match="segments are never deleted"):
        execute(url, "TRUNCATE segments")
    assert contents(url) == before


def test_what_a_trigger_refuses_says_why(store: Store, scribe: "Scribe") -> None:
    scribe.chapter(1, ["1.0 "])
    with (
        pytest.raises(StorageFailure, match=r"refused the work: segments never change\.$"),
        store.writing() as work,
    ):
        work.novels._session.connection().exec_driver_sql("UPDATE segments SET text = 'other'")


def test_an_address_without_a_driver_means_ours(url: str, novel: NovelRecord) -> None:
    plain = url.replace("postgresql+psycopg:", "postgresql:")
    with open_store(plain) as opened, opened.reading() as work:
        assert work.novels.get(novel.id) == novel


def test_older_tables_are_upgraded_as_those_of_sqlite(url: str, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    shutil.copy(SCHEMA_0001, old)
    before = contents(f"sqlite:///{old}")
    _make_schema(url, "0001")
    with connection_to(url) as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        # Rows in any order, into complete revisions: foreign keys and triggers look away.
        connection.exec_driver_sql("SET session_replication_role = replica")
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert(), _dated(table, before[table.name]))
    for address in (url, f"sqlite:///{old}"):
        upgrade_schema(address)
    with (
        open_store(url) as here,
        open_store(f"sqlite:///{old}") as there,
        here.reading() as work,
        there.reading() as same,
    ):
        assert work.novels.summaries() == same.novels.summaries() != []
        for summary in work.novels.summaries():
            branch_id = summary.novel.active_branch_id
            assert work.chapters.of_branch(branch_id) == same.chapters.of_branch(branch_id)
            assert list(work.segments.of_branch(branch_id)) == (
                list(same.segments.of_branch(branch_id))
            )
    with pytest.raises(IntegrityError, match="complete revisions never change"):
        execute(url, "UPDATE revisions SET title = '' WHERE state = 'complete'")


def _make_schema(url: str, revision: str) -> None:
    """The tables of an older version."""
    engine = create_storage_engine(url)
    with writer_engine(engine).begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def _dated(table: Table, rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
    """Rows of SQLite, whose times have no zone, for a table of PostgreSQL."""
    return [
        {
            column.name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
            for column, value in zip(table.columns, row, strict=True)
        }
        for row in rows
    ]
