"""The tasks of a redraft: its drafts are begun by one worker, written by many, chosen among by one.

The drafts are the revisions that `novelgen regenerate --drafts N` would write one after the other,
with the same numbers and so the same words. All workers share one run; when the last of them stops
before the choice, the run has stopped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from novelgen.fleet.hands import Hands
from novelgen.fleet.outcome import DONE, GIVEN_BACK, Outcome, left_to_others, stopped_by_person
from novelgen.fleet.terms import RedraftTerms
from novelgen.fleet.watch import Watch
from novelgen.generation.events import ChapterRedrafted, Event, RunStopped
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.passage import DrawingCancelled
from novelgen.generation.regeneration import Redrafter
from novelgen.generation.shared_run import SharedRun, end_run, join_run
from novelgen.generation.stop import StopSignal
from novelgen.planning.questions import PlanningCancelled
from storage.errors import HeadMoved, StorageFailure
from storage.fleet_records import JobRecord, TaskKind, TaskRecord, TaskState
from storage.records import NovelRecord, RevisionState
from storage.run_records import RunRecord
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
    """Do one task of a redraft. Raises what drafting raises."""
    lock = store.try_share_novel(job.novel_id)
    if lock is None:
        return left_to_others("being written by another process")
    with lock:
        with store.reading() as work:
            novel = work.novels.get(job.novel_id)
        part = _Part(store, hands, novel, job, task, stop)
        with part.ending_run_if_last():
            try:
                for event in part.do():
                    on_event(event)
            except (PlanningCancelled, DrawingCancelled):
                pass
            except HeadMoved as moved:
                return part.after_a_move(moved)
    if part.is_settled:
        return DONE
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
        self._run: RunRecord | None = None
        self.is_settled = False
        """Whether the task is done, and stored as done with what it brought."""

    def do(self) -> Iterator[Event]:
        """Everything that happens. Raises what drafting raises."""
        engine = self._hands.engine(self._novel)
        terms = self._hands.terms(self._novel, RunLimits())
        with self._store.writing() as work:
            self._require_taken(work)
            shared = work.fleet_tasks.job(self._task.job_id).run_id
            self._run = join_run(work, self._novel, engine, shared, terms)
            work.fleet_tasks.share_run(self._task.job_id, self._run.id)
        share = SharedRun(
            self._store,
            engine,
            self._hands.library,
            self._novel,
            self._run,
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
                self._settle_in(work)
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
            self._settle_in(work)

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
            self._settle_in(work)
            drafts = _drafts_of(work, self._task.job_id)
            if all(draft.state is TaskState.DONE for draft in drafts):
                work.fleet_tasks.add_task(self._task.job_id, TaskKind.CHOOSE)

    def _choose(self, redrafter: Redrafter) -> ChapterRedrafted:
        with self._store.reading() as work:
            drafts = _drafts_of(work, self._task.job_id)
            revisions = [work.chapters.revision(draft.revision_id or "") for draft in drafts]
        chosen = redrafter.choose(revisions)
        with self._store.writing() as work:
            self._settle_in(work)
        return chosen

    def _is_chosen(self, context: NovelContext) -> bool:
        """Whether a worker that died has chosen already."""
        with self._store.reading() as work:
            drafts = {draft.revision_id for draft in _drafts_of(work, self._task.job_id)}
            chapter = work.chapters.get(context.branch_id, self._terms.redraft.chapter)
        return chapter is not None and chapter.revision.id in drafts

    def after_a_move(self, moved: HeadMoved) -> Outcome:
        """What a refused commit means: a changed chapter, or a run that is another's by now."""
        with self._store.reading() as work:
            branch_id = self._novel.active_branch_id
            chapter = work.chapters.get(branch_id, self._terms.redraft.chapter)
            stands = work.fleet_tasks.job(self._task.job_id).terms["stands_revision_id"]
        if chapter is None or stands not in (None, chapter.revision.id):
            return Outcome(TaskState.FAILED, moved.message)
        return left_to_others(moved.message)

    @contextmanager
    def ending_run_if_last(self) -> Iterator[None]:
        """A run that nobody works on when the block has ended, has ended too, however it did."""
        try:
            yield
        finally:
            with suppress(StorageFailure):  # it is found crashed by the next who looks
                self._end_run()

    def _end_run(self) -> None:
        if self._run is None:
            return
        with self._store.writing() as work:
            tasks = work.fleet_tasks.of_job(self._task.job_id)
            others = [task for task in tasks if task.id != self._task.id]
            is_left = all(task.state is not TaskState.TAKEN for task in others)
            if self._task.kind is TaskKind.CHOOSE and self.is_settled:
                end_run(work, self._run)
            elif is_left and (self._stop.is_requested or not self.is_settled):
                words = work.chapters.totals(self._novel.active_branch_id).words
                number = self._terms.redraft.chapter
                why = f"Chapter {number} is as it was; what was drafted is kept."
                end_run(work, self._run, RunStopped(self._stop.reason, words, why))

    def _settle_in(self, work: UnitOfWork) -> None:
        worker = self._task.worker_id or ""
        work.fleet_tasks.settle(self._task.id, worker, TaskState.DONE)
        self.is_settled = True

    def _require_taken(self, work: UnitOfWork) -> None:
        work.fleet_tasks.require_taken(self._task.id, self._task.worker_id or "")


def _drafts_of(work: UnitOfWork, job_id: str) -> list[TaskRecord]:
    return [task for task in work.fleet_tasks.of_job(job_id) if task.kind is TaskKind.DRAFT]
