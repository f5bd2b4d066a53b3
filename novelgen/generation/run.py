"""One run of one novel: claims it, writes, and leaves its state behind whatever happens."""

import contextlib
import logging
import os
import socket
from collections.abc import Iterator

from novelgen.engine.protocol import Engine
from novelgen.errors import UsageError
from novelgen.generation.events import Event, NovelFinished, RunStopped
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.novel_writer import NovelWriter
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.prompting.library import PromptLibrary
from storage.errors import HeadMoved, StorageFailure
from storage.locks import NovelLock
from storage.records import NewRun, NovelRecord, NovelStatus, RunRecord, RunStatus
from storage.store import Store

_log = logging.getLogger(__name__)


def claim_novel(store: Store, novel: NovelRecord) -> NovelLock:
    """The lock of a novel, held; the system frees it when the process dies, however it dies.

    Raises `UsageError` when another process is writing the novel.
    """
    lock = store.try_lock_novel(novel.id)
    if lock is None:
        raise UsageError(
            f"“{novel.title}” ({novel.id}) is being written by another process.",
            "Wait for it, or stop it with Ctrl-C where it runs.",
        )
    return lock


class NovelRun:
    """A claimed novel being planned and written. The caller holds the novel's lock."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        library: PromptLibrary,
        novel: NovelRecord,
        *,
        limits: RunLimits,
        stop: StopSignal,
        observer: RunObserver | None = None,
    ) -> None:
        self._store = store
        with store.writing() as work:
            run = work.runs.start(_new_run(novel, engine))
            branch = work.branches.get(novel.active_branch_id)
            fresh = work.novels.get(novel.id)
        self._context = NovelContext(
            store, engine, library, fresh, branch.id, branch.name, run, stop, observer, limits
        )

    def events(self) -> Iterator[Event]:
        """Everything that happens, as it happens. Statuses of run and novel follow."""
        novel, run = self._context.novel, self._context.run
        _log.info("run %s of novel %s on %s %s", run.id, novel.id, run.device, run.dtype)
        self._mark(NovelStatus.PLANNING if self._context.limits.plan_only else NovelStatus.WRITING)
        try:
            for event in NovelWriter(self._context).run():
                if isinstance(event, NovelFinished):
                    self._finish(NovelStatus.FINISHED, RunStatus.FINISHED)
                elif isinstance(event, RunStopped):
                    self._finish(NovelStatus.PAUSED, RunStatus.STOPPED)
                yield event
        except Exception as error:
            self._record_failure(error)
            raise

    def record(self) -> RunRecord:
        """The run as it is stored now."""
        with self._store.reading() as work:
            return work.runs.get(self._context.run.id)

    def _mark(self, status: NovelStatus) -> None:
        with self._store.writing() as work:
            work.novels.set_status(self._context.novel.id, status)

    def _finish(self, novel: NovelStatus, run: RunStatus) -> None:
        _log.info("run %s %s", self._context.run.id, run.value)
        with self._store.writing() as work:
            work.runs.finish(self._context.run.id, run)
            work.novels.set_status(self._context.novel.id, novel)

    def _record_failure(self, error: Exception) -> None:
        """Best effort: a database that just failed may refuse this too, and the error wins."""
        text = f"{type(error).__name__}: {error}"
        _log.error("run %s failed: %s", self._context.run.id, text)
        with contextlib.suppress(StorageFailure), self._store.writing() as work:
            work.runs.finish(self._context.run.id, RunStatus.FAILED, text)
            if not isinstance(error, HeadMoved):  # then the novel is another run's
                work.novels.set_status(self._context.novel.id, NovelStatus.FAILED)


def _new_run(novel: NovelRecord, engine: Engine) -> NewRun:
    info = engine.info
    return NewRun(
        novel_id=novel.id,
        pid=os.getpid(),
        host=socket.gethostname(),
        device=info.device,
        dtype=info.dtype,
        versions={**info.versions, "quantization": info.quantization},
    )
