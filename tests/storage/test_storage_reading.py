"""Reading chapters, segments and snapshots: in order, from the end, and with flat memory."""

import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from storage import (
    RecordNotFound,
    RevisionOrigin,
    RevisionState,
    SegmentRecord,
)
from storage.repositories import segments, snapshots
from storage.store import Store
from storage.tables import SegmentRow
from tests.storage.conftest import FIRST_KEY
from tests.storage.raw import on_sqlite

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe


@pytest.fixture
def written(scribe: "Scribe") -> "Scribe":
    """Chapters 1 and 2, an empty 3, and 11, begun out of order; every segment has 4 characters."""
    scribe.chapter(2, ["2.0 ", "2.1 "])
    scribe.chapter(1, ["1.0 ", "1.1 ", "1.2 "])
    scribe.chapter(11, [f"{number:03} " for number in range(10)], completes=False)
    scribe.begin(3)
    return scribe


def texts(read: list[SegmentRecord]) -> str:
    return "".join(segment.text for segment in read)


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """What the store sends to the database inside the block."""
    sent: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _connection: object,
        _cursor: object,
        statement: str,
        values: tuple[object, ...],
        *_rest: object,
    ) -> None:
        sent.append((statement, values))

    engines = (store._engine, store._writer)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_a_branch_is_read_in_order(store: Store, written: "Scribe") -> None:
    with store.reading() as work:
        pairs = list(work.segments.of_branch(written.branch_id))
        chapters = work.chapters.of_branch(written.branch_id)
        last = work.chapters.last(written.branch_id)
    assert [number for number, _ in pairs] == [1] * 3 + [2] * 2 + [11] * 10
    assert texts([segment for _, segment in pairs]) == "1.0 1.1 1.2 2.0 2.1 " + "".join(
        f"{number:03} " for number in range(10)
    )
    assert [chapter.number for chapter in chapters] == [1, 2, 3, 11]
    assert [chapter.revision.num_segments for chapter in chapters] == [3, 2, 0, 10]
    assert chapters[-1] == last
    assert chapters[-1].revision.state is RevisionState.OPEN


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 8])
def test_a_branch_is_read_whole_whatever_the_batches(
    store: Store, scribe: "Scribe", monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(segments, "BATCH", 4)
    monkeypatch.setattr(snapshots, "KEYS_A_QUERY", 4)
    scribe.chapter(1, [f"{position} " for position in range(length)])
    with store.reading() as work:
        read = [segment for _, segment in work.segments.of_branch(scribe.branch_id)]
        kept = work.snapshots.summaries([segment.key for segment in read])
    assert [segment.position for segment in read] == list(range(length))
    assert set(kept) == {segment.key for segment in read}


def test_reading_through_a_branch_holds_few_rows(
    store: Store, scribe: "Scribe", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "BATCH", 4)
    scribe.chapter(1, [f"{position} " for position in range(40)])
    alive: weakref.WeakSet[object] = weakref.WeakSet()
    seen: list[int] = []

    def note(row: object, _context: object) -> None:
        alive.add(row)
        seen.append(len(alive))

    event.listen(SegmentRow, "load", note)
    with store.reading() as work:
        for _ in work.segments.of_branch(scribe.branch_id):
            pass
    event.remove(SegmentRow, "load", note)
    assert len(seen) == 40
    assert max(seen) <= 9


def test_a_new_revision_takes_the_place_of_the_old_one_which_stays(
    store: Store, written: "Scribe"
) -> None:
    with store.writing() as work:
        old = work.chapters.get(written.branch_id, 1)
        assert old is not None
        new = work.chapters.begin_chapter(
            written.branch_id, 1, "Anew", RevisionOrigin.EDITED, old.revision.id
        )
    with store.reading() as work:
        assert work.chapters.get(written.branch_id, 1) == new
        assert work.chapters.revisions(written.novel.id, 1) == [old.revision, new.revision]
        assert texts(list(work.segments.of_revision(old.revision.id))) == "1.0 1.1 1.2 "
        assert work.chapters.totals(written.branch_id).segments == 12
    assert (new.revision.number, new.revision.parent_id) == (2, old.revision.id)
    assert (new.revision.title, new.revision.origin) == ("Anew", RevisionOrigin.EDITED)
    with store.writing() as work:
        assert work.chapters.point_at(written.branch_id, 1, old.revision.id) == old
        with pytest.raises(RecordNotFound, match="Chapter 2 has no revision"):
            work.chapters.point_at(written.branch_id, 2, old.revision.id)
    with store.reading() as work:
        assert work.chapters.totals(written.branch_id).segments == 15


def test_snapshots_are_listed_without_reading_their_bytes(store: Store, written: "Scribe") -> None:
    with store.reading() as work:
        keys = [segment.key for _, segment in work.segments.of_branch(written.branch_id)]
    with statements(store) as sent, store.reading() as work:
        summaries = work.snapshots.summaries([*keys[3:], "f" * 64])
    assert list(summaries) == [each.key for each in summaries.values()]
    assert set(summaries) == set(keys[3:])
    assert {each.num_bytes for each in summaries.values()} == {4}
    parents = {key: each.parent_key for key, each in summaries.items()}
    assert [parents[key] for key in keys[3:5]] == [FIRST_KEY, keys[3]]
    assert any("memory_snapshots.num_bytes" in statement for statement, _ in sent)
    assert not [each for each, _ in sent if re.search(r"memory_snapshots\.data\b", each)]


def test_a_memory_that_was_never_kept(store: Store) -> None:
    with store.reading() as work:
        assert work.snapshots.get("nope") is None


@on_sqlite
def test_nothing_that_a_run_asks_grows_with_the_novel(store: Store, written: "Scribe") -> None:
    revision = written.chapter(12, ["12.0 "], completes=False)
    commit = written.commit_of(revision, 1, "12.1 ")
    with statements(store) as sent:
        written.write(replace(commit, completes_chapter=True))
        with store.writing() as work:
            work.chapters.begin_chapter(written.branch_id, 13, "Next", RevisionOrigin.GENERATED)
            work.texts.tail(written.branch_id, 6, 13)
            work.texts.of_revision(revision.id)
            work.segments.keys_of_revision(revision.id)
            work.runs.tell(written.run.id, "Told", {})
            work.segments.last_of_revision(revision.id)
            work.plans.current(written.branch_id)
            work.runs.heartbeat(written.run.id)
    asked = [each for each in sent if each[0].startswith(("SELECT", "UPDATE"))]
    assert len(asked) > 15
    with store.reading() as work, statements(store):
        connection = work.novels._session.connection()
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            for step in plan:
                assert step.detail.startswith("SEARCH"), (statement, step.detail)


@on_sqlite
def test_reading_in_order_sorts_nothing(store: Store, written: "Scribe") -> None:
    with statements(store) as sent, store.reading() as work:
        work.chapters.of_branch(written.branch_id)
        list(work.segments.of_branch(written.branch_id))
        list(work.texts.of_branch(written.branch_id))
    asked = [each for each in sent if each[0].startswith("SELECT")]
    with store.reading() as work:
        connection = work.novels._session.connection()
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            assert [step.detail for step in plan if not step.detail.startswith("SEARCH")] == []
