"""All figures of one worker, in a registry of their own: what it is told, and how that is shown.

A scrape sees an event whole or not at all. Knows nothing of sockets, and no title or prose: an
event's texts are never looked at.
"""

from collections.abc import Iterable, Iterator
from threading import Lock

from prometheus_client import ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from novelgen.engine.protocol import Engine
from novelgen.generation.events import Event
from novelgen.metrics.device_memory import DeviceMemory
from novelgen.metrics.engine_figures import EngineFamilies, figures_of
from novelgen.metrics.families import Families
from novelgen.metrics.metered_engine import MeteredEngine
from novelgen.metrics.model_label import model_label
from novelgen.metrics.run_figures import RunFigures
from novelgen.metrics.standing import MeasuredState, TaskEnding
from novelgen.metrics.worker_figures import WorkerFigures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The one format served: in OpenMetrics the library makes an underscore of a name's colon, and
what a figure is called must not depend on who asks."""


class WorkerMetrics:
    """The figures of a worker. Every method may be called from any thread."""

    def __init__(self, *, worker: str, model_name: str = "") -> None:
        """`worker` tells it from the others of its fleet; `model_name` as a novel keeps it,
        empty where every task of the worker names its own (`set_model`)."""
        self._worker = worker
        families, model = Families(), model_label(model_name)
        self._whole = Lock()
        self._engines = EngineFamilies(families)
        self._runs = RunFigures(families, model, worker)
        self._standing = WorkerFigures(families, model, worker)
        self.registry = families.registry
        ProcessCollector(registry=self.registry)
        self.registry.register(DeviceMemory(model, worker))

    def engine(self, inner: Engine) -> Engine:
        """`inner`, measured under its own model's name; its answers stay what they are."""
        figures = figures_of(self._engines, inner.info, self._worker)
        return MeteredEngine(inner, figures, self._runs.memory_written)

    def set_model(self, model_name: str) -> None:
        """What runs do from now on, they do with this model; named as an engine names it."""
        with self._whole:
            self._runs.set_model(model_label(model_name))

    def note(self, event: Event) -> None:
        """Take in an event of a run."""
        with self._whole:
            self._runs.note(event)

    def note_failed_run(self) -> None:
        """A run ended with an error, of which there is no event."""
        with self._whole:
            self._runs.note_failure()

    def noting(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events of one run, each taken in before it is passed on; so is the run's failure."""
        try:
            for event in events:
                self.note(event)
                yield event
        except Exception:
            self.note_failed_run()
            raise

    def set_state(self, state: MeasuredState) -> None:
        """The worker is in this state from now on."""
        with self._whole:
            self._standing.set_state(state)

    def set_task(self, kind: str | None) -> None:
        """The worker has a task of this kind from now on; None: it has none."""
        with self._whole:
            self._standing.set_task(kind)

    def count_task(self, ending: TaskEnding) -> None:
        """A task of the worker has ended."""
        with self._whole:
            self._standing.count_task(ending)

    def exposition(self) -> bytes:
        """All figures, in the format `CONTENT_TYPE`."""
        with self._whole:
            return generate_latest(_WithoutCreation(self.registry))


class _WithoutCreation(Collector):
    """A registry without the time at which each series was made, a third of all lines."""

    def __init__(self, inner: Collector) -> None:
        self._inner = inner

    def collect(self) -> Iterator[Metric]:
        for metric in self._inner.collect():
            metric.samples = [each for each in metric.samples if not _is_creation(each.name)]
            yield metric


def _is_creation(name: str) -> bool:
    return name.endswith("_created")
