"""Branches: they share what comes before the cut and then go their own ways."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from storage import (
    Beat,
    BranchFork,
    NameTaken,
    NewCheck,
    NewInboxItem,
    NewPlannedChapter,
    NewRevision,
    NovelRecord,
    PlannedBeats,
    PlanOrigin,
    RecordNotFound,
    RevisionOrigin,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork
from tests.storage.raw import contents

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe


@pytest.fixture
def written(scribe: "Scribe") -> "Scribe":
    scribe.chapter(1, ["1.0 ", "1.1 "])
    scribe.chapter(2, ["2.0 ", "2.1 ", "2.2 "])
    scribe.chapter(3, ["3.0 "])
    with scribe.store.writing() as work:
        work.plans.add(scribe.branch_id, {"version": "old"})
        plan = work.plans.add(scribe.branch_id, {"version": "new"})
        beats = (Beat("Dark", "", 10),)
        work.plans.add_chapter(plan.id, NewPlannedChapter(1, 1, "Dusk", "", 100))
        work.plans.add_beats(plan.id, 1, PlannedBeats(beats, PlanOrigin.MODEL))
        work.plans.add_chapter(plan.id, NewPlannedChapter(2, 1, "Dawn", "", 100))
    return scribe


def fork_of(scribe: "Scribe", chapter: int, position: int) -> BranchFork:
    return BranchFork(scribe.novel.id, "what if", scribe.branch_id, chapter, position)


def prose(work: UnitOfWork, branch_id: str) -> str:
    return "".join(segment.text for _, segment in work.segments.of_branch(branch_id))


def test_a_fork_shares_the_past_and_copies_the_cut_chapter(
    store: Store, written: "Scribe", url: str
) -> None:
    with store.reading() as work:
        before = list(work.segments.of_branch(written.branch_id))
        old_chapters = work.chapters.of_branch(written.branch_id)
    with store.writing() as work:
        branch = work.branches.fork(fork_of(written, 2, 1))
    with store.reading() as work:
        assert list(work.segments.of_branch(written.branch_id)) == before
        assert work.chapters.of_branch(written.branch_id) == old_chapters
        assert work.branches.by_name(written.novel.id, "what if") == branch
        assert [each.name for each in work.branches.of_novel(written.novel.id)] == [
            "main",
            "what if",
        ]
        assert work.novels.get(written.novel.id).active_branch_id == written.branch_id
        assert prose(work, branch.id) == "1.0 1.1 2.0 2.1 "
        shared, cut = work.chapters.of_branch(branch.id)
        copies = list(work.segments.of_revision(cut.revision.id))
        kept = work.snapshots.summaries(
            [each.key for _, each in work.segments.of_branch(branch.id)]
        )
        assert len(kept) == 4
    assert branch.parent_branch_id == written.branch_id
    assert shared.revision == old_chapters[0].revision
    assert cut.revision.parent_id == old_chapters[1].revision.id
    assert (cut.revision.number, cut.revision.state) == (2, RevisionState.OPEN)
    assert (cut.revision.words, cut.revision.tokens, cut.revision.num_segments) == (2, 8, 2)
    assert cut.revision.completed_at is None
    originals = [segment for number, segment in before if number == 2]
    for copy, original, carry in zip(copies, originals, ("and then", ""), strict=False):
        assert copy == replace(
            original,
            id=copy.id,
            revision_id=cut.revision.id,
            created_at=copy.created_at,
            carry=carry,
        )
    assert len(contents(url)["memory_snapshots"]) == 6


def test_a_fork_copies_the_current_plan(store: Store, written: "Scribe") -> None:
    with store.writing() as work:
        branch = work.branches.fork(fork_of(written, 1, 0))
        old, new = work.plans.current(written.branch_id), work.plans.current(branch.id)
        assert old is not None
        assert new is not None
        assert (new.version, new.structure) == (1, {"version": "new"})
        assert [replace(each, plan_id=old.id) for each in work.plans.chapters(new.id)] == (
            work.plans.chapters(old.id)
        )
        assert work.plans.beats(new.id, 1) == work.plans.beats(old.id, 1) is not None
        work.plans.add_chapter(new.id, NewPlannedChapter(3, 1, "Other", "", 100))
        assert len(work.plans.chapters(old.id)) == 2


def test_both_branches_go_on_by_themselves(store: Store, written: "Scribe") -> None:
    with store.writing() as work:
        branch = work.branches.fork(fork_of(written, 2, 0))
        work.novels.set_active_branch(written.novel.id, branch.id)
        written.novel = work.novels.get(written.novel.id)
        cut = work.chapters.last(branch.id)
        assert cut is not None
        last = work.segments.last_of_revision(cut.revision.id)
    assert cut is not None
    assert last is not None
    assert last.carry == ""
    main_id, written.key = branch.parent_branch_id, last.key
    commit = written.commit_of(cut.revision, 1, "But not so. ")
    written.write(replace(commit, completes_chapter=True))
    with store.reading() as work:
        assert prose(work, branch.id) == "1.0 1.1 2.0 But not so. "
        assert prose(work, str(main_id)) == "1.0 1.1 2.0 2.1 2.2 3.0 "
        assert work.novels.summary(written.novel.id).totals.segments == 4


def test_a_fork_that_cannot_be_leaves_nothing(
    store: Store, written: "Scribe", add_novel: Callable[..., NovelRecord]
) -> None:
    with store.writing() as work:
        work.chapters.begin_chapter(written.branch_id, 4, "Empty", RevisionOrigin.GENERATED)
    fine = fork_of(written, 2, 1)
    other = add_novel("Other")
    wrong = {
        NameTaken: [replace(fine, new_name="main")],
        RecordNotFound: [
            replace(fine, through_chapter=9),
            replace(fine, through_chapter=4, through_position=0),
            replace(fine, through_position=3),
            replace(fine, through_position=-1),
            replace(fine, from_branch_id="nope"),
            replace(fine, from_branch_id=other.active_branch_id),
            replace(fine, novel_id=other.id),
        ],
    }
    for error, forks in wrong.items():
        for fork in forks:
            with store.writing() as work, pytest.raises(error):
                work.branches.fork(fork)
    with store.reading() as work:
        assert len(work.branches.of_novel(written.novel.id)) == 1
        assert len(work.chapters.revisions(written.novel.id, 2)) == 1


def test_a_fork_without_a_cut_shares_every_chapter(store: Store, written: "Scribe") -> None:
    with store.writing() as work:
        branch = work.branches.fork(BranchFork(written.novel.id, "twin", written.branch_id, 2))
    with store.reading() as work:
        original = work.chapters.of_branch(written.branch_id)
        shared = work.chapters.of_branch(branch.id)
        assert [each.revision for each in shared] == [each.revision for each in original[:2]]
        assert len(work.chapters.revisions(written.novel.id, 2)) == 1
        assert prose(work, branch.id) == "1.0 1.1 2.0 2.1 2.2 "


def test_a_fork_of_no_chapter_has_the_plan_alone(store: Store, written: "Scribe") -> None:
    with store.writing() as work:
        branch = work.branches.fork(BranchFork(written.novel.id, "anew", written.branch_id, 0))
    with store.reading() as work:
        plan, old = work.plans.current(branch.id), work.plans.current(written.branch_id)
        assert plan is not None
        assert old is not None
        assert (plan.identity, len(work.plans.chapters(plan.id))) == (old.id, 2)
        assert work.chapters.of_branch(branch.id) == []
        assert work.chapters.last(branch.id) is None


def test_a_fork_copies_an_open_chapter_that_it_takes_whole(store: Store, written: "Scribe") -> None:
    revision = written.begin(4)
    commit = written.commit_of(revision, 0, "4.0 ")
    written.write(replace(commit, segment=replace(commit.segment, carry_words=2)))
    with store.writing() as work:
        branch = work.branches.fork(BranchFork(written.novel.id, "twin", written.branch_id, 4))
    with store.reading() as work:
        original, copy = (work.chapters.last(each) for each in (written.branch_id, branch.id))
        assert original is not None
        assert copy is not None
        assert work.texts.of_revision(copy.revision.id) == "4.0 and then"
    assert copy.revision.id != original.revision.id
    assert (copy.revision.parent_id, copy.revision.number) == (original.revision.id, 2)
    assert copy.revision.state is RevisionState.OPEN
    assert (copy.revision.words, copy.revision.open_words) == (3, 2)
    written.write(written.commit_of(original.revision, 1, "and then 4.1 "))
    with store.reading() as work:
        assert work.texts.of_revision(copy.revision.id) == "4.0 and then"
        assert prose(work, branch.id).endswith("3.0 4.0 ")


def test_a_fork_copies_the_opening_of_an_open_chapter(store: Store, written: "Scribe") -> None:
    new = NewRevision(
        4, "Four", RevisionOrigin.EDITED, opening="Once ", words=1, genesis_key="a" * 64
    )
    with store.writing() as work:
        revision = work.chapters.add_revision(written.novel.id, new)
        work.chapters.point_at(written.branch_id, 4, revision.id)
        branch = work.branches.fork(BranchFork(written.novel.id, "twin", written.branch_id, 4))
    with store.reading() as work:
        copy = work.chapters.last(branch.id)
        assert copy is not None
        assert copy.revision.id != revision.id
        assert work.texts.of_revision(copy.revision.id) == "Once "
        assert (copy.revision.words, copy.revision.open_words) == (1, 1)
        assert copy.revision.genesis_key == "a" * 64


def test_a_chapter_stored_whole_is_cut_with_its_text(store: Store, written: "Scribe") -> None:
    new = NewRevision(
        4,
        "Four",
        RevisionOrigin.IMPORTED,
        state=RevisionState.COMPLETE,
        text="4.0 4.1 4.2",
        words=3,
    )
    with store.writing() as work:
        revision = work.chapters.add_revision(written.novel.id, new)
        work.chapters.point_at(written.branch_id, 4, revision.id)
        with pytest.raises(RecordNotFound):
            work.branches.fork(fork_of(written, 4, 0))
        fork = BranchFork(
            written.novel.id, "cut", written.branch_id, 4, cut_text="4.0 4.1 ", cut_words=2
        )
        branch = work.branches.fork(fork)
    with store.reading() as work:
        copy = work.chapters.last(branch.id)
        assert copy is not None
        assert work.texts.of_revision(copy.revision.id) == "4.0 4.1 "
        assert work.texts.of_revision(revision.id) == "4.0 4.1 4.2"
        assert [each.number for each in work.chapters.of_branch(branch.id)] == [1, 2, 3, 4]
    assert (copy.revision.words, copy.revision.state) == (2, RevisionState.PARTIAL)
    assert (copy.revision.parent_id, copy.revision.origin) == (revision.id, RevisionOrigin.IMPORTED)


def test_a_fork_takes_what_waits_of_the_chapters_that_it_shares(
    store: Store, written: "Scribe"
) -> None:
    with store.writing() as work:
        for number in (1, 3):
            chapter = work.chapters.get(written.branch_id, number)
            assert chapter is not None
            item = NewInboxItem(
                written.novel.id,
                written.branch_id,
                number,
                chapter.revision.id,
                written.run.id,
                True,
            )
            work.inbox.begin(item)
            work.inbox.complete(written.branch_id, chapter.revision.id, [])
        branch = work.branches.fork(BranchFork(written.novel.id, "two", written.branch_id, 2))
    with store.reading() as work:
        assert work.inbox.held_chapters(written.branch_id) == {1, 3}
        assert work.inbox.held_chapters(branch.id) == {1}


def test_a_fork_takes_the_checks_of_its_chapters(store: Store, written: "Scribe") -> None:
    with store.writing() as work:
        work.checks.add(
            NewCheck(written.branch_id, "name", "Anna", 1, "Anna", "Berta", chapter, 1, "Anna!")
            for chapter in (2, 3)
        )
        work.checks.add([NewCheck(written.branch_id, "name", "Otto", 1, "Otto", "", 2, 2, "Otto?")])
        otto = work.checks.open_of_branch(written.branch_id)[1]
        work.checks.intend(written.branch_id, otto.id)
        branch = work.branches.fork(fork_of(written, 2, 0))
    with store.writing() as work:
        assert [each.chapter for each in work.checks.open_of_branch(written.branch_id)] == [2, 3]
        (copy,) = work.checks.open_of_branch(branch.id)
        assert (copy.term, copy.chapter, copy.branch_id) == ("Anna", 2, branch.id)
        work.checks.intend(branch.id, copy.id)
        assert work.checks.open_of_branch(branch.id) == []
        assert len(work.checks.open_of_branch(written.branch_id)) == 2
