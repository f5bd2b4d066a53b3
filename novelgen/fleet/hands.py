"""What a worker works with, and is given by whoever composes it."""

from typing import Protocol

from novelgen.engine.protocol import Engine
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.run import RunTerms
from novelgen.prompting.library import PromptLibrary
from storage.records import NovelRecord


class Hands(Protocol):
    """Engines, prompts and the terms of runs."""

    @property
    def library(self) -> PromptLibrary:
        """The prompts of this machine."""

    def engine(self, novel: NovelRecord) -> Engine:
        """What writes the novel, loaded if need be.

        Raises `ModelError` where it cannot be had.
        """

    def planner(self, novel: NovelRecord) -> Engine | None:
        """What plans the novel and reads it, where that is another engine."""

    def terms(self, novel: NovelRecord, limits: RunLimits) -> RunTerms:
        """How a run goes about its job."""
