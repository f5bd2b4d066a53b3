"""The engine that a novel is written with, and its memory."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import retention_of
from novelgen.engine.spending import SpendingMeter
from novelgen.engine.values import NO_MEMORY_ADAPTER, SCRIPTED_MODEL, is_server

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.engine.protocol import Engine
    from novelgen.generation.memory_reader import MemoryReader
    from novelgen.generation.stop import StopSignal
    from novelgen.modeling.pull_progress import OnProgress
    from novelgen.resident.order import EngineOrder, FitQuestion
    from novelgen.resident.shelf import EngineShelf
    from storage.records import NovelRecord

Narrate = Callable[[str], None]
_LEAST_SECONDS_BESIDE = 60.0
"""An engine beside a screen stays between two keys, whatever is set for commands."""


class EngineRoom:
    """Loads engines for the novels of a workbench."""

    def __init__(self, workbench: "Workbench", *, may_load_here: bool = True) -> None:
        """`may_load_here`: whether a model may be loaded into this process."""
        self._workbench = workbench
        self._may_load_here = may_load_here
        self._closing: list[Callable[[], None]] = []
        self._shelf: EngineShelf | None = None
        self.meter = SpendingMeter()
        """Counts what is spent at servers."""

    def keep_here(self) -> None:
        """Load models into this process from now on, and keep the last ones between novels.

        So a worker of a fleet does, whose engine is its own.
        """
        from novelgen.resident.one_at_a_time import one_at_a_time
        from novelgen.resident.order import load_ordered
        from novelgen.resident.shelf import EngineShelf

        lock = self._workbench.paths.state / "loading.lock"
        self._shelf = EngineShelf(one_at_a_time(load_ordered, lock))

    def close(self) -> None:
        """Let go of the engines that were loaded."""
        while self._closing:
            self._closing.pop()()

    def load(self, novel: "NovelRecord", on_progress: "OnProgress", narrate: Narrate) -> "Engine":
        """The engine a novel is written with; fetches its model if it is not here.

        Raises `ModelError` when the model does not fit this machine, before it is loaded, and when
        its server does not answer.
        """
        if is_server(novel.model):
            narrate(
                "Memory is off: a server keeps none. The brief, with the story so far and what the "
                "bible knows, and the last pages carry the story."
            )
        elif novel.adapter == NO_MEMORY_ADAPTER:
            narrate("Memory is off: the brief and the last pages carry the story.")
        elif novel.model != SCRIPTED_MODEL:
            narrate(f"Memory is on: adapter {novel.adapter}.")
        return self._open(novel, novel.model, on_progress, narrate)

    def load_planner(
        self, novel: "NovelRecord", on_progress: "OnProgress", narrate: Narrate
    ) -> "Engine | None":
        """The engine that plans a novel and reads it; None where that is the one that writes."""
        from novelgen.generation.novel_settings import NovelSettings

        planner = NovelSettings.from_json(novel.settings).planner
        if not planner or planner == novel.model:
            return None
        narrate(f"Plans and readings are by {planner}.")
        return self._open(novel, planner, on_progress, narrate)

    def _open(
        self, novel: "NovelRecord", model: str, on_progress: "OnProgress", narrate: Narrate
    ) -> "Engine":
        """The engine of the novel's writer, or of its planner."""
        from novelgen.engine.scripted import ScriptedEngine
        from novelgen.generation.novel_settings import NovelSettings
        from novelgen.generation.passage import RETRY_ROWS

        of_novel = NovelSettings.from_json(novel.settings)
        if model == SCRIPTED_MODEL:
            pace = self._workbench.settings.scripted_tokens_per_second
            return ScriptedEngine(of_novel.segment_size, pace)
        if is_server(model):
            return self._open_server(model, of_novel.segment_size, narrate)
        from novelgen.bootstrap.engine_orders import order_for_planner, order_for_writer
        from novelgen.resident.access import engine_for
        from novelgen.resident.order import FitQuestion

        settings, paths = self._workbench.settings, self._workbench.paths
        if model == novel.model:
            order = order_for_writer(novel, of_novel, settings, paths, on_progress)
        else:
            order = order_for_planner(model, of_novel.segment_size, settings, paths, on_progress)
        rows = (of_novel.candidates, max(of_novel.candidates, RETRY_ROWS))
        question = FitQuestion(novel.target_words, rows, of_novel.tail_tokens)
        if self._shelf is not None:
            return self._from_shelf(self._shelf, order, question, narrate)
        # The processes that share a model are those of this run; none of them stays.
        keep_seconds = 0.0 if settings.placement == "tensor" else settings.keep_warm_minutes * 60
        if not self._may_load_here:
            keep_seconds = max(keep_seconds, _LEAST_SECONDS_BESIDE)
        engine, close = engine_for(
            paths, order, question, keep_seconds, narrate, may_load_here=self._may_load_here
        )
        self._closing.append(close)
        return engine

    def _from_shelf(
        self,
        shelf: "EngineShelf",
        order: "EngineOrder",
        question: "FitQuestion",
        narrate: Narrate,
    ) -> "Engine":
        loaded, was_warm = shelf.hold(order, question)
        if not was_warm:
            narrate(f"{order.model}: {loaded.fit}")
        self._closing.append(lambda: shelf.release(order))
        return loaded.engine

    def _open_server(self, name: str, segment_size: int, narrate: Narrate) -> "Engine":
        from novelgen.prompting.library import PromptLibrary
        from novelgen.remote.access import require_remote_extra
        from novelgen.remote.naming import server_named

        server = server_named(name, self._workbench.settings.servers)
        require_remote_extra()
        from novelgen.remote.remote_engine import open_remote_engine

        engine = open_remote_engine(
            server,
            PromptLibrary(self._workbench.paths.user_prompts),
            segment_size=segment_size,
            meter=self.meter,
            narrate=narrate,
        )
        narrate(f"{name}: model {server.settings.model}, {engine.told_context}.")
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
