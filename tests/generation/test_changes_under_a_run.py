"""A person who changes things while runs come and go: nothing is lost, nothing is mixed up."""

from dataclasses import replace

import pytest

from novelgen.errors import UsageError
from novelgen.generation.branching import branch_after, switch_branch
from novelgen.generation.editing import (
    TextKeptAside,
    edit_chapter,
    redo_change,
    restore_revision,
    undo_change,
)
from novelgen.generation.events import (
    ChapterBegun,
    ChapterRedrafted,
    DraftBegun,
    MemoryReread,
    NovelFinished,
    RunStopped,
    SegmentCommitted,
)
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.regeneration import Redraft, Redrafter
from novelgen.generation.renaming import rename
from novelgen.generation.run import RunTerms
from novelgen.generation.verification import verify_branch
from novelgen.text.manuscript_text import HandedIn
from novelgen.text.words import count_words
from storage.errors import HeadMoved
from storage.inbox_records import InboxState
from storage.records import NovelStatus, RevisionState
from storage.run_records import RunStatus
from tests.generation.conftest import Desk, Desks


def is_sound(desk: Desk) -> bool:
    with desk.store.reading() as work:
        return verify_branch(work, desk.fresh()).is_sound


def held(desk: Desk) -> set[int]:
    with desk.store.reading() as work:
        return work.inbox.held_chapters(desk.fresh().active_branch_id)


def test_a_restored_open_revision_is_not_written_on_for_another_branch(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=2_300))
    opened = desk.seen(3).revision
    assert opened is not None
    assert opened.state is RevisionState.OPEN
    main = desk.chapters()
    branch_after(desk.store, desk.fresh(), 2, "other")
    switch_branch(desk.store, desk.fresh(), "other")
    desk.write(limits=RunLimits(until_words=2_300))
    restore_revision(desk.store, desk.seen(3), opened)
    assert desk.text(3) == main[2]
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(3).startswith(main[2])
    switch_branch(desk.store, desk.fresh(), "main")
    assert desk.chapters() == main
    assert is_sound(desk)


def test_an_edit_on_which_a_run_went_on_can_be_undone_and_done_again(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_300))
    one, two = desk.text(1), desk.text(2)
    desk.edit(1, "First. " + one)
    desk.edit(2, "Then. " + two)
    desk.write()
    written = desk.chapters()
    undo_change(desk.store, desk.fresh())
    assert desk.text(2) == two
    undo_change(desk.store, desk.fresh())
    assert desk.text(1) == one
    redo_change(desk.store, desk.fresh())
    redo_change(desk.store, desk.fresh())
    assert desk.chapters() == written
    assert desk.fresh().status is NovelStatus.FINISHED


def test_a_short_last_paragraph_can_be_drafted_anew(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write()
    desk.edit(2, desk.text(2) + "\n\nHe laughed aloud.")
    paragraphs = desk.text(2).split("\n\n")
    event = desk.redraft(Redraft(2, from_paragraph=len(paragraphs)))[-1]
    assert isinstance(event, ChapterRedrafted)
    after = desk.text(2).split("\n\n")
    assert after[: len(paragraphs) - 1] == paragraphs[:-1]
    assert count_words("\n\n".join(after[len(paragraphs) - 1 :])) >= 20
    assert not desk.text(2).endswith("\n")


def test_fewer_words_than_are_kept_are_refused(desks: Desks) -> None:
    from novelgen.generation.regeneration import require_chapter

    desk = desks.desk(1_500)
    desk.write()
    with pytest.raises(UsageError, match="words are kept, and --words is 50"):
        require_chapter(desk.store, desk.fresh(), Redraft(2, from_paragraph=5, words=50))


@pytest.mark.parametrize("is_redraft", [False, True])
def test_edits_while_memory_is_read_are_read_too(desks: Desks, is_redraft: bool) -> None:
    desk = desks.desk(6_000)
    desk.write(limits=RunLimits(until_chapter=3))
    desk.edit(1, "Once. " + desk.text(1))
    job = {"job": lambda context: Redrafter(context, Redraft(3)).run()} if is_redraft else {}
    edits = 0
    seen = []
    for event in desk.run(**job).events():
        seen.append(event)
        if isinstance(event, MemoryReread) and edits < 2:
            edits += 1
            desk.edit(2, f"Edit {edits}. " + desk.text(2))
    assert edits == 2
    assert isinstance(seen[-1], ChapterRedrafted if is_redraft else NovelFinished)
    assert desk.text(2).startswith("Edit 2. Edit 1.")
    assert is_sound(desk)


def test_a_plan_that_is_renamed_under_a_run_is_taken_up(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(plan_only=True))
    branch_id = desk.fresh().active_branch_id
    with desk.store.reading() as work:
        plan = work.plans.current(branch_id)
        assert plan is not None
        title = work.plans.chapters(plan.id)[2].title
    word = max(title.split(), key=len).strip(".,'")
    begun = []
    for event in desk.run().events():
        if isinstance(event, ChapterBegun):
            begun.append(event.title)
        if isinstance(event, SegmentCommitted) and event.chapter == 2 and len(begun) == 2:
            begun.append("renamed")
            rename(desk.store, desk.fresh(), word, "Zebedee")
    assert "Zebedee" in begun[-1]
    with desk.store.reading() as work:
        plan = work.plans.current(branch_id)
        assert plan is not None
        assert work.plans.beats(plan.id, 3) is not None


def waiting_terms(**limits: int) -> RunTerms:
    return RunTerms(limits=RunLimits(**limits), is_unattended=True, holds_drafts=True)


def test_what_waits_is_held_from_its_first_word_and_in_every_branch(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(terms=waiting_terms(until_words=1_300))
    assert desk.seen(2).revision is not None
    assert held(desk) == {1, 2}
    desk.write(limits=RunLimits(until_chapter=2))  # the person watches the rest of chapter 2
    assert held(desk) == {1, 2}
    with desk.store.reading() as work:
        assert [item.chapter_number for item in work.inbox.waiting()] == [1, 2]
    branch_after(desk.store, desk.fresh(), 1, "other")
    switch_branch(desk.store, desk.fresh(), "other")
    assert held(desk) == {1}


def test_a_draft_that_comes_back_by_undo_waits_again(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(terms=waiting_terms(until_chapter=1))
    with desk.store.reading() as work:
        (item,) = work.inbox.waiting()
    desk.redraft(Redraft(1))
    with desk.store.writing() as work:
        work.inbox.decide(item.id, InboxState.REDONE)
    assert held(desk) == set()
    undo_change(desk.store, desk.fresh())
    assert held(desk) == {1}


def test_an_overtaken_run_leaves_the_statuses_of_its_successor(desks: Desks) -> None:
    desk = desks.desk(3_000)
    first = desk.run()
    events = first.events()
    while not isinstance(next(events), SegmentCommitted):
        pass
    second = desk.run()
    seconds = second.events()
    next(seconds)
    desk.stop.stop_after_segment()
    with pytest.raises(HeadMoved):
        list(events)
    assert first.record().status is RunStatus.CRASHED
    assert second.record().status is RunStatus.RUNNING
    assert desk.fresh().status is NovelStatus.WRITING
    assert isinstance(list(seconds)[-1], RunStopped)


def test_an_overtaken_redraft_moves_nothing(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write()
    before = desk.chapters()
    run = desk.run(job=lambda context: Redrafter(context, Redraft(2)).run())
    events = run.events()
    while not isinstance(next(events), DraftBegun):
        pass
    desk.run()
    with pytest.raises(HeadMoved):
        list(events)
    assert desk.chapters() == before


def test_a_text_that_comes_back_is_checked_like_any_change(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write()
    plain = desk.text(1)
    desk.edit(1, "Barnabas Crane opened the old door and went in. " + plain)
    desk.edit(2, "Nobody had seen Barnabas since. " + desk.text(2))
    undo_change(desk.store, desk.fresh())
    assert undo_change(desk.store, desk.fresh()).to_check == 0  # chapter 2 says nothing of him now
    redo_change(desk.store, desk.fresh())
    desk.edit(3, "Nobody had seen Barnabas since. " + desk.text(3))
    restored = replace(desk.seen(1), text=desk.text(1))
    with desk.store.reading() as work:
        first = work.chapters.revision_numbered(desk.novel.id, 1, 1)
    assert restore_revision(desk.store, restored, first).to_check == 1


def test_a_rename_keeps_what_is_to_be_checked(desks: Desks) -> None:
    from novelgen.generation.consequences import standing_checks

    desk = desks.desk(1_500)
    desk.write()
    desk.edit(1, "Barnabas Crane opened the old door. Hortensia saw him. " + desk.text(1))
    desk.edit(2, "Hortensia had not seen Barnabas since. " + desk.text(2))
    desk.edit(1, desk.text(1).replace("Barnabas", "Erasmus"))

    def passages() -> list[str]:
        with desk.store.reading() as work:
            branch_id = desk.fresh().active_branch_id
            return [check.passage for check in standing_checks(work, branch_id)]

    assert passages() == ["Hortensia had not seen Barnabas since."]
    rename(desk.store, desk.fresh(), "Hortensia", "Wilhelmina")
    assert passages() == ["Wilhelmina had not seen Barnabas since."]
    undo_change(desk.store, desk.fresh())
    assert passages() == ["Hortensia had not seen Barnabas since."]


@pytest.mark.parametrize("chapter_ends", [False, True])
def test_what_a_run_writes_while_a_person_edits_stands_behind_their_text(
    desks: Desks, chapter_ends: bool
) -> None:
    desk = desks.desk(3_000)
    events = desk.run().events()
    for event in events:
        if isinstance(event, SegmentCommitted) and event.chapter == 2:
            break
    seen = desk.seen(2)  # the person opens the editor
    for event in events:
        if isinstance(event, ChapterBegun if chapter_ends else SegmentCommitted):
            break
    grown = desk.text(2)
    assert grown.startswith(seen.text)
    assert len(grown) > len(seen.text)
    mine = "It was my beginning. " + seen.text
    edited = edit_chapter(desk.store, seen, HandedIn(mine, None))
    assert desk.text(2) == mine + grown[len(seen.text) :]
    assert edited.words_meanwhile == count_words(grown[len(seen.text) :]) > 0
    state = RevisionState.COMPLETE if chapter_ends else RevisionState.PARTIAL
    assert edited.revision.state is state
    list(events)
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(2).startswith(mine + grown[len(seen.text) :].rstrip())


def test_a_text_that_is_to_end_a_chapter_that_grew_is_kept_aside(desks: Desks) -> None:
    desk = desks.desk(3_000)
    events = desk.run().events()
    for event in events:
        if isinstance(event, SegmentCommitted):
            break
    seen = desk.seen(1)
    next(events)
    grown = desk.text(1)
    with pytest.raises(TextKeptAside):
        edit_chapter(desk.store, seen, HandedIn("The end.", None), ends_chapter=True)
    assert desk.text(1) == grown
