"""A chapter drafted anew by a fleet: the drafts, and the choice, of one process alone."""

import time
from collections.abc import Callable

import pytest

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import DecodeRequest, DecodeResult
from novelgen.errors import NotFoundError, UsageError
from novelgen.fleet.queue import add_novel, add_redraft, let_go_on, pause_novel, remove_novel
from novelgen.fleet.terms import WriteTerms
from novelgen.generation.editing import undo_change
from novelgen.generation.events import ChapterRedrafted, DraftBegun, Event, SegmentCommitted
from novelgen.generation.importing import store_import
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.regeneration import Redraft
from novelgen.generation.verification import verify_branch
from novelgen.manuscript.importing.values import ImportedChapter, ImportedManuscript
from storage.errors import RecordNotFound
from storage.fleet_records import TaskKind, TaskRecord, TaskState
from storage.records import NewNovel, NovelStatus, RevisionState
from storage.run_records import PauseRequest, RunPurpose, RunRecord, RunStatus
from storage.store import Store
from tests.fleet.conftest import Fleet, revisions_of
from tests.generation.conftest import Desk, Desks
from tests.storage.raw import execute

WORDS = 2_000
WISH = Redraft(2, drafts=3, instruction="Let it rain.")


@pytest.fixture
def desk(fleet: Fleet) -> Desk:
    made = fleet.novel(WORDS)
    made.write()
    return made


@pytest.fixture
def alone(desks: Desks) -> Desk:
    """The same novel where no fleet is."""
    made = desks.desk(WORDS)
    made.write()
    return made


def by_itself(alone: Desk, wish: Redraft) -> list[Event]:
    """What one run does, without a fleet."""
    return alone.redraft(wish, purpose=RunPurpose.REGENERATE)


def redraft_runs(desk: Desk) -> list[RunRecord]:
    with desk.store.reading() as work:
        runs = work.runs.of_novel(desk.novel.id)
    return [run for run in runs if run.purpose is RunPurpose.REGENERATE]


def drafts_in_hand(fleet: Fleet) -> list[TaskRecord]:
    return [task for task in fleet.tasks() if task.kind is TaskKind.DRAFT]


def require_same(desk: Desk, alone: Desk, chapter: int = 2) -> None:
    assert revisions_of(desk, chapter) == revisions_of(alone, chapter)
    assert desk.chapters() == alone.chapters()
    assert desk.seen(chapter).revision.number == alone.seen(chapter).revision.number
    assert desk.behind() == alone.behind()
    assert desk.fresh().status is alone.fresh().status
    assert memory_of(desk) == memory_of(alone)


def memory_of(desk: Desk) -> tuple[str, str]:
    novel = desk.fresh()
    return novel.model_fingerprint, novel.adapter_fingerprint


@pytest.mark.parametrize("workers", [1, 3])
def test_the_drafts_and_the_choice_are_those_of_one_alone(
    fleet: Fleet, desk: Desk, alone: Desk, workers: int
) -> None:
    before = desk.chapters()
    (chosen,) = (each for each in by_itself(alone, WISH) if isinstance(each, ChapterRedrafted))
    add_redraft(fleet.store, desk.fresh(), WISH)
    heard = [ended() for ended in [fleet.begin() for _ in range(workers)]]
    require_same(desk, alone)
    events = [event for each in heard for event in each.events]
    assert [each for each in events if isinstance(each, ChapterRedrafted)] == [chosen]
    begun = sorted(each.number for each in events if isinstance(each, DraftBegun))
    assert begun == [1, 2, 3]
    assert [(task.kind.value, task.part, task.state) for task in fleet.tasks()] == [
        ("prepare", None, TaskState.DONE),
        ("draft", 1, TaskState.DONE),
        ("draft", 2, TaskState.DONE),
        ("draft", 3, TaskState.DONE),
        ("choose", None, TaskState.DONE),
    ]
    (run,) = redraft_runs(desk)
    assert run.status is RunStatus.FINISHED
    assert run.words == redraft_runs(alone)[0].words
    with fleet.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound
    undo_change(fleet.store, desk.fresh())
    assert desk.chapters() == before
    assert not fleet.store.is_novel_locked(desk.novel.id)


def test_kept_paragraphs_and_wanted_words_are_heeded(fleet: Fleet, desk: Desk, alone: Desk) -> None:
    wish = Redraft(1, from_paragraph=4, drafts=2, words=700)
    by_itself(alone, wish)
    add_redraft(fleet.store, desk.fresh(), wish)
    fleet.work()
    require_same(desk, alone, 1)
    assert desk.text(1).split("\n\n")[:3] == revisions_of(desk, 1)[0][3].split("\n\n")[:3]


def test_a_chapter_being_written_is_drafted_to_its_end(fleet: Fleet, desks: Desks) -> None:
    desk, alone = fleet.novel(WORDS), desks.desk(WORDS)
    limits = RunLimits(until_words=1_800)
    for each in (desk, alone):
        each.write(limits=limits)
    number = desk.complete_chapters() + 1
    assert desk.seen(number).revision.state is RevisionState.OPEN
    by_itself(alone, Redraft(number, drafts=2))
    add_redraft(fleet.store, desk.fresh(), Redraft(number, drafts=2))
    fleet.work()
    require_same(desk, alone, number)


def test_a_novel_whose_memory_was_never_read_knows_it_afterwards(
    fleet: Fleet, desks: Desks
) -> None:
    """As one has that was imported."""
    desk, alone = imported(fleet.store), imported(desks.desk().store)
    assert memory_of(desk) == ("", "")
    by_itself(alone, Redraft(2, drafts=2))
    add_redraft(fleet.store, desk.fresh(), Redraft(2, drafts=2))
    fleet.work()
    require_same(desk, alone)


def imported(store: Store) -> Desk:
    told = [f"Ann walked along the river to Hartford, for the {n}th time." for n in range(30)]
    chapters = [ImportedChapter(title, "\n\n".join(told)) for title in ("Water", "Salt", "Sea")]
    manuscript = ImportedManuscript(tuple(chapters), title="Reed", author="A. B.")
    settings = NovelSettings().as_json()
    new = NewNovel("Reed", "", 7, manuscript.words, "scripted", author="A. B.", settings=settings)
    return Desk(store, store_import(store, new, manuscript))


def test_what_cannot_be_drafted_is_refused_at_once(fleet: Fleet, desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="has no text yet"):
        add_redraft(fleet.store, desk.fresh(), Redraft(9))
    with pytest.raises(UsageError, match="--from-paragraph is 999"):
        add_redraft(fleet.store, desk.fresh(), Redraft(2, from_paragraph=999))
    assert fleet.tasks() == []


def test_a_chapter_changed_by_hand_stands_and_the_drafts_are_kept(fleet: Fleet, desk: Desk) -> None:
    add_redraft(fleet.store, desk.fresh(), WISH)
    changed: list[object] = []

    def change(task: TaskRecord, event: Event) -> None:
        if task.part == 2 and isinstance(event, SegmentCommitted) and not changed:
            changed.append(desk.edit(2, "I wrote it myself."))

    fleet.work(then=change)
    kinds = [(task.kind, task.state) for task in fleet.tasks()]
    assert kinds == [
        (TaskKind.PREPARE, TaskState.DONE),
        (TaskKind.DRAFT, TaskState.DONE),
        (TaskKind.DRAFT, TaskState.FAILED),
        (TaskKind.DRAFT, TaskState.FAILED),
    ]
    notes = [task.note for task in drafts_in_hand(fleet) if task.state is TaskState.FAILED]
    assert all("changed" in note for note in notes), notes
    assert desk.text(2) == "I wrote it myself."
    assert len(revisions_of(desk, 2)) == 5
    assert revisions_of(desk, 2)[1][1] == "complete"
    assert all(run.status is not RunStatus.RUNNING for run in redraft_runs(desk))
    assert desk.fresh().status is NovelStatus.FINISHED
    assert remove_novel(fleet.store, desk.novel.id) == 1
    assert fleet.tasks() == []


def test_a_chapter_changed_before_the_choice_is_not_replaced(fleet: Fleet, desk: Desk) -> None:
    add_redraft(fleet.store, desk.fresh(), Redraft(2, drafts=1))
    edited: list[object] = []

    def change(task: TaskRecord, event: Event) -> None:
        with fleet.store.reading() as work:
            draft = work.chapters.revision(task.revision_id) if task.revision_id else None
        if draft is not None and draft.state is RevisionState.COMPLETE and not edited:
            edited.append(desk.edit(2, "I wrote it myself."))

    fleet.work(then=change)
    assert edited
    assert desk.text(2) == "I wrote it myself."
    assert {task.kind: task.state for task in fleet.tasks()}[TaskKind.CHOOSE] is TaskState.FAILED


def test_a_choice_is_made_once_even_if_its_worker_dies_right_after_it(
    fleet: Fleet, desk: Desk, alone: Desk
) -> None:
    by_itself(alone, WISH)
    add_redraft(fleet.store, desk.fresh(), WISH)
    fleet.work()
    put_back(fleet, fleet.tasks()[-1])
    heard = fleet.work()
    assert heard.events == []
    assert [task.kind for task in heard.tasks] == [TaskKind.CHOOSE]
    assert fleet.states() == [TaskState.DONE] * 5
    require_same(desk, alone)
    undo_change(fleet.store, desk.fresh())
    with pytest.raises(RecordNotFound):
        undo_change(fleet.store, desk.fresh())


def put_back(fleet: Fleet, task: TaskRecord) -> None:
    """As if who did it had died before it could say so."""
    execute(fleet.url, f"UPDATE fleet_tasks SET state = 'waiting' WHERE id = {task.id}")


def test_a_draft_goes_on_from_where_its_lost_worker_was(
    fleet: Fleet, desk: Desk, alone: Desk
) -> None:
    by_itself(alone, WISH)
    add_redraft(fleet.store, desk.fresh(), WISH)
    seen: list[Event] = []

    def vanish(task: TaskRecord, event: Event) -> None:
        if task.part and isinstance(event, SegmentCommitted):
            seen.append(event)
            if len(seen) == 1:
                with fleet.store.writing() as work:
                    work.fleet_tasks.take_from_the_dead(task.id, task.worker_id or "", 3)
                raise KeyError("as if it had been lost")

    heard = fleet.work(then=vanish)
    assert [task.part for task in heard.tasks].count(1) == 2
    assert fleet.states() == [TaskState.DONE] * 5
    require_same(desk, alone)


def test_drafts_that_a_person_pauses_wait_all_of_them(
    fleet: Fleet, desk: Desk, alone: Desk
) -> None:
    by_itself(alone, WISH)
    add_redraft(fleet.store, desk.fresh(), WISH)
    engine = Held(lambda: bool(drafts_in_hand(fleet)))
    ended = [fleet.begin(engine) for _ in range(2)]
    while sum(task.state is TaskState.TAKEN for task in drafts_in_hand(fleet)) < 2:
        time.sleep(0.02)
    assert pause_novel(fleet.store, desk.novel.id, PauseRequest.NOW) == 3
    for each in ended:
        each()
    assert [task.state for task in drafts_in_hand(fleet)] == [TaskState.HELD] * 3
    assert all(run.status is RunStatus.STOPPED for run in redraft_runs(desk))
    assert fleet.work().tasks == []
    assert let_go_on(fleet.store, desk.novel.id, (TaskState.HELD,)) == 3
    fleet.work()
    assert fleet.states() == [TaskState.DONE] * 5
    require_same(desk, alone)


class Held(ScriptedEngine):
    """Draws nothing while something holds, until it is told to stop."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        super().__init__()
        self._holds = holds

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        while self._holds() and not (observer is not None and observer.should_stop()):
            time.sleep(0.02)
        return super().decode(request, observer)


def test_the_choice_is_held_too_where_the_last_draft_was_to_be(fleet: Fleet, desk: Desk) -> None:
    before = desk.chapters()
    add_redraft(fleet.store, desk.fresh(), Redraft(2, drafts=1))

    def pause(task: TaskRecord, event: Event) -> None:
        with fleet.store.reading() as work:
            draft = work.chapters.revision(task.revision_id) if task.revision_id else None
        if draft is not None and draft.state is RevisionState.COMPLETE:
            pause_novel(fleet.store, desk.novel.id, PauseRequest.AFTER_SEGMENT)

    fleet.work(then=pause)
    assert fleet.tasks()[-1].kind is TaskKind.CHOOSE
    assert fleet.tasks()[-1].state is TaskState.HELD
    assert desk.chapters() == before
    assert let_go_on(fleet.store, desk.novel.id, (TaskState.HELD,)) == 1
    fleet.work()
    assert desk.chapters() != before


def test_a_novel_is_written_on_after_its_chapter_was_drafted(fleet: Fleet, desks: Desks) -> None:
    """Both are in the queue; neither takes the novel over from the other."""
    desk, alone = fleet.novel(WORDS), desks.desk(WORDS)
    for each in (desk, alone):
        each.write(limits=RunLimits(until_chapter=2))
    by_itself(alone, Redraft(1, drafts=2))
    alone.write()
    add_redraft(fleet.store, desk.fresh(), Redraft(1, drafts=2))
    fleet.work()
    add_novel(fleet.store, desk.fresh(), WriteTerms())
    fleet.work()
    require_same(desk, alone, 1)
    assert desk.fresh().status is NovelStatus.FINISHED


def test_two_chapters_are_drafted_one_after_the_other(
    fleet: Fleet, desk: Desk, alone: Desk
) -> None:
    """The drafts of the second are written with the memory of what was chosen for the first."""
    for number in (1, 2):
        by_itself(alone, Redraft(number, drafts=2))
        add_redraft(fleet.store, desk.fresh(), Redraft(number, drafts=2))
    heard = [ended() for ended in [fleet.begin() for _ in range(2)]]
    assert all(each.state is not TaskState.FAILED for each in fleet.tasks())
    assert sum(len(each.tasks) for each in heard) == 8
    require_same(desk, alone, 1)
    require_same(desk, alone, 2)


def test_writing_and_drafting_wait_for_each_other(fleet: Fleet) -> None:
    desk = fleet.novel(WORDS)
    desk.write(limits=RunLimits(until_chapter=2))
    add_redraft(fleet.store, desk.fresh(), Redraft(1, drafts=3))
    add_novel(fleet.store, desk.fresh(), WriteTerms())
    for ended in [fleet.begin() for _ in range(2)]:
        ended()
    assert set(fleet.states()) == {TaskState.DONE}
    assert desk.fresh().status is NovelStatus.FINISHED
    with fleet.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound
        runs = work.runs.of_novel(desk.novel.id)
    assert not [run for run in runs if run.status is RunStatus.RUNNING]
