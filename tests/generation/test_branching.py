"""Branches share what is the same, go their own ways, and can be compared."""

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.branching import (
    branch_after,
    branch_from_snapshot,
    compare_branches,
    switch_branch,
)
from novelgen.generation.events import NovelFinished
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.retention import Retention
from novelgen.generation.verification import verify_branch
from storage.errors import NameTaken
from storage.records import NovelStatus
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(3_000)
    made.write()
    return made


def test_a_branch_shares_chapters_and_costs_only_what_differs(desk: Desk) -> None:
    with desk.store.reading() as work:
        before = [each.revision for each in work.chapters.of_branch(desk.fresh().active_branch_id)]
    main = desk.chapters()
    branch = branch_after(desk.store, desk.fresh(), 2, "she stays")
    assert desk.chapters() == main  # the active branch stays what it was
    switch_branch(desk.store, desk.fresh(), "she stays")
    assert desk.chapters() == main[:2]
    assert desk.behind() == ()
    assert desk.fresh().status is NovelStatus.PAUSED
    with desk.store.reading() as work:
        shared = [each.revision for each in work.chapters.of_branch(branch.id)]
    assert shared == before[:2]
    assert isinstance(desk.write()[-1], NovelFinished)
    other = desk.chapters()
    assert other[:2] == main[:2]
    assert other[2] != main[2]
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound
    switch_branch(desk.store, desk.fresh(), "main")
    assert desk.chapters() == main
    assert desk.fresh().status is NovelStatus.FINISHED


def test_an_edit_in_one_branch_leaves_the_other(desk: Desk) -> None:
    main = desk.chapters()
    branch_after(desk.store, desk.fresh(), 3, "other")
    switch_branch(desk.store, desk.fresh(), "other")
    desk.edit(1, "Otherwise it went. " + desk.text(1))
    assert desk.behind() == (1, 2, 3)
    switch_branch(desk.store, desk.fresh(), "main")
    assert desk.chapters() == main
    assert desk.behind() == ()


def test_a_branch_from_before_the_first_chapter(desk: Desk) -> None:
    main = desk.chapters()
    branch_after(desk.store, desk.fresh(), 0, "again")
    switch_branch(desk.store, desk.fresh(), "again")
    assert desk.chapters() == []
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.chapters()[0] != main[0]


@pytest.mark.parametrize("index", [0, 3, 5, 7])
def test_resuming_from_any_segment_branches_there(desk: Desk, index: int) -> None:
    main, links = desk.chapters(), desk.links()
    whole = "".join(main)
    before = sum(len(text) for text in main[: links[index].chapter - 1])
    branch_from_snapshot(desk.store, desk.fresh(), links[index].key[:20])
    branched = "".join(desk.chapters())
    assert whole.startswith(branched)
    assert len(branched) > before
    assert [link.key for link in desk.links()] == [link.key for link in links[: index + 1]]
    assert isinstance(desk.write()[-1], NovelFinished)
    assert "".join(desk.chapters()).startswith(branched)
    assert desk.chapters() != main


def test_a_thinned_out_memory_can_be_resumed_from(desks: Desks) -> None:
    desk = desks.desk(6_000)
    desk.retention = Retention(8)
    desk.write()
    thin = next(link for link in desk.links() if link.chapter == 1 and link.position == 1)
    with desk.store.reading() as work:
        assert work.snapshots.get(thin.key) is None
    branch_from_snapshot(desk.store, desk.fresh(), thin.key)
    assert isinstance(desk.write()[-1], NovelFinished)
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound


def test_a_branch_from_the_middle_of_a_person_s_text(desk: Desk) -> None:
    text = desk.text(2).replace("the", "that")
    desk.edit(2, text)
    list(desk.reader().read_all())
    link = [each for each in desk.links() if each.chapter == 2][1]
    branch_from_snapshot(desk.store, desk.fresh(), link.key)
    assert text.startswith(desk.text(2))
    assert len(desk.text(2)) > 100
    kept = desk.text(2)
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(2).startswith(kept)
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound


def test_the_last_segment_needs_no_branch(desk: Desk) -> None:
    key = desk.links()[-1].key
    before = desk.fresh()
    assert branch_from_snapshot(desk.store, before, key) == before


def test_snapshots_that_are_none(desk: Desk) -> None:
    for key in ("", "x", "0" * 64):
        with pytest.raises(NotFoundError, match="no snapshot"):
            branch_from_snapshot(desk.store, desk.fresh(), key)
    firsts = [link.key[0] for link in desk.links()]
    twice = next(key for key in firsts if firsts.count(key) > 1)
    with pytest.raises(UsageError, match="fits several"):
        branch_from_snapshot(desk.store, desk.fresh(), twice)


def test_branches_that_cannot_be(desk: Desk, desks: Desks) -> None:
    branch_after(desk.store, desk.fresh(), 1, "one")
    with pytest.raises(NameTaken):
        branch_after(desk.store, desk.fresh(), 1, "one")
    with pytest.raises(NotFoundError, match="no chapter 9"):
        branch_after(desk.store, desk.fresh(), 9, "nine")
    for name in ("", " ", "x" * 61, "\x1b[31m"):
        with pytest.raises(UsageError, match="name has 1 to 60"):
            branch_after(desk.store, desk.fresh(), 1, name)
    writing = desks.desk(3_000)
    writing.write(limits=RunLimits(until_words=300))
    with pytest.raises(UsageError, match="being written"):
        branch_after(writing.store, writing.fresh(), 1, "half")


def test_comparing_branches_chapter_by_chapter(desk: Desk) -> None:
    branch_after(desk.store, desk.fresh(), 3, "other")
    switch_branch(desk.store, desk.fresh(), "other")
    desk.edit(2, desk.text(2).replace("the", "that", 3))
    with desk.store.reading() as work:
        main = work.branches.by_name(desk.novel.id, "main")
        other = work.branches.by_name(desk.novel.id, "other")
        compared = list(compare_branches(work, main, other))
    assert [each.number for each in compared] == [1, 2, 3]
    assert [each.share_changed > 0 for each in compared] == [False, True, False]
    assert compared[1].share_changed < 0.05
