"""A person's changes: nothing is overwritten, everything can be undone, late texts are kept."""

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.consequences import standing_checks
from novelgen.generation.editing import (
    TextKeptAside,
    edit_chapter,
    redo_change,
    restore_revision,
    undo_change,
)
from novelgen.generation.events import NovelFinished
from novelgen.generation.novel_context import RunLimits
from novelgen.text.manuscript_text import HandedIn
from novelgen.text.words import count_words
from storage.errors import RecordNotFound
from storage.records import NovelStatus, RevisionOrigin, RevisionState
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.write()
    return made


def test_an_edit_is_a_new_revision_and_the_old_one_stays(desk: Desk) -> None:
    old, text = desk.seen(2), desk.text(2)
    edited = desk.edit(2, "It rained.\n\n" + text)
    revision = edited.revision
    assert (revision.number, revision.origin) == (2, RevisionOrigin.EDITED)
    assert (revision.state, revision.parent_id) == (RevisionState.COMPLETE, old.revision.id)
    assert revision.words == old.revision.words + 2 == count_words(desk.text(2))
    with desk.store.reading() as work:
        assert work.texts.of_revision(old.revision.id) == text
        assert work.chapters.totals(desk.fresh().active_branch_id).words == sum(
            count_words(each) for each in desk.chapters()
        )


def test_the_same_text_changes_nothing(desk: Desk) -> None:
    before = desk.seen(1)
    assert not desk.edit(1, before.text).is_changed
    assert desk.seen(1) == before
    with pytest.raises(RecordNotFound, match="no change to undo"):
        undo_change(desk.store, desk.fresh())


@pytest.mark.parametrize("text", ["", "   \n\n  "])
def test_an_empty_text_is_taken_for_a_mistake(desk: Desk, text: str) -> None:
    before = desk.seen(1)
    with pytest.raises(UsageError, match="is empty"):
        desk.edit(1, text)
    assert desk.seen(1) == before


def test_a_chapter_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="no chapter 9 yet; the next one is 4"):
        desk.edit(9, "Words.")


def test_a_person_may_write_the_next_chapter(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.edit(1, "I began it myself.")
    desk.write(limits=RunLimits(until_chapter=2))
    desk.edit(3, "And I end it.")
    assert desk.fresh().status is NovelStatus.FINISHED
    assert desk.text(1) == "I began it myself."
    undo_change(desk.store, desk.fresh())
    assert len(desk.chapters()) == 2
    assert desk.fresh().status is NovelStatus.PAUSED
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.behind() == ()


def test_a_text_that_comes_too_late_is_kept_aside(desk: Desk) -> None:
    seen = desk.seen(1)
    desk.edit(1, "Somebody else was faster.")
    with pytest.raises(TextKeptAside, match="kept as its revision 3") as error:
        edit_chapter(desk.store, seen, HandedIn("My hour of work.", None))
    assert "--revision 3" in error.value.remedy
    assert desk.text(1) == "Somebody else was faster."
    with desk.store.reading() as work:
        mine = work.chapters.revision_numbered(desk.novel.id, 1, 3)
        assert work.texts.of_revision(mine.id) == "My hour of work."


def test_everything_can_be_undone_and_done_again(desk: Desk) -> None:
    texts = [desk.text(1)]
    for words in ("One.", "One two.", "One two three."):
        desk.edit(1, words)
        texts.append(words)
    for expected in reversed(texts[:-1]):
        undo_change(desk.store, desk.fresh())
        assert desk.text(1) == expected
    for expected in texts[1:]:
        redo_change(desk.store, desk.fresh())
        assert desk.text(1) == expected
    with pytest.raises(RecordNotFound, match="no change to redo"):
        redo_change(desk.store, desk.fresh())


def test_an_old_revision_comes_back_and_can_go_again(desk: Desk) -> None:
    original = desk.seen(1)
    desk.edit(1, "Another text.")
    restored = restore_revision(desk.store, desk.seen(1), original.revision)
    assert restored.is_changed
    assert desk.seen(1).revision == original.revision
    undo_change(desk.store, desk.fresh())
    assert desk.text(1) == "Another text."
    with desk.store.reading() as work:
        assert [each.number for each in work.chapters.revisions(desk.novel.id, 1)] == [1, 2]


def test_a_finished_novel_with_an_unfinished_chapter_is_written_on(desk: Desk) -> None:
    assert desk.fresh().status is NovelStatus.FINISHED
    head = "Only the beginning stands. "
    desk.edit(3, head, ends_chapter=False)
    assert desk.fresh().status is NovelStatus.PAUSED
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(3).startswith(head.strip())
    assert abs(sum(count_words(text) for text in desk.chapters()) - 1_500) <= 25
    assert desk.fresh().status is NovelStatus.FINISHED


def test_a_person_may_end_a_chapter_that_was_being_written(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=300))
    desk.edit(1, "And so it ended.", ends_chapter=True)
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(1) == "And so it ended."


def test_a_changed_name_is_listed_where_it_comes_up_and_a_typo_is_not(desk: Desk) -> None:
    desk.edit(1, "Barnabas Crane opened the old door and went in. " + desk.text(1))
    desk.edit(2, "Nobody had seen Barnabas since. " + desk.text(2))
    assert standing(desk) == []
    desk.edit(1, desk.text(1).replace("opened the old", "openned the old"))
    desk.edit(1, desk.text(1).replace("openned the old", "opened the old"))
    assert standing(desk) == []
    before = desk.text(1)
    assert desk.edit(1, before.replace("Barnabas", "Erasmus")).to_check == 1
    assert standing(desk) == [("Barnabas", 2, "Nobody had seen Barnabas since.")]
    undo_change(desk.store, desk.fresh())
    assert standing(desk) == []
    redo_change(desk.store, desk.fresh())
    assert len(standing(desk)) == 1
    desk.edit(2, desk.text(2).replace("Barnabas", "Erasmus"))
    assert standing(desk) == []


def test_what_is_intended_is_not_shown_again(desk: Desk) -> None:
    desk.edit(1, "Barnabas Crane opened the old door and went in. " + desk.text(1))
    desk.edit(2, "Nobody had seen Barnabas since. " + desk.text(2))
    desk.edit(1, desk.text(1).replace("Barnabas", "Erasmus"))
    branch_id = desk.fresh().active_branch_id
    with desk.store.writing() as work:
        check = next(standing_checks(work, branch_id))
        work.checks.intend(branch_id, check.id)
        assert list(standing_checks(work, branch_id)) == []


def standing(desk: Desk) -> list[tuple[str, int, str]]:
    with desk.store.reading() as work:
        return [
            (check.term, check.chapter, check.passage)
            for check in standing_checks(work, desk.fresh().active_branch_id)
        ]
