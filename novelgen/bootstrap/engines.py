"""The engine that a novel is written with, and its memory."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import retention_of
from novelgen.engine.values import NO_MEMORY_ADAPTER, SCRIPTED_MODEL

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.engine.protocol import Engine
    from novelgen.generation.memory_reader import MemoryReader
    from novelgen.generation.stop import StopSignal
    from novelgen.modeling.pull_progress import OnProgress
    from storage.records import NovelRecord

Narrate = Callable[[str], None]


class EngineRoom:
    """Loads engines for the novels of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._closing: list[Callable[[], None]] = []

    def close(self) -> None:
        """Let go of the engines that were loaded."""
        for close in self._closing:
            close()

    def load(self, novel: "NovelRecord", on_progress: "OnProgress", narrate: Narrate) -> "Engine":
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

        local = pull(novel.model, self._workbench.paths.models, on_progress)
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
            device=self._workbench.settings.device,
            dtype=self._workbench.settings.dtype,
            quantization=self._workbench.settings.quantization,
            placement=self._workbench.settings.placement,
            cuda_graphs=self._workbench.settings.cuda_graphs,
        )
        rows = (settings.candidates, max(settings.candidates, RETRY_ROWS))
        question = FitQuestion(novel.target_words, rows, settings.tail_tokens)
        # The processes that share a model are those of this run; none of them stays.
        is_shared_out = self._workbench.settings.placement == "tensor"
        keep_seconds = 0.0 if is_shared_out else self._workbench.settings.keep_warm_minutes * 60
        engine, close = engine_for(self._workbench.paths, order, question, keep_seconds, narrate)
        self._closing.append(close)
        return engine

    def memory_reader(
        self, novel: "NovelRecord", engine: "Engine", stop: "StopSignal", *, is_afresh: bool
    ) -> "MemoryReader":
        """A reader that brings the whole memory of the active branch up to its text.

        `is_afresh`: also where a memory is stored already.
        """
        from novelgen.generation.memory_reader import MemoryReader

        return MemoryReader(
            self._workbench.store,
            engine,
            novel.active_branch_id,
            retention=retention_of(self._workbench.settings),
            stop=stop,
            replaces_foreign=True,
            is_afresh=is_afresh,
        )

    def is_adopted(self, novel: "NovelRecord", engine: "Engine") -> bool:
        """Whether the novel's memory is what this engine reads."""
        info = engine.info
        known = (novel.model_fingerprint, novel.adapter_fingerprint)
        return known == (info.model_fingerprint, info.adapter_fingerprint)

    def adopt_memory(self, novel: "NovelRecord", engine: "Engine") -> None:
        """Let it be so from now on. The caller holds the novel's lock."""
        from storage.records import NovelChanges

        info = engine.info
        changes = NovelChanges(
            model_fingerprint=info.model_fingerprint, adapter_fingerprint=info.adapter_fingerprint
        )
        with self._workbench.store.writing() as work:
            work.novels.update(novel.id, changes)
