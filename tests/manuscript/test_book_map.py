"""The map of a novel out of a real database: whose the cells are, what is locked and to check."""

import pytest

from novelgen.generation.editing import undo_change
from novelgen.generation.passage_locks import lock_passage
from novelgen.manuscript.book_map import (
    CELL_WORDS,
    BookMap,
    CellReader,
    MapChapter,
    MapMarks,
    coarser,
    read_book_map,
    read_marks,
)
from novelgen.manuscript.origins import WordOrigin
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.words import count_words, iter_words
from tests.generation.conftest import Desk, Desks

AUTHOR, EDITED, MACHINE = WordOrigin.AUTHOR, WordOrigin.EDITED, WordOrigin.MACHINE
PAGE = "She had never told anyone about the winter, and now she would have to begin somewhere."


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(3_000)
    made.write()
    return made


def book_of(desk: Desk) -> BookMap:
    return read_book_map(desk.store, desk.fresh())


def row(desk: Desk, number: int) -> MapChapter:
    return book_of(desk).chapters[number - 1]


def test_cells_hold_the_words_of_the_chapters(desk: Desk) -> None:
    book = book_of(desk)
    assert len(book.chapters) == len(desk.chapters())
    for chapter, text in zip(book.chapters, desk.chapters(), strict=True):
        assert chapter.cells is not None
        words = list(iter_words(text))
        assert [cell.first_word for cell in chapter.cells] == list(range(0, len(words), 250))
        assert sum(cell.words for cell in chapter.cells) == len(words)
        assert all(cell.words == CELL_WORDS for cell in chapter.cells[:-1])
        for cell in chapter.cells:
            assert words[cell.first_word :][: len(cell.opening.split())] == cell.opening.split()
            start, end = paragraph_spans(text)[cell.paragraph - 1]
            before = count_words(text[:start])
            assert before <= cell.first_word < before + count_words(text[start:end])
        assert {cell.whose for cell in chapter.cells} == {MACHINE}
        assert chapter.length() == len(chapter.cells), "a complete chapter has no cells to write"
    assert book.origins() == {MACHINE: sum(map(count_words, desk.chapters()))}


def test_a_person_s_words_are_on_the_map_where_they_stand(desk: Desk) -> None:
    text = desk.text(1)
    pages = "\n\n".join([PAGE] * 20)
    assert count_words(pages) > CELL_WORDS
    desk.edit(1, f"{pages}\n\n{text}")
    cells = row(desk, 1).cells
    assert cells is not None
    assert (cells[0].whose, cells[0].author) == (AUTHOR, CELL_WORDS)
    assert (cells[1].whose, cells[1].author) == (EDITED, count_words(pages) - CELL_WORDS)
    assert {cell.whose for cell in cells[2:]} == {MACHINE}


def test_one_changed_word_makes_a_cell_edited(desk: Desk) -> None:
    words = desk.text(2).split(" ")
    words[40:43] = ["Zebras", "never", "slept."]
    desk.edit(2, " ".join(words))
    cells = row(desk, 2).cells
    assert cells is not None
    assert (cells[0].whose, cells[0].edited, cells[0].author) == (EDITED, 3, 0)
    assert cells[1].whose is MACHINE


def test_locks_and_checks_reach_the_cells_of_their_paragraphs(desk: Desk) -> None:
    text = desk.text(1)
    last = len(paragraph_spans(text))
    first_word = count_words(text[: paragraph_spans(text)[-1][0]])
    lock_passage(desk.store, desk.fresh(), 1, last, last)
    cells = row(desk, 1).cells
    assert cells is not None
    assert [cell.is_locked for cell in cells] == [
        cell.first_word + cell.words > first_word for cell in cells
    ]
    assert cells[-1].is_locked and not cells[0].is_locked

    marks = MapMarks(to_check={(1, 1): ("a name", "a fact")})
    with desk.store.reading() as work:
        chapter = work.chapters.get(desk.fresh().active_branch_id, 1)
        assert chapter is not None
        marked = CellReader().of_chapter(work, chapter, marks)
    assert marked[0].to_check == ("a name", "a fact")
    assert not any(cell.to_check for cell in marked[1:])


def test_a_changed_name_is_to_check_in_later_chapters(desk: Desk) -> None:
    book = book_of(desk)
    assert not any(cell.to_check for each in book.chapters for cell in each.cells or ())
    desk.edit(1, f"The old lighthouse of Skerrivar was dark. {desk.text(1)}")
    desk.edit(2, f"They saw Skerrivar again. {desk.text(2)}")
    desk.edit(1, desk.text(1).replace("Skerrivar", "Ardmore"))
    with desk.store.reading() as work:
        marks = read_marks(work, desk.fresh().active_branch_id)
    assert (2, 1) in marks.to_check
    cells = row(desk, 2).cells
    assert cells is not None and "Skerrivar" in cells[0].to_check[0]


def test_what_was_read_is_not_read_again_while_its_revision_stands(desk: Desk) -> None:
    reader = CellReader()
    branch_id = desk.fresh().active_branch_id
    first = reader.read(desk.store, branch_id, [1, 2], MapMarks())
    again = reader.read(desk.store, branch_id, [1, 2], MapMarks())
    assert all(first[number] is again[number] for number in (1, 2))
    desk.edit(1, f"{PAGE}\n\n{desk.text(1)}")
    changed = reader.read(desk.store, branch_id, [1, 2, 99], MapMarks())
    assert changed[1] != first[1] and changed[2] is first[2] and 99 not in changed
    undo_change(desk.store, desk.fresh())
    assert reader.read(desk.store, branch_id, [1], MapMarks())[1] is first[1]


def test_coarser_cells_hold_the_same(desk: Desk) -> None:
    desk.edit(1, f"{PAGE}\n\n{desk.text(1)}")
    cells = row(desk, 1).cells
    assert cells is not None
    large = coarser(cells, 2)
    assert len(large) == -(-len(cells) // 2)
    for name in ("words", "author", "edited", "machine"):
        assert sum(getattr(cell, name) for cell in large) == sum(
            getattr(cell, name) for cell in cells
        )
    assert large[0].opening == cells[0].opening


def test_a_novel_that_is_only_planned_has_rows_to_be_written(desks: Desks) -> None:
    from novelgen.generation.novel_context import RunLimits

    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(plan_only=True))
    book = book_of(desk)
    assert book.chapters and all(chapter.cells == () for chapter in book.chapters)
    assert sum(chapter.length() for chapter in book.chapters) >= 12
    assert book.origins().total() == 0
