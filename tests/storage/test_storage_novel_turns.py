"""Who writes one novel waits for the writers of that novel, and of everything, and for no other."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from storage import (
    DatabaseUnavailable,
    NewRun,
    NewSnapshot,
    NovelRecord,
    NovelStatus,
    RevisionRecord,
    SegmentCommit,
    StorageFailure,
)
from storage.store import Store, open_store
from tests.postgresql import on_server
from tests.storage.conftest import Scribe
from tests.storage.raw import on_postgresql

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork

WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


@pytest.fixture
def impatient(url: str) -> Iterator[Store]:
    with open_store(url, busy_timeout_seconds=0.2) as opened:
        yield opened


@pytest.fixture
def other_novel(add_novel: Callable[..., NovelRecord]) -> NovelRecord:
    return add_novel("The Rope")


def scribe_of(store: Store, novel: NovelRecord) -> Scribe:
    own = store.for_novel(novel.id)
    with own.writing() as work:
        run = work.runs.start(NewRun(novel.id, pid=1, host="desk", device="cpu", dtype="float32"))
    return Scribe(own, novel, run)


class Alongside:
    """What happens in a thread of its own; `wait_until_it_waits` is about locks of the server."""

    def __init__(self, url: str, body: "Callable[[], None]") -> None:
        self._url = url
        executor = ThreadPoolExecutor(1)
        self._done = executor.submit(body)
        executor.shutdown(wait=False)

    def wait_until_it_waits(self, waiting: int = 1) -> None:
        while on_server(make_url(self._url), WAITING) != [(waiting,)]:
            assert not self._done.done(), self._done.exception()

    def join(self) -> None:
        self._done.result(60)


@contextmanager
def held_back(
    url: str, store: Store, write: "Callable[[UnitOfWork], object]", *, fails: bool = False
) -> Iterator[None]:
    """A transaction in another thread that has written, and ends when the block does."""
    written, let_go = threading.Event(), threading.Event()

    def body() -> None:
        with suppress(ZeroDivisionError), store.writing() as work:
            write(work)
            written.set()
            assert let_go.wait(60)
            if fails:
                raise ZeroDivisionError

    alongside = Alongside(url, body)
    try:
        assert written.wait(60)
        yield
    finally:
        let_go.set()
        alongside.join()


def set_status(store: Store, novel: NovelRecord) -> None:
    with store.writing() as work:
        work.novels.set_status(novel.id, NovelStatus.WRITING)


@on_postgresql
def test_writers_of_two_novels_do_not_wait_for_each_other(
    store: Store, impatient: Store, novel: NovelRecord, other_novel: NovelRecord
) -> None:
    with store.for_novel(novel.id).writing() as one:
        one.novels.set_status(novel.id, NovelStatus.FAILED)
        with impatient.for_novel(other_novel.id).writing() as other:
            other.novels.set_status(other_novel.id, NovelStatus.WRITING)
            assert other.novels.get(novel.id).status is NovelStatus.PLANNING
    with store.reading() as work:
        assert work.novels.get(novel.id).status is NovelStatus.FAILED
        assert work.novels.get(other_novel.id).status is NovelStatus.WRITING


@pytest.mark.parametrize("first", ["novel", "database"])
@pytest.mark.parametrize("second", ["novel", "database"])
def test_nobody_else_writes_a_novel_meanwhile(
    store: Store, impatient: Store, novel: NovelRecord, first: str, second: str
) -> None:
    one = store.for_novel(novel.id) if first == "novel" else store
    other = impatient.for_novel(novel.id) if second == "novel" else impatient
    with (
        one.writing(),
        pytest.raises(DatabaseUnavailable, match="is locked"),
        other.writing(),
    ):
        pytest.fail("two writers at once")
    set_status(other, novel)


def test_who_writes_everything_is_alone(
    store: Store, impatient: Store, novel: NovelRecord, other_novel: NovelRecord
) -> None:
    views = [impatient.for_novel(each.id) for each in (novel, other_novel)]
    with store.writing():
        for view in views:
            with pytest.raises(DatabaseUnavailable, match="is locked"), view.writing():
                pytest.fail("two writers at once")
    with (
        store.for_novel(novel.id).writing(),
        pytest.raises(DatabaseUnavailable, match="is locked"),
        impatient.writing(),
    ):
        pytest.fail("two writers at once")
    set_status(views[1], other_novel)


def test_a_wait_comes_before_the_view(url: str, store: Store, novel: NovelRecord) -> None:
    """Of writers that each count one on, none counts from an outdated number."""

    def claim(own: Store) -> None:
        for _ in range(25):
            with own.writing() as work:
                work.novels.claim_run(novel.id)

    with open_store(url) as other:
        views = (store.for_novel(novel.id), other.for_novel(novel.id), other)
        threads = [Alongside(url, lambda own=view: claim(own)) for view in views]  # type: ignore[misc]
        for thread in threads:
            thread.join()
    with store.reading() as work:
        assert work.novels.get(novel.id).run_epoch == 75


@on_postgresql
def test_a_writer_of_everything_comes_before_those_that_come_later(
    url: str, store: Store, novel: NovelRecord, other_novel: NovelRecord
) -> None:
    """However many novels are written, so that there is always one writer or another."""
    order: list[str] = []

    def write(own: Store, name: str) -> None:
        with own.writing():
            order.append(name)

    with store.for_novel(novel.id).writing():
        alone = Alongside(url, lambda: write(store, "everything"))
        alone.wait_until_it_waits()
        later = Alongside(url, lambda: write(store.for_novel(other_novel.id), "later"))
        later.wait_until_it_waits(2)
        assert order == []
    alone.join()
    later.join()
    assert order == ["everything", "later"]


def test_a_view_ends_with_its_store(url: str, novel: NovelRecord) -> None:
    with open_store(url) as store:
        with store.for_novel(novel.id) as view:
            assert (view.url, view.novel_id) == (store.url, novel.id)
        set_status(view, novel)
        set_status(store, novel)
        lock = view.try_lock_novel(novel.id)
        assert lock is not None
        with lock:
            assert store.is_novel_locked(novel.id)
    with pytest.raises(StorageFailure, match="has been closed"), view.reading():
        pass


def same_text(one: Scribe, other: Scribe) -> tuple[SegmentCommit, SegmentCommit]:
    """The commits of the same first segment, and so of the same memory, by two novels."""
    commits = [each.commit_of(each.begin(1), 0, "It was dark. ") for each in (one, other)]
    assert commits[0].segment.key == commits[1].segment.key
    return commits[0], commits[1]


def snapshot_in(commit: SegmentCommit) -> NewSnapshot:
    assert commit.snapshot is not None
    return commit.snapshot


@pytest.fixture
def two(store: Store, novel: NovelRecord, other_novel: NovelRecord) -> tuple[Scribe, Scribe]:
    return scribe_of(store, novel), scribe_of(store, other_novel)


@on_postgresql
def test_two_novels_keep_the_same_memory_at_once(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    mine, theirs = same_text(*two)
    with held_back(url, two[1].store, lambda work: work.commit_segment(theirs)):
        alongside = Alongside(url, lambda: two[0].write(mine))
        alongside.wait_until_it_waits()
    alongside.join()
    with store.reading() as work:
        assert work.snapshots.get(mine.segment.key) is not None
        for scribe in two:
            assert work.chapters.totals(scribe.branch_id).segments == 1


@on_postgresql
def test_a_memory_that_another_novel_takes_back_is_kept_after_all(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    mine, theirs = same_text(*two)
    with held_back(url, two[1].store, lambda work: work.commit_segment(theirs), fails=True):
        alongside = Alongside(url, lambda: two[0].write(mine))
        alongside.wait_until_it_waits()
    alongside.join()
    with store.reading() as work:
        assert work.snapshots.get(mine.segment.key) is not None
        assert work.chapters.totals(two[1].branch_id).segments == 0


@on_postgresql
def test_a_memory_that_another_novel_is_about_to_need_is_not_forgotten(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    mine, theirs = same_text(*two)
    two[0].write(replace(mine, completes_chapter=True))
    key = mine.segment.key
    with (
        held_back(url, two[1].store, lambda work: work.commit_segment(theirs)),
        two[0].store.writing() as work,
    ):
        assert work.snapshots.thin_out([key]) == 0
    with store.reading() as work:
        assert work.snapshots.get(key) is not None
    two[1].key = key
    two[1].write(replace(two[1].commit_of(_revision(two[1]), 1, "And cold. "), snapshot=None))
    with two[0].store.writing() as work:
        assert work.snapshots.thin_out([key]) == 1


@on_postgresql
def test_a_memory_that_another_novel_forgets_is_kept_anew(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    mine, theirs = same_text(*two)
    two[0].write(replace(mine, completes_chapter=True))
    key = mine.segment.key
    with held_back(url, two[0].store, lambda work: work.snapshots.thin_out([key])):
        alongside = Alongside(url, lambda: two[1].write(theirs))
        alongside.wait_until_it_waits()
    alongside.join()
    with store.reading() as work:
        assert work.snapshots.get(key) is not None


@on_postgresql
def test_a_memory_that_was_only_held_is_kept_anew(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    """It stands when this one looks, and is forgotten before this one can hold it."""
    mine, theirs = same_text(*two)
    two[0].write(replace(mine, completes_chapter=True))
    key = mine.segment.key
    held, go_on = threading.Event(), threading.Event()

    def forget() -> None:
        with two[0].store.writing() as work:
            assert work.snapshots._hold_free([key]) == [key]
            held.set()
            assert go_on.wait(60)
            work.snapshots.discard(key)

    forgetting = Alongside(url, forget)
    assert held.wait(60)
    keeping = Alongside(url, lambda: two[1].write(theirs))
    keeping.wait_until_it_waits()
    go_on.set()
    forgetting.join()
    keeping.join()
    with store.reading() as work:
        assert work.snapshots.get(key) is not None


@on_postgresql
def test_two_novels_put_another_memory_in_the_same_place(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    mine, theirs = same_text(*two)
    better = replace(snapshot_in(mine), data=b"mine")
    with held_back(url, two[1].store, lambda work: work.snapshots.replace(snapshot_in(theirs))):

        def replace_it() -> None:
            with two[0].store.writing() as work:
                work.snapshots.replace(better)

        alongside = Alongside(url, replace_it)
        alongside.wait_until_it_waits()
    alongside.join()
    with store.reading() as work:
        found = work.snapshots.get(mine.segment.key)
    assert found is not None
    assert found.data == b"mine"


@on_postgresql
def test_two_novels_forget_the_same_memories_in_any_order(
    url: str, store: Store, two: tuple[Scribe, Scribe]
) -> None:
    two[0].chapter(1, ["1.0 ", "1.1 "])
    with store.reading() as work:
        keys = [segment.key for _, segment in work.segments.of_branch(two[0].branch_id)]
    with (
        held_back(url, two[1].store, lambda work: work.snapshots.thin_out(keys[1:])),
        two[0].store.writing() as work,
    ):
        assert work.snapshots.thin_out(keys) == 1
    with store.reading() as work:
        assert work.snapshots.summaries(keys) == {}


def _revision(scribe: Scribe) -> RevisionRecord:
    with scribe.store.reading() as work:
        chapter = work.chapters.last(scribe.branch_id)
    assert chapter is not None
    return chapter.revision
