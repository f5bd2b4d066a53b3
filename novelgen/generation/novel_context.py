"""What the writers of one run share: the novel, its store, its engine, its stop signal."""

from dataclasses import dataclass, field

from novelgen.engine.protocol import Engine
from novelgen.engine.values import EngineInfo, MemoryState
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.prompting.library import PromptLibrary
from storage.records import NewSnapshot, NovelRecord, RunRecord
from storage.store import Store


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Where a person wants the run to stop before the end of the novel."""

    until_words: int | None = None
    until_chapter: int | None = None
    plan_only: bool = False


@dataclass(frozen=True, slots=True)
class NovelContext:
    """One run of one novel."""

    store: Store
    engine: Engine
    library: PromptLibrary
    novel: NovelRecord
    branch_id: str
    branch_name: str
    run: RunRecord
    stop: StopSignal = field(default_factory=StopSignal)
    observer: RunObserver | None = None
    limits: RunLimits = RunLimits()

    @property
    def settings(self) -> NovelSettings:
        return NovelSettings.from_json(self.novel.settings)

    @property
    def watching(self) -> RunObserver:
        return self.observer or RunObserver(self.stop)


def snapshot_of(key: str, parent_key: str, memory: MemoryState, info: EngineInfo) -> NewSnapshot:
    """A memory with its provenance, ready to be stored."""
    return NewSnapshot(
        key=key,
        parent_key=parent_key,
        data=memory.data,
        model_fingerprint=memory.model_fingerprint,
        adapter_fingerprint=memory.adapter_fingerprint,
        dtype=info.dtype,
        device=info.device,
    )
