"""Marks of an author: kept under their ids while their words stay, settled and never deleted."""

from collections.abc import Callable

import pytest

from storage import MarkKind, NewMark, NoteContent, NovelRecord, RecordNotFound
from storage.store import Store
from tests.storage.raw import execute


def mark(novel: NovelRecord, chapter: int, kind: MarkKind, body: str, offset: int = 0) -> NewMark:
    return NewMark(novel.id, novel.active_branch_id, chapter, kind, body, {"offset": offset})


def note(body: str, offset: int = 0) -> NoteContent:
    return NoteContent(body, {"offset": offset})


def test_marks_stand_until_they_are_settled(
    store: Store, novel: NovelRecord, add_novel: Callable[..., NovelRecord]
) -> None:
    branch_id, other = novel.active_branch_id, add_novel("Other").active_branch_id
    with store.writing() as work:
        late = work.author_marks.add(mark(novel, 3, MarkKind.COMMENT, "too long"))
        early = work.author_marks.add(mark(novel, 1, MarkKind.MARK, ""))
        assert work.author_marks.of_branch(branch_id) == [early, late]
        assert work.author_marks.of_chapter(branch_id, 3) == [late]
        assert work.author_marks.of_chapter(branch_id, 3, MarkKind.MARK) == []
        with pytest.raises(RecordNotFound, match="no mark"):
            work.author_marks.settle(other, late.id)
        with pytest.raises(RecordNotFound, match="has no branch"):
            work.author_marks.add(NewMark(novel.id, other, 1, MarkKind.MARK, "", {}))
    with store.writing() as work:
        assert work.author_marks.settle(branch_id, late.id).settled_at is not None
        assert work.author_marks.of_branch(branch_id) == [early]
        assert len(work.author_marks.of_branch(branch_id, with_settled=True)) == 2
        assert work.author_marks.unsettle(branch_id, late.id) == late
        assert work.author_marks.reword(branch_id, late.id, "too short").body == "too short"
        assert work.author_marks.get(branch_id, late.id).kind is MarkKind.COMMENT


def test_notes_keep_their_ids_while_their_words_stay(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        work.author_marks.add(mark(novel, 1, MarkKind.COMMENT, "b"))
        marks = work.author_marks
        assert marks.replace_notes(novel.id, branch_id, 1, [note("a"), note("b"), note("a", 5)])
        first = {each.body: each.id for each in marks.of_chapter(branch_id, 1, MarkKind.NOTE)}
        assert not marks.replace_notes(
            novel.id, branch_id, 1, [note("b", 7), note("a", 8), note("a", 9)]
        )
        moved = marks.of_chapter(branch_id, 1, MarkKind.NOTE)
        assert {each.body: each.id for each in moved} == first
        assert sorted((each.body, each.anchor["offset"]) for each in moved) == [
            ("a", 8), ("a", 9), ("b", 7),
        ]  # fmt: skip
        assert marks.replace_notes(novel.id, branch_id, 1, [note("c"), note("a")])
        assert sorted(each.body for each in marks.of_chapter(branch_id, 1, MarkKind.NOTE)) == [
            "a", "c",
        ]  # fmt: skip
        assert len(marks.of_chapter(branch_id, 1, MarkKind.COMMENT)) == 1


def test_notes_that_are_added_take_none_away(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        work.author_marks.replace_notes(novel.id, branch_id, 1, [note("a"), note("b")])
        assert work.author_marks.add_notes(novel.id, branch_id, 1, [note("b", 4), note("c")])
        assert not work.author_marks.add_notes(novel.id, branch_id, 1, [])
        found = work.author_marks.of_chapter(branch_id, 1)
        assert sorted((each.body, each.anchor["offset"]) for each in found) == [
            ("a", 0), ("b", 4), ("c", 0),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM author_marks", "marks are never deleted"),
        ("UPDATE author_marks SET chapter = 9", "a mark stays in its chapter"),
    ],
)
def test_marks_are_guarded_by_the_database(
    store: Store, url: str, novel: NovelRecord, statement: str, words: str
) -> None:
    with store.writing() as work:
        work.author_marks.add(mark(novel, 1, MarkKind.MARK, ""))
    with pytest.raises(Exception, match=words):
        execute(url, statement)
