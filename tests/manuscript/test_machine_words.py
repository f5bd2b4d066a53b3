"""A machine's words that a person took over: marked in the edit, and theirs once they edit them."""

import pytest

from novelgen.generation.branching import branch_after, switch_branch
from novelgen.generation.editing import edit_chapter, redo_change, restore_revision, undo_change
from novelgen.generation.novel_context import RunLimits
from novelgen.manuscript.book_map import read_book_map
from novelgen.manuscript.origins import WordOrigin, word_stretches, words_by_origin
from novelgen.text.machine_words import WordSpans
from novelgen.text.manuscript_text import HandedIn
from novelgen.text.words import count_words
from storage.records import MACHINE_WORDS
from tests.generation.conftest import Desk, Desks

AUTHOR, EDITED, MACHINE = WordOrigin.AUTHOR, WordOrigin.EDITED, WordOrigin.MACHINE
MINE = "Nobody had been to the tower since the war."
DRAWN = "The door stood open and a lamp burned behind it."


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.edit(1, MINE)
    return made


def edit(desk: Desk, text: str, machine: WordSpans) -> None:
    edit_chapter(desk.store, desk.seen(1), HandedIn(text, None), machine=machine)


def take_over(desk: Desk) -> None:
    """The person's nine words, ten of a model behind them."""
    edit(desk, f"{MINE}\n\n{DRAWN}", [[9, 10]])


def origins(desk: Desk, number: int = 1) -> dict[WordOrigin, int]:
    with desk.store.reading() as work:
        chapter = work.chapters.get(desk.fresh().active_branch_id, number)
        assert chapter is not None
        counts = words_by_origin(work, chapter)
        stretches = word_stretches(work, chapter)
    assert counts.total() == chapter.revision.words
    assert all(stretch.words > 0 for stretch in stretches)
    return dict(counts)


def test_words_that_were_taken_over_are_the_machine_s(desk: Desk) -> None:
    take_over(desk)
    assert desk.seen(1).revision.provenance == {MACHINE_WORDS: [[9, 10]]}
    assert origins(desk) == {AUTHOR: 9, MACHINE: 10}
    (chapter,) = read_book_map(desk.store, desk.fresh()).chapters
    assert chapter.cells is not None
    assert (chapter.cells[0].author, chapter.cells[0].words) == (9, 19)


def test_a_first_text_may_hold_a_machine_s_words(desks: Desks) -> None:
    desk = desks.desk(1_500)
    take_over(desk)
    assert origins(desk) == {AUTHOR: 9, MACHINE: 10}


def test_one_that_is_edited_later_is_edited(desk: Desk) -> None:
    take_over(desk)
    edited = DRAWN.replace("lamp", "candle")
    edit(desk, f"{MINE}\n\n{edited}", [[9, 6], [16, 3]])
    assert origins(desk) == {AUTHOR: 9, EDITED: 1, MACHINE: 9}


def test_a_later_edit_that_says_nothing_of_them_leaves_them(desk: Desk) -> None:
    take_over(desk)
    desk.edit(1, f"Long ago it was.\n\n{MINE}\n\n{DRAWN}")
    assert MACHINE_WORDS not in desk.seen(1).revision.provenance
    assert origins(desk) == {AUTHOR: 13, MACHINE: 10}


def test_a_rewritten_sentence_of_a_person_is_the_machine_s(desk: Desk) -> None:
    edit(desk, "Not one soul had climbed up there for years.", [[0, 9]])
    found = origins(desk)
    assert EDITED not in found
    assert found[MACHINE] >= 8, "a word that stays where it was stays whose it was"


def test_the_person_s_words_among_them_are_theirs(desk: Desk) -> None:
    edit(desk, f"{MINE}\n\nThe door stood ajar and she saw a lamp behind it.", [[9, 3], [16, 2]])
    assert origins(desk) == {AUTHOR: 15, MACHINE: 5}


def test_undo_redo_and_restore_keep_whose_they_are(desk: Desk) -> None:
    take_over(desk)
    marked = desk.seen(1).revision
    undo_change(desk.store, desk.fresh())
    assert origins(desk) == {AUTHOR: 9}
    redo_change(desk.store, desk.fresh())
    assert origins(desk) == {AUTHOR: 9, MACHINE: 10}
    desk.edit(1, "All of it was another story.")
    restore_revision(desk.store, desk.seen(1), marked)
    assert origins(desk) == {AUTHOR: 9, MACHINE: 10}


def test_a_fork_keeps_whose_they_are(desk: Desk) -> None:
    take_over(desk)
    branch_after(desk.store, desk.fresh(), 1, "other")
    switch_branch(desk.store, desk.fresh(), "other")
    assert origins(desk) == {AUTHOR: 9, MACHINE: 10}


def test_a_run_that_goes_on_from_them_keeps_whose_they_are(desks: Desks) -> None:
    desk = desks.desk(1_500)
    edit_chapter(
        desk.store,
        desk.seen(1),
        HandedIn(f"{MINE}\n\n{DRAWN}", None),
        ends_chapter=False,
        machine=[[9, 10]],
    )
    desk.write(limits=RunLimits(until_words=300))
    found = origins(desk)
    assert found[AUTHOR] == 9
    assert found[MACHINE] == count_words(desk.text(1)) - 9


def test_words_that_a_run_wrote_meanwhile_stand_behind_them(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=200))
    seen = desk.seen(1)
    drawn = count_words(seen.text)
    desk.write(limits=RunLimits(until_words=400))
    edited = edit_chapter(
        desk.store, seen, HandedIn(f"{MINE}\n\n{seen.text.strip()}", None), machine=[[9, drawn]]
    )
    assert edited.words_meanwhile > 0
    assert origins(desk) == {AUTHOR: 9, MACHINE: drawn + edited.words_meanwhile}
