"""One run that several processes work on at once: the drafts of a chapter, written side by side.

Each of them shares the novel's lock, so that the run lives while one of them does, and commits in
its epoch, so that a run that takes the novel over ends them all. Each writes a revision of its own;
should two ever write the same one, the second commit of a segment is refused.
"""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from novelgen.engine.protocol import Engine
from novelgen.generation.events import Event, RunStopped
from novelgen.generation.foreign_memory import require_own_memory
from novelgen.generation.heartbeat import Heartbeat
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.novel_status import status_at_rest
from novelgen.generation.run import RunTerms, new_run, stop_when_exhausted
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.generation.telling import is_kept, tell, tell_spent
from novelgen.prompting.library import PromptLibrary
from storage.errors import StorageFailure
from storage.records import NovelChanges, NovelRecord
from storage.run_records import RunPurpose, RunRecord, RunStatus
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def join_run(
    work: UnitOfWork, novel: NovelRecord, engine: Engine, run_id: str | None, terms: RunTerms
) -> RunRecord:
    """The run that is shared, also when it was stopped; a new one where it ended or was taken over.

    The caller shares the novel's lock. Raises `RecordNotFound`.
    """
    epoch = work.novels.get(novel.id).run_epoch
    if run_id is not None:
        run = work.runs.get(run_id)
        if run.epoch == epoch and run.status is RunStatus.RUNNING:
            return run
        if run.epoch == epoch and run.status is RunStatus.STOPPED:
            return work.runs.reopen(run.id)
    return work.runs.start(new_run(novel, engine, RunPurpose.REGENERATE, terms))


def end_run(
    work: UnitOfWork,
    run: RunRecord,
    stopped: RunStopped | None = None,
    *,
    failed: str = "",
    is_told: bool = True,
) -> None:
    """Note that a shared run has stopped, has failed, or else is finished, if it has not ended.

    `is_told`: whether those who look on hear of the stop. The novel has the status that its text
    gives it. Raises `RecordNotFound`.
    """
    if work.runs.get(run.id).status is not RunStatus.RUNNING:
        return
    novel = work.novels.get(run.novel_id)
    if novel.run_epoch == run.epoch:  # else another run has its status too
        branch_id = run.branch_id or novel.active_branch_id
        work.novels.set_status(novel.id, status_at_rest(work, branch_id))
    if stopped is not None and is_told:
        tell(work, run.id, stopped)
    if failed:
        work.runs.finish(run.id, RunStatus.FAILED, failed)
    else:
        work.runs.finish(run.id, RunStatus.STOPPED if stopped else RunStatus.FINISHED)


class SharedRun:
    """A process's share in a run that it has joined."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        library: PromptLibrary,
        novel: NovelRecord,
        run: RunRecord,
        *,
        stop: StopSignal,
        terms: RunTerms,
        observer: RunObserver | None = None,
        planner: Engine | None = None,
    ) -> None:
        """Raises `ForeignMemoryError` when the novel's memory is not this engine's."""
        require_own_memory(store, novel, engine)
        self._meter = terms.meter
        stop_when_exhausted(self._meter, stop)
        self._store = store.for_novel(novel.id)
        identity = identity_of_engine(engine.info)
        with self._store.writing() as work:
            branch = work.branches.get(run.branch_id or novel.active_branch_id)
            changes = NovelChanges(
                model_fingerprint=identity.model_fingerprint,
                adapter_fingerprint=identity.adapter_fingerprint,
            )
            novel = work.novels.update(novel.id, changes)
        self._context = NovelContext(
            store=self._store,
            engine=engine,
            library=library,
            novel=novel,
            branch_id=branch.id,
            branch_name=branch.name,
            run=run,
            planner_engine=planner,
            stop=stop,
            observer=observer,
            limits=terms.limits,
            retention=terms.retention,
            borrowed_names=terms.borrowed_names,
        )

    @contextmanager
    def working(self) -> Iterator[NovelContext]:
        """What a part works with; the run is known to live while the block lasts."""
        run_id = self._context.run.id
        try:
            with Heartbeat(self._store, run_id, self._context.stop):
                yield self._context
        finally:
            if self._meter.by_server:
                with contextlib.suppress(StorageFailure), self._store.writing() as work:
                    tell_spent(work, run_id, self._meter)

    def note(self, event: Event) -> None:
        """Keep an event of a part with the run."""
        if is_kept(event):
            with self._store.writing() as work:
                tell(work, self._context.run.id, event)
