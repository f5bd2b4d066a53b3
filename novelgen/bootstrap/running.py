"""Runs: begun here or in a process of their own, looked at from outside, found dead."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import absolute_url, borrowed_names, database_url, retention_of
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.engine.protocol import Engine
    from novelgen.generation.events import Event
    from novelgen.generation.infill import Infill
    from novelgen.generation.novel_context import NovelContext, RunLimits
    from novelgen.generation.regeneration import Redraft
    from novelgen.generation.run import Job, NovelRun, RunTerms
    from novelgen.generation.stop import RunObserver, StopSignal
    from novelgen.runs.following import RunFollower
    from novelgen.runs.launch import Worker
    from novelgen.runs.standing import Standing
    from storage.records import NovelRecord
    from storage.run_records import RunPurpose, RunRecord


class RunDesk:
    """The runs of the novels of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    @contextmanager
    def claimed(self, novel: "NovelRecord") -> "Iterator[None]":
        """Hold the novel's lock, so that no other process writes it.

        Raises `UsageError`, which names the run that has it, when another process does.
        """
        from novelgen.generation.run import claim_novel

        try:
            lock = claim_novel(self._workbench.store, novel)
        except UsageError as error:
            raise self._naming_the_run(novel, error) from error
        with lock:
            yield

    def is_held(self, novel_id: str) -> bool:
        """Whether a process holds the novel's lock; it is free once the process has died."""
        return self._workbench.store.is_novel_locked(novel_id)

    def standing(self, novel_id: str) -> "Standing":
        """What goes on with a novel, and its newest run; a dead run is marked crashed."""
        from novelgen.runs.standing import standing_of

        return standing_of(self._workbench.store, novel_id, self.is_held)

    def clear_crashed(self, novel_id: str) -> None:
        """Remove what a run that was killed left behind. Call it inside `claimed`."""
        from novelgen.runs.folder import remove_live_file

        run = self.latest_run(novel_id)
        if run is not None:
            remove_live_file(self._workbench.paths, run.id)

    def crashed(self, novels: Iterable["NovelRecord"]) -> set[str]:
        """Ids of the novels among them whose run has died."""
        from novelgen.runs.standing import crashed_novels

        return crashed_novels(self._workbench.store, novels, self.is_held)

    def newest(self, novel_id: str | None, *, every: bool) -> "list[RunRecord]":
        """The newest run of each novel, or every run, as they truly stand; the newest first."""
        from novelgen.runs.standing import as_they_stand

        with self._workbench.store.reading() as work:
            if novel_id is None:
                runs = work.runs.all() if every else work.runs.latest_of_each()
            else:
                runs = work.runs.of_novel(novel_id)[: None if every else 1]
        return as_they_stand(runs, self.is_held)

    def follower(self, run: "RunRecord") -> "RunFollower":
        """Somebody who looks on while a run goes on, in whatever process."""
        from novelgen.runs.folder import live_file
        from novelgen.runs.following import RunFollower

        return RunFollower(
            self._workbench.store, run, self.is_held, live_file(self._workbench.paths, run.id)
        )

    def start_worker(
        self,
        novel: "NovelRecord",
        arguments: Sequence[str],
        config_file: Path | None = None,
        *,
        debug: bool = False,
        is_unattended: bool = True,
    ) -> "Worker":
        """Start a process that runs this command on the novel and outlives the terminal.

        Unless `is_unattended`, the caller looks on, and its chapters do not wait in the inbox.

        Raises `UsageError` when another process writes the novel.
        """
        from novelgen.runs.launch import WorkerOrder, start_worker

        with self.claimed(novel):
            pass
        url = absolute_url(database_url(self._workbench.paths, self._workbench.settings))
        order = WorkerOrder(novel.id, arguments, url, config_file, debug, is_unattended)
        return start_worker(self._workbench.paths, order)

    def latest_run(self, novel_id: str) -> "RunRecord | None":
        with self._workbench.store.reading() as work:
            return work.runs.latest(novel_id)

    def run_terms(
        self,
        novel: "NovelRecord",
        limits: "RunLimits | None" = None,
        *,
        is_unattended: bool = False,
    ) -> "RunTerms":
        """How runs of a novel go about their job by these settings."""
        from novelgen.generation.novel_context import RunLimits
        from novelgen.generation.run import RunTerms

        limits = limits or RunLimits()
        meter = self._workbench.engines.meter
        meter.budget = limits.budget
        return RunTerms(
            limits=limits,
            retention=retention_of(self._workbench.settings),
            is_unattended=is_unattended,
            holds_drafts=self._workbench.settings.unattended_chapters == "wait",
            borrowed_names=borrowed_names(novel),
            meter=meter,
        )

    def start_run(
        self,
        novel: "NovelRecord",
        engine: "Engine",
        terms: "RunTerms",
        stop: "StopSignal",
        observer: "RunObserver",
        wish: "Redraft | Infill | None" = None,
        planner: "Engine | None" = None,
    ) -> "NovelRun":
        """A run that is claimed and ready: to write on, or to draft or rewrite what is wished.

        Call it inside `claimed`.
        """
        from novelgen.generation.run import NovelRun
        from novelgen.prompting.library import PromptLibrary

        purpose, job = _job_for(wish)
        return NovelRun(
            self._workbench.store,
            engine,
            PromptLibrary(self._workbench.paths.user_prompts),
            novel,
            terms=terms,
            stop=stop,
            observer=observer,
            purpose=purpose,
            job=job,
            planner=planner,
        )

    def _naming_the_run(self, novel: "NovelRecord", error: UsageError) -> UsageError:
        from novelgen.runs.standing import Stands

        found = self.standing(novel.id)
        if found.run is None or found.stands is not Stands.RUNNING:
            return error
        run = found.run
        return UsageError(
            f"{error.message.removesuffix('.')}: run {run.id}, process {run.pid} on {run.host}.",
            error.remedy,
        )


def _job_for(wish: "Redraft | Infill | None") -> "tuple[RunPurpose, Job]":
    """What a run is for, and what it does."""
    from novelgen.generation.infill import Infill, Infiller
    from novelgen.generation.regeneration import Redrafter
    from novelgen.generation.run import write_to_the_end
    from storage.run_records import RunPurpose

    if wish is None:
        return RunPurpose.WRITE, write_to_the_end
    if isinstance(wish, Infill):

        def rewrite(context: "NovelContext") -> "Iterator[Event]":
            return Infiller(context, wish).run()

        return RunPurpose.INFILL, rewrite

    def draft_anew(context: "NovelContext") -> "Iterator[Event]":
        return Redrafter(context, wish).run()

    return RunPurpose.REGENERATE, draft_anew
