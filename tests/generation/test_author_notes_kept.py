"""Notes in a chapter: beside its text, shown to its author, and in nothing else."""

import pytest

from novelgen.errors import UsageError
from novelgen.generation.editing import TextKeptAside, buffer_of, edit_chapter, undo_change
from novelgen.text.manuscript_text import HandedIn, read_typed
from novelgen.text.words import count_words
from storage.mark_records import MarkKind
from storage.records import BranchFork
from tests.generation.conftest import Desk, Desks

TYPED = "Mara ran [[why?]] home.\n\n[[a scene\nis missing]]\n\nShe slept. [[how long?]]"
PROSE = "Mara ran home.\n\nShe slept."


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_000)
    made.write()
    return made


def type_in(desk: Desk, text: str, number: int = 1) -> object:
    return edit_chapter(desk.store, desk.seen(number), read_typed(text), replaces_notes=True)


def shown(desk: Desk, number: int = 1) -> str:
    return buffer_of(desk.store, desk.seen(number))


def notes(desk: Desk, number: int = 1) -> dict[str, int]:
    with desk.store.reading() as work:
        marks = work.author_marks.of_chapter(desk.novel.active_branch_id, number, MarkKind.NOTE)
    return {mark.body: mark.id for mark in marks}


def test_notes_are_taken_out_and_shown_again(desk: Desk) -> None:
    edited = edit_chapter(desk.store, desk.seen(1), read_typed(TYPED), replaces_notes=True)
    assert (edited.is_changed, edited.has_other_notes) == (True, True)
    assert desk.text(1) == PROSE
    assert edited.revision.words == count_words(PROSE)
    assert shown(desk) == TYPED
    assert list(notes(desk)) == ["why?", "a scene\nis missing", "how long?"]


def test_other_notes_alone_are_no_revision(desk: Desk) -> None:
    first = edit_chapter(desk.store, desk.seen(1), read_typed(TYPED), replaces_notes=True)
    ids = notes(desk)
    again = edit_chapter(desk.store, desk.seen(1), read_typed(TYPED), replaces_notes=True)
    assert (again.is_changed, again.has_other_notes) == (False, False)
    changed = TYPED.replace("how long?", "until noon").replace("[[why?]] ", "")
    edited = edit_chapter(desk.store, desk.seen(1), read_typed(changed), replaces_notes=True)
    assert (edited.is_changed, edited.has_other_notes) == (False, True)
    assert edited.revision == first.revision
    assert shown(desk) == changed
    assert notes(desk)["a scene\nis missing"] == ids["a scene\nis missing"]


def test_a_text_without_notes_takes_none_away(desk: Desk) -> None:
    type_in(desk, TYPED)
    desk.edit(1, "Mara ran all the way home.\n\nShe slept.")
    assert shown(desk) == (
        "Mara ran [[why?]] all the way home.\n\n[[a scene\nis missing]]\n\nShe slept. [[how long?]]"
    )
    desk.edit(1, "Mara ran [[who?]] home.")
    assert set(notes(desk)) == {"why?", "a scene\nis missing", "how long?", "who?"}
    assert desk.text(1) == "Mara ran home."


def test_undo_leaves_the_notes_where_they_fit(desk: Desk) -> None:
    before = desk.text(1)
    type_in(desk, TYPED)
    undo_change(desk.store, desk.fresh())
    assert desk.text(1) == before
    assert set(notes(desk)) == {"why?", "a scene\nis missing", "how long?"}
    assert shown(desk).count("[[") == 3


def test_a_text_that_comes_too_late_keeps_its_notes(desk: Desk) -> None:
    seen = desk.seen(1)
    desk.edit(1, "Something else.")
    with pytest.raises(TextKeptAside):
        edit_chapter(desk.store, seen, HandedIn("Mara [[late]] ran.", None))
    assert desk.text(1) == "Something else."
    assert list(notes(desk)) == ["late"]


def test_notes_alone_are_no_text(desk: Desk) -> None:
    before = desk.text(1)
    with pytest.raises(UsageError, match="is empty") as error:
        type_in(desk, "[[write this]]")
    assert "notes alone are no text" in error.value.remedy
    assert (desk.text(1), notes(desk)) == (before, {})


def test_a_branch_takes_the_notes_of_its_chapters(desk: Desk) -> None:
    type_in(desk, TYPED)
    with desk.store.writing() as work:
        fork = BranchFork(desk.novel.id, "what if", desk.novel.active_branch_id, 1)
        branch = work.branches.fork(fork)
        bodies = [mark.body for mark in work.author_marks.of_branch(branch.id)]
    assert bodies == ["why?", "a scene\nis missing", "how long?"]
