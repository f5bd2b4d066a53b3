"""What a worker of a fleet works with in this process: its engine, kept from task to task."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import novelgen
from novelgen.engine.libraries import library_versions
from novelgen.engine.spending import SpendingMeter
from novelgen.fleet.likeness import prompts_digest
from novelgen.prompting.library import PromptLibrary, shipped_prompts

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.engine.protocol import Engine
    from novelgen.generation.novel_context import RunLimits
    from novelgen.generation.run import RunTerms
    from novelgen.metrics.worker_metrics import WorkerMetrics
    from storage.records import NovelRecord

Narrate = Callable[[str], None]


class WorkerHands:
    """`novelgen.fleet.hands.Hands` by the settings of a workbench."""

    def __init__(
        self, workbench: "Workbench", narrate: Narrate, metrics: "WorkerMetrics | None"
    ) -> None:
        self._workbench = workbench
        self._narrate = narrate
        self._metrics = metrics
        workbench.engines.keep_here()

    @property
    def library(self) -> PromptLibrary:
        return PromptLibrary(self._workbench.paths.user_prompts)

    def versions(self) -> dict[str, str]:
        """What decides the words that are written here, besides the novel's own settings."""
        prompts = prompts_digest(shipped_prompts(), self._workbench.paths.user_prompts)
        return {"novelgen": novelgen.__version__, "prompts": prompts, **library_versions()}

    def engine(self, novel: "NovelRecord") -> "Engine":
        """Lets go of the engine of the task before, which stays loaded until another is needed."""
        self._workbench.engines.close()
        self._workbench.engines.meter = SpendingMeter()  # budgets are those of a run
        if self._metrics is not None:
            self._metrics.set_model(novel.model)
        engine = self._workbench.engines.load(novel, lambda _progress: None, self._narrate)
        return engine if self._metrics is None else self._metrics.engine(engine)

    def planner(self, novel: "NovelRecord") -> "Engine | None":
        planner = self._workbench.engines.load_planner(novel, lambda _progress: None, self._narrate)
        if planner is None or self._metrics is None:
            return planner
        return self._metrics.engine(planner)

    def terms(self, novel: "NovelRecord", limits: "RunLimits") -> "RunTerms":
        # Not as unattended: thousands of chapters would wait in the inbox of a studio.
        return self._workbench.runs.run_terms(novel, limits)
