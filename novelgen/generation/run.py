"""One run of one novel: claims it, works, and leaves its state behind whatever happens."""

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field

from novelgen.engine.protocol import Engine
from novelgen.engine.spending import SpendingMeter
from novelgen.errors import UsageError
from novelgen.generation.events import (
    ChapterRedrafted,
    Event,
    NovelFinished,
    PassageRewritten,
    RunStopped,
    StopReason,
)
from novelgen.generation.foreign_memory import require_own_memory
from novelgen.generation.heartbeat import Heartbeat
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.novel_status import status_at_rest
from novelgen.generation.novel_writer import NovelWriter
from novelgen.generation.retention import Retention
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.generation.telling import is_kept, tell, tell_spent
from novelgen.prompting.library import PromptLibrary
from storage.errors import HeadMoved, StorageFailure
from storage.locks import NovelLock
from storage.records import NovelChanges, NovelRecord, NovelStatus
from storage.run_records import NewRun, RunPurpose, RunRecord, RunStatus
from storage.store import Store
from storage.unit_of_work import UnitOfWork

Job = Callable[[NovelContext], Iterator[Event]]
"""What a run does; its last event is `NovelFinished`, `RunStopped`, `ChapterRedrafted` or
`PassageRewritten`."""

_Ending = NovelFinished | RunStopped | ChapterRedrafted | PassageRewritten

_log = logging.getLogger(__name__)


def claim_novel(store: Store, novel: NovelRecord) -> NovelLock:
    """The lock of a novel, held; the system frees it when the process dies, however it dies.

    Raises `UsageError` when another process is writing the novel.
    """
    lock = store.try_lock_novel(novel.id)
    if lock is None:
        raise UsageError(
            f"“{novel.title}” ({novel.id}) is being written by another process.",
            f"Look on with `novelgen attach {novel.id}`, or stop it with "
            f"`novelgen pause {novel.id}`.",
        )
    return lock


@dataclass(frozen=True, slots=True)
class RunTerms:
    """How a run goes about its job."""

    limits: RunLimits = field(default_factory=RunLimits)
    retention: Retention = field(default_factory=Retention)
    is_unattended: bool = False
    holds_drafts: bool = False
    borrowed_names: Set[str] = frozenset()
    """Casefolded: of people in the books that the model was trained on."""
    meter: SpendingMeter = field(default_factory=SpendingMeter)
    """Counts what the engines of the run spend; a budget that is used up stops it."""


def write_to_the_end(context: NovelContext) -> Iterator[Event]:
    """The job of most runs: to go on until the novel is finished."""
    return NovelWriter(context).run()


class NovelRun:
    """A claimed novel being worked on. The caller holds the novel's lock."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        library: PromptLibrary,
        novel: NovelRecord,
        *,
        stop: StopSignal,
        observer: RunObserver | None = None,
        terms: RunTerms | None = None,
        purpose: RunPurpose = RunPurpose.WRITE,
        job: Job = write_to_the_end,
        planner: Engine | None = None,
    ) -> None:
        """`planner` plans and reads, where it is another engine than what writes.

        Raises `ForeignMemoryError` when the novel's memory is not this engine's."""
        store = store.for_novel(novel.id)  # a run writes what is its novel's, and nothing else
        self._store = store
        self._job = job
        terms = terms or RunTerms()
        self._meter = terms.meter
        stop_when_exhausted(self._meter, stop)
        require_own_memory(store, novel, engine)
        identity = identity_of_engine(engine.info)
        with store.writing() as work:
            branch = work.branches.get(novel.active_branch_id)
            run = work.runs.start(new_run(novel, engine, purpose, terms))
            changes = NovelChanges(
                model_fingerprint=identity.model_fingerprint,
                adapter_fingerprint=identity.adapter_fingerprint,
            )
            fresh = work.novels.update(novel.id, changes)
        self._context = NovelContext(
            store=store,
            engine=engine,
            library=library,
            novel=fresh,
            branch_id=branch.id,
            branch_name=branch.name,
            run=run,
            planner_engine=planner,
            stop=stop,
            observer=observer,
            limits=terms.limits,
            retention=terms.retention,
            holds_drafts=terms.holds_drafts,
            borrowed_names=terms.borrowed_names,
        )

    @property
    def id(self) -> str:
        return self._context.run.id

    def events(self) -> Iterator[Event]:
        """Everything that happens, as it happens. Statuses of run and novel follow."""
        context = self._context
        _log.info("run %s of novel %s on %s", context.run.id, context.novel.id, context.run.device)
        if context.run.purpose is RunPurpose.WRITE:  # a redraft leaves the novel where it stands
            self._mark(NovelStatus.PLANNING if context.limits.plan_only else NovelStatus.WRITING)
        try:
            with Heartbeat(self._store, context.run.id, context.stop):
                for event in self._job(context):
                    self._note(event)
                    yield event
        except HeadMoved as moved:
            yield self._paused(moved)
        except Exception as error:
            self._record_failure(error)
            raise

    def record(self) -> RunRecord:
        """The run as it is stored now."""
        with self._store.reading() as work:
            return work.runs.get(self._context.run.id)

    def _note(self, event: Event) -> None:
        """Keep an event, and the statuses that it brings, in one transaction."""
        if not is_kept(event):
            return
        with self._store.writing() as work:
            if isinstance(event, _Ending):
                self._tell_spent(work)
            tell(work, self.id, event)
            if isinstance(event, RunStopped):
                self._finish(work, RunStatus.STOPPED)
            elif isinstance(event, _Ending):
                self._finish(work, RunStatus.FINISHED)

    def _tell_spent(self, work: UnitOfWork) -> None:
        tell_spent(work, self.id, self._meter)

    def _paused(self, moved: HeadMoved) -> RunStopped:
        """The person changed what was being written: their text stands, and the run says why.

        Raises `HeadMoved` when another run has taken the novel over.
        """
        context = self._context
        with self._store.writing() as work:
            if work.novels.get(context.novel.id).run_epoch != context.run.epoch:
                raise moved
            words = work.chapters.totals(context.branch_id).words
            event = RunStopped(StopReason.CHANGED, words, moved.message)
            self._tell_spent(work)
            tell(work, self.id, event)
            self._finish(work, RunStatus.STOPPED, moved.message)
        return event

    def _mark(self, status: NovelStatus) -> None:
        with self._store.writing() as work:
            self._require_mine(work)
            work.novels.set_status(self._context.novel.id, status)

    def _finish(self, work: UnitOfWork, status: RunStatus, why: str | None = None) -> None:
        _log.info("run %s %s", self._context.run.id, status.value)
        self._require_mine(work)
        work.runs.finish(self._context.run.id, status, why)
        novel = status_at_rest(work, self._context.branch_id)
        work.novels.set_status(self._context.novel.id, novel)

    def _record_failure(self, error: Exception) -> None:
        """Best effort: a database that just failed may refuse this too, and the error wins."""
        text = f"{type(error).__name__}: {error}"
        _log.error("run %s failed: %s", self._context.run.id, text)
        with contextlib.suppress(StorageFailure), self._store.writing() as work:
            self._require_mine(work)
            self._tell_spent(work)
            work.runs.finish(self._context.run.id, RunStatus.FAILED, text)
            if self._context.run.purpose is RunPurpose.WRITE:
                work.novels.set_status(self._context.novel.id, NovelStatus.FAILED)

    def _require_mine(self, work: UnitOfWork) -> None:
        """Another run that took the novel over has its statuses too. Raises `HeadMoved`."""
        work.require_epoch(self._context.novel.id, self._context.run.epoch)


def stop_when_exhausted(meter: SpendingMeter, stop: StopSignal) -> None:
    """A budget that is used up stops the run after its segment."""

    def stop_for_budget(words: str) -> None:
        _log.info("budget used up: %s", words)
        stop.stop_after_segment(StopReason.BUDGET, words)

    meter.on_exhausted = stop_for_budget


def new_run(novel: NovelRecord, engine: Engine, purpose: RunPurpose, terms: RunTerms) -> NewRun:
    """A run of this process that begins."""
    info = engine.info
    return NewRun(
        novel_id=novel.id,
        pid=os.getpid(),
        host=socket.gethostname(),
        device=info.device,
        dtype=info.dtype,
        versions={**info.versions, "quantization": info.quantization},
        branch_id=novel.active_branch_id,
        purpose=purpose,
        is_unattended=terms.is_unattended,
    )
