"""Locked passages: no machine changes them, and the person's own hand may."""

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.editing import undo_change
from novelgen.generation.passage_locks import StandingLock, lock_passage, standing_locks
from novelgen.generation.regeneration import Redraft, require_chapter
from novelgen.generation.renaming import rename
from storage import BranchFork
from tests.generation.conftest import Desk, Desks

FIRST = "Ottilie lit the lamp.\n\nNobody came.\n\nOttilie slept."
SECOND = "The day began.\n\nOttilie went down."


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """Two chapters by the person's hand."""
    made = desks.desk()
    made.edit(1, FIRST)
    made.edit(2, SECOND)
    return made


def locks(desk: Desk) -> list[StandingLock]:
    novel = desk.fresh()
    with desk.store.reading() as work:
        return standing_locks(work, novel.active_branch_id)


def test_a_locked_passage_is_found_where_it_stands(desk: Desk) -> None:
    record = lock_passage(desk.store, desk.novel, 1, 2, 3)
    assert record.text == "Nobody came.\n\nOttilie slept."
    assert locks(desk) == [StandingLock(record, (2, 3))]
    desk.edit(1, "A line before.\n\n" + FIRST)
    assert locks(desk) == [StandingLock(record, (3, 4))]
    desk.edit(1, FIRST.replace("Nobody", "Somebody"))
    assert locks(desk) == [StandingLock(record, None)]
    undo_change(desk.store, desk.novel)
    assert locks(desk) == [StandingLock(record, (3, 4))]


def test_only_what_is_there_is_locked(desk: Desk) -> None:
    with pytest.raises(UsageError, match="Chapter 1 has 3 paragraphs, --paragraphs goes to 4"):
        lock_passage(desk.store, desk.novel, 1, 3, 4)
    with pytest.raises(NotFoundError, match="Chapter 3 has no text yet"):
        lock_passage(desk.store, desk.novel, 3, 1, 1)
    assert locks(desk) == []


def test_a_redraft_of_a_locked_passage_is_refused(desk: Desk) -> None:
    record = lock_passage(desk.store, desk.novel, 1, 2, 2)
    for start in (1, 2):
        with pytest.raises(UsageError, match="A passage of chapter 1 is locked: “Nobody") as error:
            require_chapter(desk.store, desk.novel, Redraft(1, from_paragraph=start))
        assert f"novelgen unlock NOVEL {record.id}" in error.value.remedy
    require_chapter(desk.store, desk.novel, Redraft(1, from_paragraph=3))
    require_chapter(desk.store, desk.novel, Redraft(2))


def test_a_lock_that_comes_while_a_draft_is_made_wins(desk: Desk) -> None:
    lock_passage(desk.store, desk.novel, 1, 2, 2)
    with pytest.raises(UsageError, match="is locked"):
        desk.redraft(Redraft(1))
    assert desk.text(1) == FIRST


def test_a_name_in_a_locked_passage_is_not_renamed(desk: Desk) -> None:
    record = lock_passage(desk.store, desk.novel, 2, 2, 2)
    with pytest.raises(UsageError, match="A passage of chapter 2 is locked: “Ottilie went"):
        rename(desk.store, desk.novel, "Ottilie", "Agathe")
    assert desk.chapters() == [FIRST, SECOND]
    with desk.store.writing() as work:
        work.passage_locks.release(desk.fresh().active_branch_id, record.id)
    lock_passage(desk.store, desk.novel, 1, 2, 2)
    rename(desk.store, desk.novel, "Ottilie", "Agathe")
    assert desk.chapters() == [each.replace("Ottilie", "Agathe") for each in (FIRST, SECOND)]


def test_a_lock_goes_with_the_branch(desk: Desk) -> None:
    lock_passage(desk.store, desk.novel, 1, 1, 1)
    lock_passage(desk.store, desk.novel, 2, 1, 1)
    with desk.store.writing() as work:
        fork = BranchFork(desk.novel.id, "other", desk.fresh().active_branch_id, 1)
        branch = work.branches.fork(fork)
        work.novels.set_active_branch(desk.novel.id, branch.id)
    assert [each.record.chapter for each in locks(desk)] == [1]
    with pytest.raises(UsageError, match="is locked"):
        require_chapter(desk.store, desk.fresh(), Redraft(1))
