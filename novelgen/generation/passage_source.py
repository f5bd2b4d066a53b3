"""Where the material of passages comes from: the novel, its store, and an engine that counts.

`NovelContext`, of a run, is such a source; whoever only looks at what a passage would be written
from needs no run.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from novelgen.engine.protocol import Engine
from novelgen.generation.novel_settings import NovelSettings
from novelgen.prompting.library import PromptLibrary
from storage.records import NovelRecord
from storage.store import Store


class PassageSource(Protocol):
    """What passages of one branch are made from."""

    @property
    def store(self) -> Store: ...

    @property
    def engine(self) -> Engine: ...

    @property
    def library(self) -> PromptLibrary: ...

    @property
    def novel(self) -> NovelRecord: ...

    @property
    def branch_id(self) -> str: ...

    @property
    def settings(self) -> NovelSettings: ...

    @property
    def borrowed_names(self) -> Set[str]: ...


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A source that nothing is written from."""

    store: Store
    engine: Engine
    """Asked what it is and how many tokens a text has, and for nothing else."""
    library: PromptLibrary
    novel: NovelRecord
    borrowed_names: Set[str] = frozenset()

    @property
    def branch_id(self) -> str:
        return self.novel.active_branch_id

    @property
    def settings(self) -> NovelSettings:
        return NovelSettings.from_json(self.novel.settings)
