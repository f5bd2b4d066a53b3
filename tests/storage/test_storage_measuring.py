"""What a database on a server costs is measured, and how often it is asked stays small."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from storage import StorageFailure
from storage.postgresql.measuring import (
    counting_round_trips,
    scratch_database,
    server_figures,
    server_settings,
)
from storage.store import Store, open_store
from tests.postgresql import on_server
from tests.storage.raw import on_postgresql

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe

pytestmark = on_postgresql
_UNTIL_PREPARED = 12
"""The driver has the server prepare a statement that it has executed a few times."""


def test_a_database_is_made_and_dropped(url: str) -> None:
    with scratch_database(url) as scratch, open_store(scratch) as store, store.reading() as work:
        assert work.novels.summaries() == []
        name = make_url(scratch).database
        found = f"SELECT count(*) FROM pg_database WHERE datname = '{name}'"
        assert on_server(make_url(url), found) == [(1,)]
    assert on_server(make_url(url), found) == [(0,)]


def test_a_server_that_is_not_there_says_so(url: str) -> None:
    nowhere = make_url(url).set(port=1).render_as_string(hide_password=False)
    with pytest.raises(StorageFailure, match="cannot be reached"), scratch_database(nowhere):
        pass


def test_figures_grow_with_what_is_written(url: str, scribe: "Scribe") -> None:
    before = server_figures(url)
    scribe.chapter(1, ["It was dark. " * 5_000] * 3)
    after = server_figures(url)
    assert after.database_bytes > before.database_bytes
    assert after.log_bytes > before.log_bytes
    assert after.connections == 1
    assert len(after.process_ids) > after.connections


def test_the_settings_are_those_of_the_server(url: str) -> None:
    settings = server_settings(url)
    assert settings["synchronous_commit"] == "on"
    assert int(settings["max_connections"]) > 0


def test_a_unit_of_work_asks_the_server_as_seldom_as_it_can(store: Store, scribe: "Scribe") -> None:
    """Begin and turn are one question, and nothing asks whether the connection lives."""
    scribe.store = view = store.for_novel(scribe.novel.id)
    revision = scribe.begin(1)

    def look() -> None:
        with view.reading() as work:
            work.runs.pause_request(scribe.run.id)

    def beat() -> None:
        with view.writing() as work:
            work.runs.heartbeat(scribe.run.id)

    for position in range(_UNTIL_PREPARED):
        scribe.write(scribe.commit_of(revision, position, f"{position} "))
        look()
        beat()
    commit = scribe.commit_of(revision, _UNTIL_PREPARED, "last ")
    asked = []
    for step in (look, beat, lambda: scribe.write(commit)):
        with counting_round_trips(store) as trips:
            step()
        asked += trips
    # Begin, select, commit; begin, select, update, commit; and of a segment two selects, what is
    # written (segment, novel, revision, run, snapshot), and begin and commit around it.
    assert asked == [3, 4, 9]
