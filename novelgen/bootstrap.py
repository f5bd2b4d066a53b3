"""The composition root: settings in, a workbench with store, engine and writer out.

Heavy imports (torch, SQLAlchemy) happen inside functions, so that a command pays only for what
it uses.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from novelgen.config import Settings
from novelgen.engine.values import AUTO_ADAPTER, NO_MEMORY_ADAPTER, SCRIPTED_MODEL
from novelgen.errors import NotFoundError, StorageError, UsageError
from novelgen.paths import Paths
from storage.errors import AmbiguousName, BackupRefused, RecordNotFound, StorageFailure

if TYPE_CHECKING:
    from novelgen.engine.protocol import Engine
    from novelgen.generation.events import Event
    from novelgen.generation.memory_chain import Link
    from novelgen.generation.memory_reader import MemoryReader
    from novelgen.generation.novel_context import NovelContext, RunLimits
    from novelgen.generation.regeneration import Redraft
    from novelgen.generation.retention import Retention
    from novelgen.generation.run import NovelRun, RunTerms
    from novelgen.generation.stop import RunObserver, StopSignal
    from novelgen.generation.verification import Verification
    from novelgen.manuscript.inbox import DraftedChapter
    from novelgen.manuscript.overview import NovelOverview
    from novelgen.modeling.fit import FitReport
    from novelgen.modeling.pull_progress import OnProgress
    from novelgen.runs.following import RunFollower
    from novelgen.runs.launch import Worker
    from novelgen.runs.standing import Standing
    from storage.backup import Backup
    from storage.inbox_records import InboxState
    from storage.records import NovelRecord, NovelSummary, RunRecord, SnapshotSummary
    from storage.store import Store

Narrate = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NovelRequest:
    """A novel as a person asks for it; texts are cleaned, numbers checked."""

    title: str
    author: str
    premise: str
    target_words: int
    seed: int
    chapters: int | None = None


class Workbench:
    """Everything a front end needs, for one call or one session."""

    def __init__(self, paths: Paths, settings: Settings, warn: "Narrate | None" = None) -> None:
        self.paths = paths
        self._warn = warn
        self.settings = settings
        self._store: Store | None = None
        self._closing: list[Callable[[], None]] = []

    def __enter__(self) -> "Workbench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for close in self._closing:
            close()
        if self._store is not None:
            self._store.close()

    @property
    def store(self) -> "Store":
        """The database, opened when first asked for."""
        if self._store is None:
            from storage.store import open_store

            self._store = open_store(database_url(self.paths, self.settings))
            if self._warn is not None and self._store.unreadable_commits:
                self._warn(
                    f"The log of the database was damaged where its last writer was cut off: up to "
                    f"{self._store.unreadable_commits} of the last commits are lost. All before "
                    "them is whole; `novelgen resume` writes a novel on from there."
                )
        return self._store

    def summaries(self) -> "list[NovelSummary]":
        with self.store.reading() as work:
            return work.novels.summaries()

    def find(self, reference: str) -> "NovelSummary":
        """The novel with that id or title, or its unique beginning."""
        with self.store.reading() as work:
            return work.novels.summary(work.novels.find(reference).id)

    def overview(self, reference: str) -> "NovelOverview":
        from novelgen.manuscript.overview import read_overview

        with self.store.reading() as work:
            summary = work.novels.summary(work.novels.find(reference).id)
            return read_overview(work, summary)

    def snapshots(self, reference: str) -> "list[tuple[Link, SnapshotSummary | None]]":
        """Every segment of the active branch, with its memory where that is stored."""
        from novelgen.generation.memory_chain import branch_chain, links_of
        from novelgen.generation.memory_identity import identity_of_novel

        with self.store.reading() as work:
            novel = work.novels.find(reference)
            identity = identity_of_novel(novel)
            if identity is None:
                return []
            links = links_of(work, branch_chain(work, novel.active_branch_id, identity), identity)
            stored = work.snapshots.summaries([link.key for link in links])
        return [(link, stored.get(link.key)) for link in links]

    def verify(self, reference: str) -> "Verification":
        from novelgen.generation.verification import verify_branch

        with self.store.reading() as work:
            return verify_branch(work, work.novels.find(reference))

    def export(
        self,
        reference: str,
        format_name: str,
        first: int,
        last: int | None,
        path: Path | None,
        *,
        overwrite: bool,
    ) -> Path:
        """Write a manuscript to a file, by default named after its title; returns its path."""
        from novelgen.manuscript.export import file_name, renderer_for, write_atomically
        from novelgen.manuscript.tree import read_manuscript

        render = renderer_for(format_name)
        with self.store.reading() as work:
            summary = work.novels.summary(work.novels.find(reference).id)
            manuscript = read_manuscript(work, summary, first, last)
            target = path or Path(file_name(manuscript.title, summary.novel.id, format_name))
            write_atomically(target, render(manuscript), overwrite=overwrite)
        return target

    def export_to_stream(
        self, reference: str, format_name: str, first: int, last: int | None, stream: TextIO
    ) -> None:
        """Write a manuscript to an open stream."""
        from novelgen.manuscript.export import renderer_for
        from novelgen.manuscript.tree import read_manuscript

        render = renderer_for(format_name)
        with self.store.reading() as work:
            summary = work.novels.summary(work.novels.find(reference).id)
            stream.writelines(render(read_manuscript(work, summary, first, last)))

    def back_up(self, path: Path, *, overwrite: bool) -> "Backup":
        """Copy the whole database to a file, also while a run writes to it."""
        from storage.backup import back_up

        return back_up(database_url(self.paths, self.settings), path, overwrite=overwrite)

    def create_novel(self, request: NovelRequest) -> "NovelRecord":
        """Commit the novel's row. No model is loaded; its name and the adapter are checked."""
        from novelgen.generation.novel_settings import NovelSettings
        from novelgen.modeling.catalog import DEFAULT_MODEL, resolve
        from novelgen.modeling.local_models import require_loadable
        from storage.records import NewNovel

        source = resolve(self.settings.model or DEFAULT_MODEL)
        require_loadable(source)
        settings = NovelSettings(
            segment_size=self.settings.segment_size,
            tail_tokens=self.settings.tail_tokens,
            candidates=self.settings.candidates,
            chapters=request.chapters,
        )
        novel = NewNovel(
            title=request.title,
            author=request.author,
            premise=request.premise,
            seed=request.seed,
            target_words=request.target_words,
            model=str(source.path) if source.path else source.name,
            adapter=adapter_name(self.settings.adapter, source.name),
            settings=settings.as_json(),
        )
        with self.store.writing() as work:
            return work.novels.add(novel)

    def load_engine(
        self, novel: "NovelRecord", on_progress: "OnProgress", narrate: Narrate
    ) -> "Engine":
        """The engine a novel is written with; fetches its model if it is not here.

        Raises `ModelError` when the model does not fit this machine, before it is loaded.
        """
        from novelgen.engine.scripted import ScriptedEngine
        from novelgen.generation.novel_settings import NovelSettings
        from novelgen.generation.passage import RETRY_ROWS

        settings = NovelSettings.from_json(novel.settings)
        if novel.model == SCRIPTED_MODEL:
            return ScriptedEngine(settings.segment_size)
        from novelgen.modeling.provisioning import pull
        from novelgen.modeling.shipped_adapters import adapter_directory
        from novelgen.prompting.brief import BRIEF_VERSION
        from novelgen.resident.access import engine_for
        from novelgen.resident.order import EngineOrder, FitQuestion, stamp_of

        local = pull(novel.model, self.paths.models, on_progress)
        adapter = None
        if novel.adapter == NO_MEMORY_ADAPTER:
            narrate("Memory is off: the brief and the last pages carry the story.")
        else:
            adapter = adapter_directory(novel.adapter)
            narrate(f"Memory is on: adapter {novel.adapter}.")
        order = EngineOrder(
            model=novel.model,
            directory=str(local.directory),
            fingerprint=local.fingerprint,
            adapter_dir=None if adapter is None else str(adapter),
            adapter_stamp=stamp_of(adapter),
            segment_size=settings.segment_size,
            brief_version=BRIEF_VERSION,
            device=self.settings.device,
            dtype=self.settings.dtype,
            quantization=self.settings.quantization,
            placement=self.settings.placement,
            cuda_graphs=self.settings.cuda_graphs,
        )
        rows = (settings.candidates, max(settings.candidates, RETRY_ROWS))
        question = FitQuestion(novel.target_words, rows, settings.tail_tokens)
        # The processes that share a model are those of this run; none of them stays.
        is_shared_out = self.settings.placement == "tensor"
        keep_seconds = 0.0 if is_shared_out else self.settings.keep_warm_minutes * 60
        engine, close = engine_for(self.paths, order, question, keep_seconds, narrate)
        self._closing.append(close)
        return engine

    @contextmanager
    def claimed(self, novel: "NovelRecord") -> "Iterator[None]":
        """Hold the novel's lock, so that no other process writes it.

        Raises `UsageError`, which names the run that has it, when another process does.
        """
        from novelgen.generation.run import claim_novel

        try:
            lock = claim_novel(self.store, novel)
        except UsageError as error:
            raise self._naming_the_run(novel, error) from error
        with lock:
            yield

    def is_held(self, novel_id: str) -> bool:
        """Whether a process holds the novel's lock; it is free once the process has died."""
        return self.store.is_novel_locked(novel_id)

    def standing(self, novel_id: str) -> "Standing":
        """What goes on with a novel, and its newest run; a dead run is marked crashed."""
        from novelgen.runs.standing import standing_of

        return standing_of(self.store, novel_id, self.is_held)

    def clear_crashed(self, novel_id: str) -> None:
        """Remove what a run that was killed left behind. Call it inside `claimed`."""
        from novelgen.runs.folder import remove_live_file

        run = self.latest_run(novel_id)
        if run is not None:
            remove_live_file(self.paths, run.id)

    def crashed(self, novels: Iterable["NovelRecord"]) -> set[str]:
        """Ids of the novels among them whose run has died."""
        from novelgen.runs.standing import crashed_novels

        return crashed_novels(self.store, novels, self.is_held)

    def runs(self, novel_id: str | None, *, every: bool) -> "list[RunRecord]":
        """The newest run of each novel, or every run, as they truly stand; the newest first."""
        from novelgen.runs.standing import as_they_stand

        with self.store.reading() as work:
            if novel_id is None:
                runs = work.runs.all() if every else work.runs.latest_of_each()
            else:
                runs = work.runs.of_novel(novel_id)[: None if every else 1]
        return as_they_stand(runs, self.is_held)

    def follower(self, run: "RunRecord") -> "RunFollower":
        """Somebody who looks on while a run goes on, in whatever process."""
        from novelgen.runs.folder import live_file
        from novelgen.runs.following import RunFollower

        return RunFollower(self.store, run, self.is_held, live_file(self.paths, run.id))

    def titles(self) -> dict[str, str]:
        """The titles of all novels by their ids."""
        return {summary.novel.id: summary.novel.title for summary in self.summaries()}

    def inbox(self, reference: str | None) -> "list[DraftedChapter]":
        """The drafted chapters that wait, of one novel or of all."""
        from novelgen.manuscript.inbox import read_inbox

        with self.store.reading() as work:
            return read_inbox(work, None if reference is None else work.novels.find(reference).id)

    def inbox_item(self, item_id: int) -> "DraftedChapter":
        """A drafted chapter, whatever became of it."""
        from novelgen.manuscript.inbox import read_item

        with self.store.reading() as work:
            return read_item(work, item_id)

    def inbox_text(self, item: "DraftedChapter") -> str:
        """The prose of a drafted chapter."""
        with self.store.reading() as work:
            return work.texts.of_revision(item.record.revision_id)

    def decide(self, item_id: int, state: "InboxState") -> None:
        """Note what the person did with a drafted chapter."""
        self.decide_all([item_id], state)

    def decide_all(self, item_ids: Sequence[int], state: "InboxState") -> None:
        """The same for several, together or not at all."""
        with self.store.writing() as work:
            for item_id in item_ids:
                work.inbox.decide(item_id, state)

    def waiting_chapters(self) -> dict[str, int]:
        """How many chapters of their active branches wait in the inbox, by novel."""
        with self.store.reading() as work:
            return work.inbox.count_waiting()

    def held_chapters(self, reference: str, first: int, last: int | None) -> list[int]:
        """Chapters in a range that are no part of the book until they are kept."""
        with self.store.reading() as work:
            held = work.inbox.held_chapters(work.novels.find(reference).active_branch_id)
        return sorted(n for n in held if n >= first and (last is None or n <= last))

    def start_worker(
        self,
        novel: "NovelRecord",
        arguments: Sequence[str],
        config_file: Path | None = None,
        *,
        debug: bool = False,
    ) -> "Worker":
        """Start a process that runs this command on the novel and outlives the terminal.

        Raises `UsageError` when another process writes the novel.
        """
        from novelgen.runs.launch import WorkerOrder, start_worker

        with self.claimed(novel):
            pass
        url = absolute_url(database_url(self.paths, self.settings))
        order = WorkerOrder(novel.id, arguments, url, config_file, debug)
        return start_worker(self.paths, order)

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

    def start_run(
        self,
        novel: "NovelRecord",
        engine: "Engine",
        terms: "RunTerms",
        stop: "StopSignal",
        observer: "RunObserver",
        redraft: "Redraft | None" = None,
    ) -> "NovelRun":
        """A run that is claimed and ready: to write on, or to draft a chapter anew.

        Call it inside `claimed`.
        """
        from novelgen.generation.regeneration import Redrafter
        from novelgen.generation.run import NovelRun, write_to_the_end
        from novelgen.prompting.library import PromptLibrary
        from storage.records import RunPurpose

        def draft_anew(context: "NovelContext") -> "Iterator[Event]":
            if redraft is None:
                raise LookupError("nothing to draft anew")
            return Redrafter(context, redraft).run()

        return NovelRun(
            self.store,
            engine,
            PromptLibrary(self.paths.user_prompts),
            novel,
            terms=terms,
            stop=stop,
            observer=observer,
            purpose=RunPurpose.WRITE if redraft is None else RunPurpose.REGENERATE,
            job=write_to_the_end if redraft is None else draft_anew,
        )

    def run_terms(
        self, limits: "RunLimits | None" = None, *, is_unattended: bool = False
    ) -> "RunTerms":
        """How runs go about their job by these settings."""
        from novelgen.generation.novel_context import RunLimits
        from novelgen.generation.run import RunTerms

        return RunTerms(
            limits=limits or RunLimits(),
            retention=self.retention,
            is_unattended=is_unattended,
            holds_drafts=self.settings.unattended_chapters == "wait",
        )

    def memory_reader(
        self, novel: "NovelRecord", engine: "Engine", stop: "StopSignal", *, is_afresh: bool
    ) -> "MemoryReader":
        """A reader that brings the whole memory of the active branch up to its text.

        `is_afresh`: also where a memory is stored already.
        """
        from novelgen.generation.memory_reader import MemoryReader

        return MemoryReader(
            self.store,
            engine,
            novel.active_branch_id,
            retention=self.retention,
            stop=stop,
            replaces_foreign=True,
            is_afresh=is_afresh,
        )

    def adopt_memory(self, novel: "NovelRecord", engine: "Engine") -> None:
        """Let the novel's memory be what this engine reads, from now on."""
        from storage.records import NovelChanges

        info = engine.info
        known = (novel.model_fingerprint, novel.adapter_fingerprint)
        if known == (info.model_fingerprint, info.adapter_fingerprint):
            return
        changes = NovelChanges(
            model_fingerprint=info.model_fingerprint, adapter_fingerprint=info.adapter_fingerprint
        )
        with self.claimed(novel), self.store.writing() as work:
            work.novels.update(novel.id, changes)

    @property
    def retention(self) -> "Retention":
        """Which memory snapshots are kept by these settings."""
        from novelgen.generation.retention import Retention

        keeps_all = self.settings.snapshots_kept == "all"
        return Retention(None if keeps_all else self.settings.keyframe_interval)

    def latest_run(self, novel_id: str) -> "RunRecord | None":
        with self.store.reading() as work:
            return work.runs.latest(novel_id)


def database_url(paths: Paths, settings: Settings) -> str:
    """The database in force: the one that is set, else a SQLite file in the data directory."""
    return settings.database_url or f"sqlite:///{paths.database}"


def absolute_url(url: str) -> str:
    """The address of a database file for a process of another directory; others as they are."""
    start, separator, path = url.partition("sqlite:///")
    return f"{start}{separator}{Path(path).absolute()}" if path and not start else url


def upgrade_database(paths: Paths, settings: Settings) -> str:
    """Bring the tables up to date; returns the schema revision."""
    from storage.schema import upgrade_schema

    return upgrade_schema(database_url(paths, settings))


def as_novelgen_error(error: Exception) -> Exception:
    """Storage's own errors as the product's; anything else as it is."""
    if isinstance(error, RecordNotFound):
        return NotFoundError(error.message, error.remedy)
    if isinstance(error, (AmbiguousName, BackupRefused)):
        return UsageError(error.message, error.remedy)
    if isinstance(error, StorageFailure):
        return StorageError(error.message, error.remedy)
    return error


def adapter_name(adapter: str, model: str) -> str:
    """What a novel's adapter is kept as: `none`, a shipped adapter's name, or an absolute path.

    Raises `NotFoundError` when there is no such adapter.
    """
    from novelgen.modeling.shipped_adapters import (
        adapter_directory,
        shipped_adapter_of,
        shipped_adapters,
    )

    if adapter == AUTO_ADAPTER:
        adapter = shipped_adapter_of(model) or NO_MEMORY_ADAPTER
    if adapter == NO_MEMORY_ADAPTER:
        return NO_MEMORY_ADAPTER
    if model == SCRIPTED_MODEL:
        raise UsageError("The scripted engine takes no adapter.", "Leave --adapter out.")
    directory = adapter_directory(adapter)
    return adapter if adapter in shipped_adapters() else str(directory)


def fit_of(directory: Path | None, settings: Settings, target_words: int) -> "FitReport | None":
    """Whether a local model fits this machine; None when there are no weights to assess."""
    if directory is None:
        return None
    from novelgen.modeling.fit import assess

    return assess(
        directory,
        writing_dtype_of(settings),
        target_words,
        settings.device,
        candidates=settings.candidates,
        quantization=settings.quantization,
        placement=settings.placement,
    )


def writing_dtype_of(settings: Settings) -> str:
    """The dtype novels are written with; `auto` depends on the device."""
    from novelgen.modeling.backbone import writing_dtype

    return writing_dtype(settings.device) if settings.dtype == "auto" else settings.dtype


def dtype_of(settings: Settings) -> str:
    """The dtype for training and judging; `auto` depends on the device."""
    from novelgen.modeling.backbone import default_dtype

    return default_dtype(settings.device) if settings.dtype == "auto" else settings.dtype
