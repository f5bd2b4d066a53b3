"""Marks and comments: found again where their passage stands, and all there is to check."""

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.author_marks import (
    add_mark,
    add_mark_at_paragraph,
    marks_of,
    reword_mark,
    settle_mark,
    unsettle_mark,
)
from novelgen.generation.editing import edit_chapter
from novelgen.generation.to_check import CheckKind, everything_to_check
from novelgen.text.manuscript_text import read_typed
from storage.mark_records import MarkKind
from storage.story_records import NewFinding, NewThread, StoryOrigin, ThreadKind
from tests.generation.conftest import Desk, Desks

TEXT = "Mara ran home.\n\nThe clock struck one. The clock struck two.\n\nShe slept."


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_000)
    made.write()
    made.edit(1, TEXT)
    return made


def standing(desk: Desk) -> list[tuple[int, int, str, bool]]:
    with desk.store.reading() as work:
        found = marks_of(work, desk.novel.active_branch_id)
    return [(each.paragraph, each.offset, each.quote, each.is_found) for each in found]


def test_a_mark_and_a_comment_stand_where_they_were_left(desk: Desk) -> None:
    at = TEXT.index("The clock struck two")
    comment = add_mark(
        desk.store, desk.novel, 1, at, at + 9, kind=MarkKind.COMMENT, body=" which clock? "
    )
    assert comment.body == "which clock?"
    add_mark(desk.store, desk.novel, 1, 5)
    assert standing(desk) == [(1, 5, "", True), (2, at, "The clock", True)]


def test_marks_follow_their_passage_through_edits(desk: Desk) -> None:
    at = TEXT.index("The clock struck two")
    add_mark(desk.store, desk.novel, 1, at, at + 9, kind=MarkKind.COMMENT, body="which clock?")
    add_mark(desk.store, desk.novel, 1, TEXT.index("slept"))
    moved = "It was late.\n\nThe clock stood still.\n\n" + TEXT.replace("She slept", "So she slept")
    desk.edit(1, moved)
    assert standing(desk) == [
        (4, moved.index("The clock struck two"), "The clock", True),
        (5, moved.index("slept"), "", True),
    ]
    desk.edit(1, "Nothing of it.")
    assert [(each[0], each[3]) for each in standing(desk)] == [(1, False), (1, False)]


def test_marks_are_settled_reworded_and_taken_up_again(desk: Desk) -> None:
    mark = add_mark_at_paragraph(
        desk.store, desk.novel, 1, 3, kind=MarkKind.COMMENT, body="too short"
    )
    assert standing(desk) == [(3, TEXT.index("She"), "She slept.", True)]
    assert reword_mark(desk.store, desk.novel, mark.id, "fine").body == "fine"
    settle_mark(desk.store, desk.novel, mark.id)
    assert standing(desk) == []
    unsettle_mark(desk.store, desk.novel, mark.id)
    assert len(standing(desk)) == 1


def test_what_cannot_be_marked_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="has no text"):
        add_mark(desk.store, desk.novel, 99, 0)
    with pytest.raises(NotFoundError, match="has 3 paragraphs"):
        add_mark_at_paragraph(desk.store, desk.novel, 1, 4)
    with pytest.raises(UsageError, match="no passage"):
        add_mark(desk.store, desk.novel, 1, 0, 10_000)
    with pytest.raises(UsageError, match="comment is empty"):
        add_mark(desk.store, desk.novel, 1, 0, 4, kind=MarkKind.COMMENT)
    with pytest.raises(UsageError, match="typed into the text"):
        add_mark(desk.store, desk.novel, 1, 0, kind=MarkKind.NOTE, body="x")


def test_everything_to_check_in_book_order(desk: Desk) -> None:
    typed = "Mara ran home.\n\nThe clock [[which?]] struck one. It rained.\n\nShe slept."
    edit_chapter(desk.store, desk.seen(1), read_typed(typed), replaces_notes=True)
    desk.edit(2, "Mara was tall.\n\nIt was the clock of Mara Voss.")
    comment = add_mark_at_paragraph(
        desk.store, desk.novel, 2, 1, kind=MarkKind.COMMENT, body="is she?"
    )
    add_mark(desk.store, desk.novel, 1, 0)
    revision = desk.seen(2).revision
    assert revision is not None
    branch_id = desk.novel.active_branch_id
    with desk.store.writing() as work:
        work.findings.add(
            [NewFinding(branch_id, "height", "Two heights", 2, 1, revision.id, "Mara was tall.",
                        None, None, None, "")]
        )  # fmt: skip
        work.threads.add(
            NewThread(branch_id, ThreadKind.SETUP, "She will come back.", StoryOrigin.AUTHOR,
                      opened_chapter=1, opened_paragraph=3, opened_passage="She slept.",
                      due_chapter=1)
        )  # fmt: skip
        found = everything_to_check(work, branch_id)
    kinds = [(each.chapter, each.paragraph, each.kind) for each in found]
    assert kinds == sorted(kinds, key=lambda each: each[:2])
    told = {each.kind: each for each in found}
    assert told[CheckKind.NOTE].told == "which?"
    assert desk.text(1)[told[CheckKind.NOTE].offset or 0 :].startswith("struck")
    assert told[CheckKind.MARK].told == "a place to come back to"
    assert told[CheckKind.COMMENT].source_id == comment.id
    assert told[CheckKind.COMMENT].told == "is she?  “Mara was tall.”"
    assert told[CheckKind.OVERDUE_PROMISE].offset == desk.text(1).index("She slept.")
    assert told[CheckKind.ODDITY].offset == 0
