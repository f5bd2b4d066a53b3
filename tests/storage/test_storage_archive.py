"""A novel as rows and rows as a novel, on each kind of database."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.archive_rows import archive_tables
from storage.errors import ArchiveMistake
from storage.records import RevisionState
from storage.store import Store, open_store
from tests.storage.conftest import Scribe


@pytest.fixture
def written(scribe: Scribe) -> Scribe:
    """Two chapters, one of them complete."""
    for number in (1, 2):
        texts = [f"Chapter {number}, segment {position}. " for position in range(2)]
        scribe.chapter(number, texts, completes=number == 1)
    return scribe


def rows(store: Store, novel_id: str) -> list[tuple[str, dict[str, Any]]]:
    """As they come out of a file."""
    with store.reading() as work:
        return [
            (name, row) for name, row in json.loads(json.dumps(list(work.archive.rows(novel_id))))
        ]


def test_rows_make_the_same_novel_in_another_database(written: Scribe, tmp_path: Path) -> None:
    found = rows(written.store, written.novel.id)
    assert [name for name, _ in found] == sorted(
        (name for name, _ in found), key=archive_tables().index
    )
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with other.writing() as work:
            assert work.archive.add(found) == written.novel.id
        for name, row in found:
            if name == "runs":
                row["status"] = "stopped"  # it does not run there
        assert rows(other, written.novel.id) == found
        with other.reading() as work:
            chapters = work.chapters.of_branch(written.branch_id)
            texts = [work.texts.of_revision(each.revision.id) for each in chapters]
    states = [each.revision.state for each in chapters]
    assert states == [RevisionState.COMPLETE, RevisionState.OPEN]
    assert texts[0].startswith("Chapter 1, segment 0. Chapter 1, segment 1.")


def test_a_copy_in_the_same_database_shares_nothing(written: Scribe) -> None:
    before = rows(written.store, written.novel.id)
    with written.store.writing() as work:
        copy = work.archive.add(before)
    assert copy != written.novel.id
    assert rows(written.store, written.novel.id) == before
    ids = {row["id"] for name, row in before if name in ("novels", "branches", "revisions", "runs")}
    copied = json.dumps(rows(written.store, copy))
    assert not [each for each in ids if each in copied]


def test_nothing_stays_of_rows_that_are_none(written: Scribe, tmp_path: Path) -> None:
    found = rows(written.store, written.novel.id)
    broken = [*found[:-1], (found[-1][0], {"nonsense": 1})]
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with pytest.raises(ArchiveMistake), other.writing() as work:
            work.archive.add(broken)
        with other.reading() as work:
            assert work.novels.summaries() == []
