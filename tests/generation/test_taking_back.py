"""A manuscript comes back from an editor: changes are revisions, and nothing else moves."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from novelgen.generation.author_marks import marks_of, settle_mark, unsettle_mark
from novelgen.generation.chapter_matching import Known, match_chapters
from novelgen.generation.editing import undo_change
from novelgen.generation.manuscript_comparison import TakingBack, compare
from novelgen.generation.passage_locks import lock_passage
from novelgen.generation.plan_editing import see_plan
from novelgen.generation.taking_back import take_back
from novelgen.manuscript.importing.values import (
    ImportedChapter,
    ImportedManuscript,
    ImportedNote,
)
from novelgen.text.smart_marks import smartened
from storage.errors import HeadMoved
from storage.records import RevisionOrigin
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(3_000)
    made.write()
    return made


def exported(desk: Desk) -> list[ImportedChapter]:
    """The novel as its author sent it out: with curly marks."""
    return [
        ImportedChapter(desk.seen(number).title, smartened(text), number)
        for number, text in enumerate(desk.chapters(), 1)
    ]


def compared(desk: Desk, chapters: list[ImportedChapter]) -> TakingBack:
    return compare(desk.store, desk.fresh(), ImportedManuscript(tuple(chapters)))


def revisions(desk: Desk) -> list[str]:
    with desk.store.reading() as work:
        chapters = work.chapters.of_branch(desk.fresh().active_branch_id)
    return [each.revision.id for each in chapters]


def test_what_comes_back_as_it_went_changes_nothing(desk: Desk) -> None:
    before = revisions(desk)
    taking = compared(desk, exported(desk))
    assert (taking.changed, taking.missing, taking.left_out) == ((), (), ())
    assert take_back(desk.store, taking).chapters == ()
    assert revisions(desk) == before


def test_a_changed_chapter_is_a_revision_and_the_others_stay(desk: Desk) -> None:
    old = desk.chapters()
    chapters = exported(desk)
    paragraphs = chapters[1].text.split("\n\n")
    paragraphs[1] = "“It’s hers,” said the editor—twice…"
    del paragraphs[3]
    chapters[1] = replace(chapters[1], text="\n\n".join(paragraphs))
    before = revisions(desk)
    taken = take_back(desk.store, compared(desk, chapters))
    assert taken.chapters == (2,)
    now = desk.chapters()
    assert (now[0], now[2:]) == (old[0], old[2:])
    wanted = old[1].split("\n\n")
    wanted[1] = '"It\'s hers," said the editor—twice…'
    del wanted[3]
    assert now[1].split("\n\n") == wanted
    revision = desk.seen(2).revision
    assert revision is not None
    assert revision.origin is RevisionOrigin.IMPORTED
    assert revision.parent_id == before[1]
    undo_change(desk.store, desk.fresh())
    assert revisions(desk) == before


def test_all_changed_chapters_go_back_together(desk: Desk) -> None:
    before = revisions(desk)
    chapters = [replace(each, text=each.text + "\n\nAnd so on.") for each in exported(desk)]
    assert len(take_back(desk.store, compared(desk, chapters)).chapters) == len(chapters)
    assert not set(revisions(desk)) & set(before)
    undo_change(desk.store, desk.fresh())
    assert revisions(desk) == before


def test_a_file_of_one_chapter_without_its_number(desk: Desk) -> None:
    piece = replace(exported(desk)[2], number=None, title="", text=desk.text(3) + "\n\nThe end?")
    taking = compared(desk, [piece])
    assert [each.number for each in taking.changed] == [3]
    assert taking.changed[0].title == desk.seen(3).title
    assert set(taking.missing) == set(range(1, len(desk.chapters()) + 1)) - {3}


def test_another_book_is_known_as_nothing(desk: Desk) -> None:
    taking = compared(desk, [ImportedChapter(desk.seen(1).title, "Quite another story it was.")])
    assert taking.changed == ()
    assert len(taking.left_out) == 1


def test_another_order_moves_nothing(desk: Desk) -> None:
    assert compared(desk, exported(desk)[::-1]).changed == ()


def test_a_chapter_that_stands_twice_in_the_file_is_taken_once(desk: Desk) -> None:
    chapters = exported(desk)
    taking = compared(desk, [chapters[0], chapters[0], *chapters[1:]])
    assert taking.changed == ()
    assert len(taking.left_out) == 1


def test_a_new_title_is_taken(desk: Desk) -> None:
    chapters = exported(desk)
    chapters[0] = replace(chapters[0], title="A Better Name")
    take_back(desk.store, compared(desk, chapters))
    assert desk.seen(1).title == "A Better Name"


def test_a_chapter_behind_the_last_one_is_added(desk: Desk) -> None:
    count = len(desk.chapters())
    new = ImportedChapter("Epilogue", "Ten years later they met once more, and laughed.", None)
    taken = take_back(desk.store, compared(desk, [*exported(desk), new]))
    assert taken.chapters == (count + 1,)
    assert desk.seen(count + 1).title == "Epilogue"
    plan = see_plan(desk.store, desk.fresh()).content
    assert plan.structure.total_chapters == count + 1
    assert plan.cards[count + 1].title == "Epilogue"
    undo_change(desk.store, desk.fresh())
    assert len(desk.chapters()) == count
    assert see_plan(desk.store, desk.fresh()).content.structure.total_chapters == count


def test_a_chapter_that_the_novel_never_had_is_told(desk: Desk) -> None:
    chapters = exported(desk)
    chapters.insert(1, ImportedChapter("Interlude", "Nothing like it stands anywhere here."))
    taking = compared(desk, chapters)
    assert taking.changed == ()
    assert any("Interlude" in told for told in taking.left_out)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_a_chapter_that_was_parted_in_two_is_one_again(desk: Desk, share: float) -> None:
    chapters = exported(desk)
    paragraphs = chapters[1].text.split("\n\n")
    half = round(len(paragraphs) * share)
    first = replace(chapters[1], text="\n\n".join(paragraphs[:half]))
    second = ImportedChapter("Half", "\n\n".join(paragraphs[half:]))
    start = second.text.rindex(" ") + 1
    note = ImportedNote(start, len(second.text), "Eva", "Here?")
    second = replace(second, notes=(note,))
    taking = compared(desk, [chapters[0], first, second, *chapters[2:]])
    assert taking.left_out == ()
    assert [each.number for each in taking.changed] == [2]
    breaks = desk.text(2).count("* * *")
    assert taking.changed[0].text.count("* * *") == breaks + 1
    assert taking.changed[0].text.replace("\n\n* * *\n\n", "\n\n") == desk.text(2).replace(
        "\n\n* * *\n\n", "\n\n"
    )

    take_back(desk.store, taking)
    with desk.store.reading() as work:
        (mark,) = marks_of(work, desk.fresh().active_branch_id)
    assert mark.is_found
    assert mark.end == len(desk.text(2))


def test_two_chapters_in_one_are_left_alone(desk: Desk) -> None:
    chapters = exported(desk)
    both = replace(chapters[0], text=f"{chapters[0].text}\n\n{chapters[1].text}")
    edited = replace(chapters[2], text=chapters[2].text + "\n\nAnd more.")
    taking = compared(desk, [both, edited, *chapters[3:]])
    assert [each.number for each in taking.changed] == [3]
    assert len(taking.left_out) == 1
    assert "chapters 1 and 2" in taking.left_out[0]
    assert taking.missing == ()


def test_comments_stand_at_their_passages_once(desk: Desk) -> None:
    chapters = exported(desk)
    text = chapters[0].text
    start = text.index(" ", 40) + 1
    end = text.index(" ", start + 25)
    note = ImportedNote(start, end, "Eva", "Really?")
    chapters[0] = replace(chapters[0], notes=(note,))
    before = revisions(desk)
    assert take_back(desk.store, compared(desk, chapters)).notes == 1
    assert take_back(desk.store, compared(desk, chapters)).notes == 0
    assert revisions(desk) == before
    with desk.store.reading() as work:
        (mark,) = marks_of(work, desk.fresh().active_branch_id)
    settle_mark(desk.store, desk.fresh(), mark.record.id)
    assert take_back(desk.store, compared(desk, chapters)).notes == 0, "it is done with"
    unsettle_mark(desk.store, desk.fresh(), mark.record.id)
    with desk.store.reading() as work:
        (mark,) = marks_of(work, desk.fresh().active_branch_id)
    assert mark.record.body == "Eva: Really?"
    assert smartened(desk.text(1)[mark.offset : mark.end]) == text[start:end]


def test_a_chapter_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    chapters = exported(desk)
    chapters[0] = replace(chapters[0], text=chapters[0].text + "\n\nMore.")
    taking = compared(desk, chapters)
    desk.edit(1, "Something else.")
    with pytest.raises(HeadMoved, match="Chapter 1"):
        take_back(desk.store, taking)
    assert desk.text(1) == "Something else."


def test_a_locked_passage_that_was_changed_is_told(desk: Desk) -> None:
    passage = desk.text(1).split("\n\n")[0]
    lock_passage(desk.store, desk.fresh(), 1, 1, 1)
    chapters = exported(desk)
    chapters[0] = replace(chapters[0], text=chapters[0].text.replace(smartened(passage), "Gone."))
    taken = take_back(desk.store, compared(desk, chapters))
    assert [lock.text for lock in taken.broken_locks] == [passage]


def words(start: int, count: int) -> str:
    return " ".join(f"word{number}" for number in range(start, start + count))


@pytest.mark.parametrize(
    ("new", "chapters"),
    [
        (lambda old: old, {0: 0, 1: 1, 2: 2}),
        (lambda old: [old[2], old[0]], {0: 2, 1: 0}),
        (lambda old: [old[0], Known("", words(9000, 50)), old[2]], {0: 0, 1: 1, 2: 2}),
        (lambda old: [Known("Second", words(9000, 50))], {}),
        (lambda old: [Known("Second", words(9000, 50)), old[0]], {0: 1, 1: 0}),
        (lambda old: [Known("", words(9000, 50)), old[1], old[2]], {0: 0, 1: 1, 2: 2}),
        (lambda old: [old[0], old[1], Known("About", words(9000, 50))], {0: 0, 1: 1}),
        (lambda old: [Known("", words(9000, 50))], {}),
        (lambda old: [old[0], Known("", words(9000, 50))], {0: 0}),
    ],
)
def test_which_chapter_is_which(
    new: Callable[[list[Known]], list[Known]], chapters: dict[int, int]
) -> None:
    old = [Known("First", words(0, 99)), Known("Second", words(100, 99)), Known("", words(300, 99))]
    assert dict(match_chapters(new(old), old).chapters) == chapters
