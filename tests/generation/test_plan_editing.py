"""Changes to a plan are versions, made over what the person saw, also beside a running writer."""

from dataclasses import replace

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.events import ChapterBegun, NovelFinished, SegmentCommitted
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.plan_editing import (
    SeenPlan,
    change_target,
    plan_anew,
    restore_plan,
    see_plan,
    store_document,
)
from novelgen.planning.document import DocumentChapter, DocumentPart, PlanDocument, document_of
from novelgen.planning.document_markdown import parse_markdown, render_markdown
from storage.errors import HeadMoved
from storage.records import NovelStatus
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """Four chapters planned, the first one written."""
    made = desks.desk(4_000, chapters=4)
    made.write(limits=RunLimits(plan_only=True))
    made.write(limits=RunLimits(until_chapter=1))
    return made


def seen(desk: Desk, version: int | None = None) -> SeenPlan:
    return see_plan(desk.store, desk.fresh(), version)


def edited(desk: Desk, at: int, **how: object) -> PlanDocument:
    document = seen(desk).document
    chapters = list(document.chapters)
    chapters[at - 1] = replace(chapters[at - 1], **how)  # type: ignore[arg-type]
    return replace(document, parts=(DocumentPart(chapters=tuple(chapters)),))


def test_the_document_of_a_plan_is_stored_as_the_plan_it_came_from(desk: Desk) -> None:
    before = seen(desk)
    assert before.written == 1
    text = render_markdown(before.document)
    assert store_document(desk.store, before, parse_markdown(text)).is_changed is False
    assert seen(desk).version == before.version


def test_an_edited_document_is_a_new_version_and_the_writer_writes_by_it(desk: Desk) -> None:
    title = desk.seen(1).title
    done = store_document(desk.store, seen(desk), edited(desk, 3, title="Mine", words=1_400))
    assert (done.version, done.is_changed, done.written) == (2, True, 1)
    desk.write()
    assert (desk.seen(1).title, desk.seen(3).title) == (title, "Mine")
    with desk.store.reading() as work:
        chapters = work.chapters.of_branch(desk.fresh().active_branch_id)
    assert abs(chapters[2].revision.words - 1_400) <= 140
    assert abs(sum(chapter.revision.words for chapter in chapters) - 4_000) <= 40


def test_two_edits_do_not_overwrite_each_other(desk: Desk) -> None:
    first, second = seen(desk), seen(desk)
    mine, yours = edited(desk, 3, title="Mine"), edited(desk, 4, title="Yours")
    store_document(desk.store, first, replace(mine, version=None))
    with pytest.raises(HeadMoved, match="version 2 now, not 1"):
        store_document(desk.store, second, replace(yours, version=None))
    with pytest.raises(UsageError, match="made from version 1"):
        store_document(desk.store, seen(desk), yours)
    assert seen(desk).content.cards[3].title == "Mine"


def test_an_older_version_comes_back_as_a_new_one(desk: Desk) -> None:
    before = seen(desk)
    store_document(desk.store, before, edited(desk, 3, title="Mine"))
    done = restore_plan(desk.store, seen(desk), 1)
    assert done.version == 3
    assert seen(desk).content.cards == before.content.cards
    assert seen(desk).content.structure.made == "version 1 again"
    assert restore_plan(desk.store, seen(desk), 3).is_changed is False
    with pytest.raises(NotFoundError, match="no version 9"):
        restore_plan(desk.store, seen(desk), 9)


def test_planned_anew_from_the_first_unwritten_chapter_on(desk: Desk) -> None:
    before = seen(desk).content
    text = desk.text(1)
    plan_anew(desk.store, seen(desk))
    assert set(seen(desk).content.cards) == {1}
    desk.write()
    after = seen(desk).content
    assert after.cards[1] == before.cards[1]
    assert all(after.cards[number].brief != before.cards[number].brief for number in (2, 3, 4))
    assert (desk.text(1), desk.complete_chapters()) == (text, 4)
    with pytest.raises(UsageError, match="4 of 4 chapters are written"):
        plan_anew(desk.store, seen(desk))


def test_the_novel_may_become_longer_or_shorter(desk: Desk) -> None:
    change_target(desk.store, seen(desk), 7_000)
    assert desk.fresh().target_words == 7_000
    desk.write()
    with desk.store.reading() as work:
        words = work.chapters.totals(desk.fresh().active_branch_id).words
    assert abs(words - 7_000) <= 70
    with pytest.raises(UsageError, match="4,999"):
        change_target(desk.store, seen(desk), 4_999)
    assert desk.fresh().target_words == 7_000


def test_chapters_added_to_a_finished_novel_are_written(desk: Desk) -> None:
    desk.write()
    assert desk.fresh().status is NovelStatus.FINISHED
    document = seen(desk).document
    more = DocumentChapter(None, "After All", 1_000, "They meet once more.")
    longer = replace(document, parts=(DocumentPart(chapters=(*document.chapters, more)),))
    store_document(desk.store, seen(desk), longer, 5_000)
    assert desk.fresh().status is NovelStatus.PAUSED
    desk.write()
    assert desk.seen(5).title == "After All"
    assert desk.fresh().status is NovelStatus.FINISHED


@pytest.mark.parametrize("grows", [True, False])
def test_a_running_writer_takes_a_new_version_up(desks: Desks, grows: bool) -> None:
    desk = desks.desk(3_000, chapters=3)
    begun = []
    was_edited = False
    seen_events = []
    for event in desk.run().events():
        seen_events.append(event)
        if isinstance(event, ChapterBegun):
            begun.append(event.title)
        if isinstance(event, SegmentCommitted) and event.chapter == 2 and not was_edited:
            was_edited = True
            before = seen(desk)
            chapters = before.document.chapters
            more = DocumentChapter(None, "More", 800, "More happens here.")
            kept = (*chapters, more) if grows else chapters[:2]
            document = replace(before.document, parts=(DocumentPart(chapters=kept),))
            store_document(desk.store, before, document, None if grows else 2_000)
    assert was_edited
    assert isinstance(seen_events[-1], NovelFinished)
    assert len(begun) == (4 if grows else 2)
    if grows:
        assert begun[-1] == "More"
    assert desk.complete_chapters() == len(begun)


def test_what_a_run_plans_while_a_person_edits_is_kept(desks: Desks) -> None:
    desk = desks.desk(4_000, chapters=4)
    events = desk.run(limits=RunLimits(plan_only=True)).events()
    next(events)
    before = seen(desk)
    document = before.document
    for _ in events:
        pass
    store_document(desk.store, before, replace(document, version=None, characters=()))
    after = seen(desk)
    assert len(after.content.cards) == 4 > len(before.content.cards)
    assert document_of(after.content).characters == document.characters


def test_a_novel_without_a_plan_says_so(desks: Desks) -> None:
    with pytest.raises(NotFoundError, match="has no plan yet"):
        seen(desks.desk(1_000))
