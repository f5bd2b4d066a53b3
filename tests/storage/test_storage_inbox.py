"""The inbox: drafted chapters wait there until the person decides or their text is another one."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from storage import (
    InboxRecord,
    InboxState,
    JsonObject,
    NewInboxItem,
    NewRun,
    NovelRecord,
    RecordNotFound,
    RevisionOrigin,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe


def drafted(scribe: "Scribe", number: int, *, is_held: bool = False) -> NewInboxItem:
    """A chapter that was drafted, not yet in the inbox."""
    revision = scribe.chapter(number, [f"Chapter {number}. "])
    return NewInboxItem(
        novel_id=scribe.novel.id,
        branch_id=scribe.branch_id,
        chapter_number=number,
        revision_id=revision.id,
        run_id=scribe.run.id,
        is_held=is_held,
    )


def put(work: UnitOfWork, item: NewInboxItem, marks: Sequence[JsonObject] = ()) -> InboxRecord:
    """Begin and complete a chapter there, as a run does."""
    work.inbox.begin(item)
    work.inbox.complete(item.branch_id, item.revision_id, marks)
    return next(
        each
        for each in work.inbox.waiting(item.novel_id)
        if (each.branch_id, each.revision_id) == (item.branch_id, item.revision_id)
    )


def test_a_drafted_chapter_waits(store: Store, scribe: "Scribe") -> None:
    new = drafted(scribe, 1)
    with store.writing() as work:
        added = put(work, new, [{"mark": "drawn 2 times"}])
    with store.reading() as work:
        assert work.inbox.waiting() == [added]
        assert work.inbox.get(added.id) == added
    assert asdict(new).items() <= asdict(added).items()
    assert added.marks == [{"mark": "drawn 2 times"}]
    assert (added.state, added.decided_at) == (InboxState.DRAFTED, None)


def test_the_oldest_waits_first_and_by_novel(
    store: Store, scribe: "Scribe", add_novel: Callable[..., NovelRecord]
) -> None:
    other = add_novel("Other")
    items = [drafted(scribe, 2), drafted(scribe, 1)]
    with store.writing() as work:
        run = work.runs.start(NewRun(other.id, 2, "desk", "cpu", "float32"))
        branch_id = other.active_branch_id
        begun = work.chapters.begin_chapter(branch_id, 1, "One", RevisionOrigin.GENERATED)
        foreign = replace(
            items[0],
            novel_id=other.id,
            branch_id=branch_id,
            chapter_number=1,
            revision_id=begun.revision.id,
            run_id=run.id,
        )
        second, first, third = (put(work, item) for item in (*items, foreign))
    with store.reading() as work:
        assert work.inbox.waiting() == [second, first, third]
        assert work.inbox.waiting(scribe.novel.id) == [second, first]
        assert work.inbox.waiting(other.id) == [third]
        assert third.marks == []


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        (InboxState.READ, True),
        (InboxState.DRAFTED, True),
        (InboxState.KEPT, False),
        (InboxState.REDONE, True),  # its text stands, so the new draft was taken back
    ],
)
def test_what_is_decided_waits_no_more(
    store: Store, scribe: "Scribe", state: InboxState, waits: bool
) -> None:
    item = drafted(scribe, 1, is_held=True)
    with store.writing() as work:
        added = put(work, item)
        decided = work.inbox.decide(added.id, state)
    with store.reading() as work:
        assert work.inbox.waiting() == ([decided] if waits else [])
        assert work.inbox.held_chapters(scribe.branch_id) == ({1} if waits else set())
        assert work.inbox.get(added.id) == decided
    assert decided.state is state
    assert (decided.decided_at is None) == (state in (InboxState.READ, InboxState.DRAFTED))


def test_only_held_chapters_are_no_part_of_the_book(store: Store, scribe: "Scribe") -> None:
    items = [drafted(scribe, 1), drafted(scribe, 2, is_held=True), drafted(scribe, 3, is_held=True)]
    with store.writing() as work:
        kept = [put(work, item) for item in items][2]
        work.inbox.decide(kept.id, InboxState.KEPT)
    with store.reading() as work:
        assert work.inbox.held_chapters(scribe.branch_id) == {2}
        assert work.inbox.held_chapters("nope") == set()


def test_a_chapter_whose_text_was_replaced_waits_no_more(store: Store, scribe: "Scribe") -> None:
    item = drafted(scribe, 1, is_held=True)
    with store.writing() as work:
        added = put(work, item)
        work.chapters.begin_chapter(scribe.branch_id, 1, "Anew", RevisionOrigin.EDITED)
    with store.reading() as work:
        assert work.inbox.waiting() == []
        assert work.inbox.held_chapters(scribe.branch_id) == set()
    with store.writing() as work:
        work.chapters.point_at(scribe.branch_id, 1, item.revision_id)
    with store.reading() as work:
        assert work.inbox.waiting() == [added]
        assert work.inbox.held_chapters(scribe.branch_id) == {1}


def test_a_chapter_that_is_being_drafted_is_held_and_does_not_wait_yet(
    store: Store, scribe: "Scribe"
) -> None:
    item = drafted(scribe, 1, is_held=True)
    with store.writing() as work:
        work.inbox.begin(item)
        work.inbox.begin(item)
        assert work.inbox.waiting() == []
        assert work.inbox.held_chapters(scribe.branch_id) == {1}
        copy = work.chapters.begin_chapter(scribe.branch_id, 1, "One", RevisionOrigin.GENERATED)
        assert work.inbox.held_chapters(scribe.branch_id) == set()
        work.inbox.follow(scribe.branch_id, item.revision_id, copy.revision.id)
        assert work.inbox.held_chapters(scribe.branch_id) == {1}
        work.inbox.complete(scribe.branch_id, copy.revision.id, [{"mark": "odd"}])
        work.inbox.complete(scribe.branch_id, "no such revision", [])
        (waiting,) = work.inbox.waiting()
    assert (waiting.revision_id, waiting.marks) == (copy.revision.id, [{"mark": "odd"}])


def test_an_item_that_does_not_exist(store: Store, scribe: "Scribe") -> None:
    with store.writing() as work:
        for look in (
            lambda: work.inbox.get(1),
            lambda: work.inbox.decide(1, InboxState.KEPT),
        ):
            with pytest.raises(RecordNotFound, match="no item 1") as error:
                look()
            assert "novelgen inbox list" in error.value.remedy
