"""What the writers of one run share: the novel, its store, its engine, its stop signal."""

from collections.abc import Set
from dataclasses import dataclass, field

from novelgen.engine.protocol import Engine
from novelgen.engine.spending import Budget
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.memory_reader import MemoryReader
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.retention import Retention
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.prompting.library import PromptLibrary
from storage.records import NovelRecord
from storage.run_records import RunRecord
from storage.store import Store


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Where a person wants the run to stop before the end of the novel."""

    until_words: int | None = None
    until_chapter: int | None = None
    plan_only: bool = False
    beats: int | None = None
    """Stop after so many beats, at the end of the segment in which the last of them ends."""
    budget: Budget = field(default_factory=Budget)
    """What the run may spend at servers."""


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
    retention: Retention = field(default_factory=Retention)
    borrowed_names: Set[str] = frozenset()
    """Casefolded: of people in the books that the model was trained on."""
    holds_drafts: bool = False
    """Whether unattended chapters are no part of the book until they are kept."""
    planner_engine: Engine | None = None
    """What plans and reads, where it is another one than what writes."""

    @property
    def planner(self) -> Engine:
        """The engine that is asked for plans, and for what a chapter tells."""
        return self.planner_engine or self.engine

    @property
    def genesis_key(self) -> str:
        return identity_of_engine(self.engine.info).genesis_key

    def memory_reader(self) -> MemoryReader:
        """A reader for what the memory of this run's branch is behind in."""
        return MemoryReader(
            self.store, self.engine, self.branch_id, retention=self.retention, stop=self.stop
        )

    @property
    def settings(self) -> NovelSettings:
        return NovelSettings.from_json(self.novel.settings)

    @property
    def watching(self) -> RunObserver:
        return self.observer or RunObserver(self.stop)
