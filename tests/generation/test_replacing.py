"""Replacing words: in chapters, plan and bible at once, as one change that can be undone."""

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.editing import redo_change, undo_change
from novelgen.generation.passage_locks import lock_passage
from novelgen.generation.replacing import replace
from novelgen.generation.searching import Part, Scope, search
from novelgen.text.searching import Query
from storage.change_records import ChangeKind
from storage.errors import HeadMoved
from storage.records import RevisionOrigin
from storage.story_records import EntryKind, NewEntry, NewFact, StoryOrigin
from tests.generation.conftest import Desk, Desks

ONE = "Mara kept a grey coat. GREY was the sea.\n\nNobody saw the greyhound."
TWO = "The coat was grey, and grey it stayed."


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.write()
    made.edit(1, ONE)
    made.edit(2, TWO)
    with made.store.writing() as work:
        branch_id = made.novel.active_branch_id
        entry = work.entries.add(
            NewEntry(branch_id, "Grey Lady", EntryKind.CHARACTER, StoryOrigin.AUTHOR)
        )
        work.facts.add(
            NewFact(branch_id, entry.key, "note", "grey", "Her coat is grey.", StoryOrigin.AUTHOR)
        )
    return made


def bible(desk: Desk) -> list[str]:
    with desk.store.reading() as work:
        branch_id = desk.novel.active_branch_id
        names = [each.name for each in work.entries.of_branch(branch_id) if "Lady" in each.name]
        facts = [each.text for each in work.facts.of_branch(branch_id) if "coat" in each.text]
    return [*names, *facts]


def plan_texts(desk: Desk) -> str:
    with desk.store.reading() as work:
        plan = work.plans.current(desk.novel.active_branch_id)
        assert plan is not None
        return "\n".join(
            f"{each.title} {each.brief} {work.plans.beats(plan.id, each.number)}"
            for each in work.plans.chapters(plan.id)
        )


def test_every_hit_has_its_place(desk: Desk) -> None:
    found = search(desk.store, desk.novel, Query("grey"), Scope())
    prose = [(each.chapter, each.paragraph, each.matched) for each in found.hits if each.paragraph]
    assert prose[:5] == [
        (1, 1, "grey"), (1, 1, "GREY"), (1, 2, "grey"), (2, 1, "grey"), (2, 1, "grey"),
    ]  # fmt: skip
    wheres = [each.where for each in found.hits if each.part is Part.BIBLE]
    assert wheres == ["bible, Grey Lady, name", "bible, Grey Lady, fact"]
    assert len({each.id for each in found.hits}) == len(found.hits)
    one = search(desk.store, desk.novel, Query("grey"), Scope.of_chapter(2))
    assert [each.id for each in one.hits] == ["chapters.2.text:0", "chapters.2.text:1"]


def test_the_book_alone_is_changed_and_comes_back(desk: Desk) -> None:
    query = Query("grey", whole_words=True)
    change = replace(desk.store, desk.novel, query, "gray", Scope.of_book())
    assert change is not None
    assert (change.kind, change.label) == (ChangeKind.REPLACE, "“grey” replaced by “gray”")
    assert desk.text(1) == "Mara kept a gray coat. GRAY was the sea.\n\nNobody saw the greyhound."
    assert desk.text(2) == "The coat was gray, and gray it stayed."
    assert bible(desk) == ["Grey Lady", "Her coat is grey."]
    revision = desk.seen(1).revision
    assert revision is not None
    assert revision.origin is RevisionOrigin.EDITED
    assert revision.provenance == {"replaced": ["grey", "gray"]}
    undone = undo_change(desk.store, desk.fresh())
    assert (undone.change.id, undone.to_check) == (change.id, 0)
    assert (desk.text(1), desk.text(2)) == (ONE, TWO)
    redo_change(desk.store, desk.fresh())
    assert "gray" in desk.text(2)


def test_plan_and_bible_change_alone(desk: Desk) -> None:
    with desk.store.reading() as work:
        plan = work.plans.current(desk.novel.active_branch_id)
        assert plan is not None
        word = work.plans.chapters(plan.id)[0].brief.split()[0]
    scope = Scope(frozenset({Part.PLAN, Part.BIBLE}))
    replace(desk.store, desk.novel, Query("grey"), "blue", scope)
    assert bible(desk) == ["Blue Lady", "Her coat is blue."]
    assert desk.text(1) == ONE
    query = Query(word, is_case_sensitive=True, whole_words=True)
    before = plan_texts(desk)
    assert replace(desk.store, desk.novel, query, "Zanzibar", scope) is not None
    assert "Zanzibar" in plan_texts(desk)
    undo_change(desk.store, desk.fresh())
    assert plan_texts(desk) == before
    undo_change(desk.store, desk.fresh())
    assert bible(desk) == ["Grey Lady", "Her coat is grey."]


def test_hits_that_are_left_out_stay(desk: Desk) -> None:
    query, scope = Query("grey"), Scope(frozenset({Part.CHAPTERS, Part.BIBLE}))
    found = search(desk.store, desk.novel, query, scope)
    leaving = {each.id for each in found.hits if each.id.endswith(".text:0")}
    replace(desk.store, desk.novel, query, "blue", scope, leaving, seen=found)
    assert desk.text(1) == "Mara kept a grey coat. BLUE was the sea.\n\nNobody saw the bluehound."
    assert desk.text(2) == "The coat was grey, and blue it stayed."
    assert bible(desk) == ["Blue Lady", "Her coat is grey."]


def test_a_locked_passage_refuses_and_is_named(desk: Desk) -> None:
    lock = lock_passage(desk.store, desk.novel, 1, 2, 2)
    with pytest.raises(UsageError, match=f"greyhound.*lock {lock.id}"):
        replace(desk.store, desk.novel, Query("grey"), "blue", Scope.of_book())
    assert desk.text(2) == TWO
    leaving = {"chapters.1.text:2"}
    assert replace(desk.store, desk.novel, Query("grey"), "blue", Scope.of_book(), leaving)
    assert desk.text(1).endswith("greyhound.")


def test_what_changed_since_it_was_seen_is_not_touched(desk: Desk) -> None:
    query, scope = Query("grey"), Scope.of_book()
    found = search(desk.store, desk.novel, query, scope)
    desk.edit(2, "A grey day. " + TWO)
    with pytest.raises(HeadMoved, match="in the meantime"):
        replace(desk.store, desk.novel, query, "blue", scope, seen=found)
    assert desk.text(1) == ONE


@pytest.mark.parametrize(
    ("query", "replacement", "error", "message"),
    [
        (Query("xylophone"), "a", NotFoundError, "stands nowhere"),
        (Query("(", is_pattern=True), "a", UsageError, "no regular expression"),
        (Query("(grey)", is_pattern=True), r"\2", UsageError, "names a group"),
        (Query(r"[\s\S]+", is_pattern=True), "", UsageError, "Nothing of chapter 1"),
        (Query("grey"), "[[grey]]", UsageError, "make a note"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    desk: Desk, query: Query, replacement: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        replace(desk.store, desk.novel, query, replacement, Scope.of_book())
    assert (desk.text(1), desk.text(2)) == (ONE, TWO)


def test_the_same_words_are_no_change(desk: Desk) -> None:
    query = Query("grey", is_case_sensitive=True)
    assert replace(desk.store, desk.novel, query, "grey", Scope.of_book()) is None


def test_a_paragraph_of_which_nothing_is_left_goes(desk: Desk) -> None:
    query = Query("Nobody saw the greyhound.")
    replace(desk.store, desk.novel, query, "", Scope.of_chapter(1))
    assert desk.text(1) == "Mara kept a grey coat. GREY was the sea."
