"""The tasks of a redraft: its drafts are begun by one worker, written by many, chosen among by one.

The drafts are the revisions that `novelgen regenerate --drafts N` would write one after the other,
with the same numbers and so the same words. All workers share one run.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from novelgen.engine.protocol import Engine
from novelgen.fleet.hands import Hands
from novelgen.fleet.outcome import (
    DONE_AND_STORED,
    GIVEN_BACK,
    Outcome,
    left_to_others,
    stopped_by_person,
)
from novelgen.fleet.settling import settle_in
from novelgen.fleet.terms import RedraftTerms
from novelgen.fleet.watch import Watch
from novelgen.generation.events import ChapterRedrafted, Event
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.open_chapter import key_before
from novelgen.generation.passage import DrawingCancelled
from novelgen.generation.regeneration import Redrafter
from novelgen.generation.shared_run import SharedRun, join_run
from novelgen.generation.stop import StopSignal
from novelgen.planning.questions import PlanningCancelled
from storage.errors import HeadMoved
from storage.fleet_records import JobRecord, TaskKind, TaskRecord, TaskState
from storage.records import NovelRecord, RevisionState
from storage.store import Store
from storage.unit_of_work import UnitOfWork

OnEvent = Callable[[Event], None]


def work_on_redraft(
    store: Store,
    hands: Hands,
    job: JobRecord,
    task: TaskRecord,
    stop: StopSignal,
    watch: Watch,
    on_event: OnEvent,
) -> Outcome:
    """Do one task of a redraft. The caller shares the novel's lock.

    What is done is stored with what it brought; the caller stores every other outcome. Raises what
    drafting raises.
    """
    with store.reading() as work:
        novel = work.novels.get(job.novel_id)
    part = _Part(store, hands, novel, job, task, stop)
    try:
        for event in part.do():
            on_event(event)
    except (PlanningCancelled, DrawingCancelled):
        pass
    except HeadMoved as moved:
        return part.after_a_move(moved)
    if part.is_done:
        return DONE_AND_STORED
    return GIVEN_BACK if watch.has_stopped else stopped_by_person()


class _Part:
    """One task of one redraft."""

    def __init__(
        self,
        store: Store,
        hands: Hands,
        novel: NovelRecord,
        job: JobRecord,
        task: TaskRecord,
        stop: StopSignal,
    ) -> None:
        self._store = store
        self._hands = hands
        self._novel = novel
        self._task = task
        self._stop = stop
        self._terms = RedraftTerms.of(job)
        self._engine: Engine | None = None
        self.is_done = False
        """Whether the task is done, and stored as done with what it brought."""

    def do(self) -> Iterator[Event]:
        """Everything that happens. Raises what drafting raises."""
        self._engine = engine = self._hands.engine(self._novel)
        terms = self._hands.terms(self._novel, RunLimits())
        with self._store.writing() as work:
            self._require_taken(work)
            shared = work.fleet_tasks.job(self._task.job_id).run_id
            run = join_run(work, self._novel, engine, shared, terms)
            work.fleet_tasks.share_run(self._task.job_id, run.id)
        share = SharedRun(
            self._store,
            engine,
            self._hands.library,
            self._novel,
            run,
            stop=self._stop,
            terms=terms,
            planner=self._hands.planner(self._novel),
        )
        with share.working() as context:
            for event in self._steps(context):
                share.note(event)
                yield event

    def _steps(self, context: NovelContext) -> Iterator[Event]:
        if self._task.kind is TaskKind.CHOOSE and self._is_chosen(context):
            with self._store.writing() as work:
                settle_in(work, self._task)
            self.is_done = True
            return
        stands = self._terms.stands_revision_id
        redrafter = Redrafter(context, self._terms.redraft, stands_revision_id=stands)
        yield from redrafter.prepare()
        if self._stop.is_requested:
            return
        if self._task.kind is TaskKind.PREPARE:
            self._begin_drafts(redrafter)
        elif self._task.kind is TaskKind.DRAFT:
            yield from self._draft(redrafter)
        else:
            yield self._choose(redrafter)

    def _begin_drafts(self, redrafter: Redrafter) -> None:
        """Every draft is begun, and a task, in one transaction."""
        kept = redrafter.kept()
        terms = replace(self._terms, stands_revision_id=redrafter.stands.id)
        with self._store.writing() as work:
            self._require_taken(work)
            work.fleet_tasks.set_terms(self._task.job_id, terms.as_json())
            for number in range(1, terms.redraft.drafts + 1):
                revision = redrafter.begin(work, kept)
                work.fleet_tasks.add_task(self._task.job_id, TaskKind.DRAFT, number, revision.id)
            settle_in(work, self._task)
        self.is_done = True

    def _draft(self, redrafter: Redrafter) -> Iterator[Event]:
        revision_id = self._task.revision_id or ""
        with self._store.reading() as work:
            revision = work.chapters.revision(revision_id)
        if revision.state is RevisionState.OPEN:
            yield from redrafter.draft(revision, self._task.part or 1)
        with self._store.writing() as work:
            if work.chapters.revision(revision_id).state is not RevisionState.COMPLETE:
                return
            self._require_taken(work)
            drafts = _drafts_of(work, self._task.job_id)
            others = [draft for draft in drafts if draft.id != self._task.id]
            if all(draft.state is TaskState.DONE for draft in others):
                work.fleet_tasks.add_task(self._task.job_id, TaskKind.CHOOSE)
            settle_in(work, self._task)  # after that: what follows from a held task is held
        self.is_done = True

    def _choose(self, redrafter: Redrafter) -> ChapterRedrafted:
        with self._store.reading() as work:
            drafts = _drafts_of(work, self._task.job_id)
            revisions = [work.chapters.revision(draft.revision_id or "") for draft in drafts]
        chosen = redrafter.choose(revisions, lambda work: settle_in(work, self._task))
        self.is_done = True
        return chosen

    def _is_chosen(self, context: NovelContext) -> bool:
        """Whether a worker that died has chosen already."""
        with self._store.reading() as work:
            drafts = {draft.revision_id for draft in _drafts_of(work, self._task.job_id)}
            chapter = work.chapters.get(context.branch_id, self._terms.redraft.chapter)
        return chapter is not None and chapter.revision.id in drafts

    def after_a_move(self, moved: HeadMoved) -> Outcome:
        """What a refused commit means: a changed past, or a run that is another's by now."""
        branch_id = self._novel.active_branch_id
        number = self._terms.redraft.chapter
        with self._store.reading() as work:
            chapter = work.chapters.get(branch_id, number)
            stands = work.fleet_tasks.job(self._task.job_id).terms["stands_revision_id"]
            has_changed = chapter is None or stands not in (None, chapter.revision.id)
            if has_changed:
                return Outcome(TaskState.FAILED, moved.message)
            if self._is_of_another_past(work):
                return Outcome(
                    TaskState.FAILED,
                    f"A chapter before chapter {number} was changed since its drafts were begun. "
                    "What was drafted is kept with its revisions; let it be drafted anew.",
                )
        return left_to_others(moved.message)

    def _is_of_another_past(self, work: UnitOfWork) -> bool:
        """Whether chapters before the draft were changed since it was begun."""
        if self._engine is None or self._task.revision_id is None:
            return False
        segments = work.segments.of_revision(self._task.revision_id)
        first = next(iter(segments), None)
        identity = identity_of_engine(self._engine.info)
        branch_id = self._novel.active_branch_id
        before = key_before(work, branch_id, self._terms.redraft.chapter, identity)
        return first is not None and first.parent_key != before

    def _require_taken(self, work: UnitOfWork) -> None:
        work.fleet_tasks.require_taken(self._task.id, self._task.worker_id or "")


def _drafts_of(work: UnitOfWork, job_id: str) -> list[TaskRecord]:
    return [task for task in work.fleet_tasks.of_job(job_id) if task.kind is TaskKind.DRAFT]
