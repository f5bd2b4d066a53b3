"""Drafts that were begun in another past, and what a worker comes upon when it enters."""

from novelgen.engine.scripted import ScriptedEngine
from novelgen.fleet.queue import add_novel, add_redraft
from novelgen.fleet.terms import WriteTerms
from novelgen.generation.events import Event, SegmentCommitted
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.regeneration import Redraft
from storage.fleet_records import NewWorker, TaskKind, TaskRecord, TaskState, WorkerState
from storage.run_records import PauseRequest
from tests.fleet.conftest import Fleet


def test_a_draft_whose_past_was_changed_fails_and_no_memory_is_false(fleet: Fleet) -> None:
    """It keeps paragraphs, whose keys name memories of the text that stood before it."""
    desk = fleet.novel(2_000)
    desk.write()
    add_redraft(fleet.store, desk.fresh(), Redraft(2, from_paragraph=8, drafts=2))
    changed = False

    def change_chapter_one(task: TaskRecord, _event: Event) -> None:
        nonlocal changed
        if task.kind is TaskKind.DRAFT and not changed:
            changed = True
            desk.edit(1, desk.text(1) + "\n\nAnd nobody had seen it.")

    before = desk.text(2)
    fleet.work(then=change_chapter_one)
    fleet.work()
    assert changed
    assert desk.text(2) == before
    failed = [task for task in fleet.tasks() if task.state is TaskState.FAILED]
    assert failed
    assert all("was changed since" in task.note for task in failed)
    engine = ScriptedEngine()
    identity = identity_of_engine(engine.info)
    with fleet.store.reading() as work:
        for revision in work.chapters.revisions(desk.novel.id, 2):
            for segment in work.segments.of_revision(revision.id):
                assert segment.key == identity.next_key(segment.parent_key, segment.text)


def test_what_a_dead_worker_had_begun_goes_on_before_what_waits(fleet: Fleet) -> None:
    begun, waiting = fleet.novel(1_500, seed=1), fleet.novel(1_500, seed=2)
    add_novel(fleet.store, begun.fresh(), WriteTerms())
    add_novel(fleet.store, waiting.fresh(), WriteTerms())
    with fleet.store.writing() as work:
        dead = work.fleet_workers.enter(NewWorker("dead", "elsewhere", 1))
        taken = work.fleet_tasks.take(dead.id)
    assert taken is not None
    heard = fleet.work()
    assert [task.novel_id for task in heard.tasks] == [begun.novel.id, waiting.novel.id]
    with fleet.store.reading() as work:
        assert work.fleet_workers.get(dead.id).state is WorkerState.LOST


def test_who_was_started_before_all_were_asked_to_leave_leaves_when_it_enters(
    fleet: Fleet,
) -> None:
    add_novel(fleet.store, fleet.novel(500).fresh(), WriteTerms())
    with fleet.store.writing() as work:
        assert work.fleet_workers.generation() == 0
        assert work.fleet_workers.ask_to_leave(PauseRequest.AFTER_SEGMENT) == 0
        assert work.fleet_workers.generation() == 1
        late = work.fleet_workers.enter(NewWorker("late", "desk", 1, generation=0))
        fresh = work.fleet_workers.enter(NewWorker("fresh", "desk", 1, generation=1))
    assert late.leave_request is PauseRequest.AFTER_SEGMENT
    assert fresh.leave_request is PauseRequest.NONE
    assert fleet.work().tasks == []
    assert fleet.states() == [TaskState.WAITING]


def test_one_whose_connections_are_cut_time_and_again_does_not_stay_in_the_way(
    fleet: Fleet,
) -> None:
    """The database fails with this novel alone, say for a text that it cannot take."""
    from storage.errors import DatabaseUnavailable

    add_novel(fleet.store, fleet.novel(1_500, seed=1).fresh(), WriteTerms())
    add_novel(fleet.store, fleet.novel(500, seed=2).fresh(), WriteTerms())
    first = fleet.tasks()[0].id

    def fail(task: TaskRecord, event: Event) -> None:
        if task.id == first and not isinstance(event, SegmentCommitted):
            raise DatabaseUnavailable("The statement took too long.")

    heard = fleet.work(then=fail)
    assert len(heard.troubles) == 5
    assert fleet.states() == [TaskState.FAILED, TaskState.DONE]
    assert "the log" in fleet.tasks()[0].note
