"""The composition root: settings in, a workbench with store, engine and writer out.

Heavy imports (torch, SQLAlchemy) happen inside functions, so that a command pays only for what
it uses.
"""

from collections.abc import Callable, Iterator
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
    from novelgen.generation.novel_context import RunLimits
    from novelgen.generation.run import NovelRun
    from novelgen.generation.stop import RunObserver, StopSignal
    from novelgen.generation.verification import Verification
    from novelgen.manuscript.overview import NovelOverview
    from novelgen.modeling.fit import FitReport
    from novelgen.modeling.pull_progress import OnProgress
    from storage.backup import Backup
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

    @property
    def _locks(self) -> Path:
        """Beside a SQLite file, so that all homes that share it share the locks."""
        path = database_url(self.paths, self.settings).partition("sqlite:///")[2]
        return Path(path).parent / "locks" if path else self.paths.locks

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

    def snapshots(self, reference: str) -> "list[SnapshotSummary]":
        with self.store.reading() as work:
            return work.snapshots.of_branch(work.novels.find(reference).active_branch_id)

    def verify(self, reference: str) -> "Verification":
        from novelgen.generation.verification import verify_branch

        with self.store.reading() as work:
            return verify_branch(work, work.novels.find(reference).active_branch_id)

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

    def branch_from(self, novel: "NovelRecord", snapshot_key: str) -> "NovelRecord":
        """The novel, on a new active branch that ends with the segment of a snapshot.

        `snapshot_key` may be the beginning of a key. When that segment is the last one written,
        nothing is branched. What was written after it stays in the old branch.
        """
        from storage.records import BranchFork

        with self.store.writing() as work:
            found = work.snapshots.find(novel.active_branch_id, snapshot_key)
            last = work.segments.last_of_branch(novel.active_branch_id)
            if last is not None and last[1].key == found.key:
                return novel
            taken = {branch.name for branch in work.branches.of_novel(novel.id)}
            name = next(
                name
                for number in range(1, len(taken) + 2)
                if (name := f"from-{found.key[:8]}-{number}") not in taken
            )
            fork = BranchFork(
                novel.id, name, novel.active_branch_id, found.chapter_number, found.segment_position
            )
            work.novels.set_active_branch(novel.id, work.branches.fork(fork).id)
            return work.novels.get(novel.id)

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
        """Hold the novel's lock, so that no other process writes it."""
        from novelgen.generation.run import claim_novel

        try:
            lock = claim_novel(self._locks, novel)
        except OSError as error:
            raise StorageError(
                f"{self._locks} cannot be written, and a novel is locked there while it is "
                f"written: {error.strerror or error}.",
                "Check the permissions of the folder and the space on its disk.",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def start_run(
        self,
        novel: "NovelRecord",
        engine: "Engine",
        limits: "RunLimits",
        stop: "StopSignal",
        observer: "RunObserver",
    ) -> "NovelRun":
        """A run that is claimed and ready to write. Call it inside `claimed`."""
        from novelgen.generation.run import NovelRun
        from novelgen.prompting.library import PromptLibrary

        return NovelRun(
            self.store,
            engine,
            PromptLibrary(self.paths.user_prompts),
            novel,
            limits=limits,
            stop=stop,
            observer=observer,
        )

    def latest_run(self, novel_id: str) -> "RunRecord | None":
        with self.store.reading() as work:
            return work.runs.latest(novel_id)


def database_url(paths: Paths, settings: Settings) -> str:
    """The database in force: the one that is set, else a SQLite file in the data directory."""
    return settings.database_url or f"sqlite:///{paths.database}"


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
