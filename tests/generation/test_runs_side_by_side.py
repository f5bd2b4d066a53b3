"""Runs of several novels in one database: none waits for another, and none touches another's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.regeneration import Redraft
from novelgen.generation.retention import Retention
from storage.records import NewNovel
from storage.store import Store, open_store
from tests.generation.conftest import Desk, Desks
from tests.storage.raw import contents

_WORDS = 2_500


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    with open_store(postgresql_url, busy_timeout_seconds=2) as opened:
        yield opened


def desk_in(store: Store, seed: int = 11) -> Desk:
    with store.writing() as work:
        novel = work.novels.add(
            NewNovel(
                title="The Keeper",
                premise="A keeper finds a letter.",
                seed=seed,
                target_words=_WORDS,
                model="scripted",
                settings=NovelSettings().as_json(),
            )
        )
    return Desk(store, novel, retention=Retention(3))


def test_a_run_waits_for_no_writer_of_another_novel(store: Store) -> None:
    """And so all it writes, from its claim to its end, it writes in the turn of its own novel."""
    desk, other = desk_in(store), desk_in(store, seed=12)
    with store.for_novel(other.novel.id).writing():
        desk.write()
        desk.redraft(Redraft(1, drafts=2))
        edited = desk.text(1)
    assert edited
    assert desk.complete_chapters() > 1


def test_a_run_changes_no_row_of_another_novel(store: Store, postgresql_url: str) -> None:
    desk, other = desk_in(store), desk_in(store, seed=12)
    other.write()
    before = contents(postgresql_url)
    desk.write()
    desk.redraft(Redraft(1, drafts=2))
    after = contents(postgresql_url)
    assert len(after["segments"]) > len(before["segments"])
    for table, rows in before.items():
        if table != "novels":
            assert set(map(repr, rows)) <= set(map(repr, after[table])), table
    theirs = {row for row in map(repr, before["novels"]) if other.novel.id in row}
    assert theirs <= set(map(repr, after["novels"]))


def test_two_novels_of_the_same_text_are_written_at_once(store: Store, desks: Desks) -> None:
    """Their memories have the same keys, which both keep and both forget."""
    alone = desks.desk(_WORDS)
    alone.retention = Retention(3)
    alone.write()
    twins = [desk_in(store) for _ in range(3)]
    with ThreadPoolExecutor(len(twins)) as executor:
        for done in [executor.submit(twin.write) for twin in twins]:
            done.result()
    for twin in twins:
        assert twin.chapters() == alone.chapters()
        assert twin.keys() == alone.keys()
        assert twin.behind() == ()
    with store.reading() as work, alone.store.reading() as same:
        kept = work.snapshots.summaries(alone.keys())
        assert set(same.snapshots.summaries(alone.keys())) <= set(kept)
