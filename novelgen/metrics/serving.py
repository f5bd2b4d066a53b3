"""The figures of this process, served as the settings say; nothing at all where they are off.

Imports nothing of the extra unless a port is set.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from novelgen.config import Settings
from novelgen.errors import UsageError
from novelgen.metrics.access import require_metrics_extra

if TYPE_CHECKING:
    from novelgen.metrics.worker_metrics import WorkerMetrics

_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Served:
    """The figures of a worker that are being served."""

    metrics: "WorkerMetrics"
    place: str
    """Host and port, as other machines say them."""


@contextmanager
def served_metrics(
    settings: Settings, narrate: Callable[[str], None], *, worker: str, model_name: str
) -> Iterator["WorkerMetrics | None"]:
    """The figures of a run, served until the end of the block; None where no port is set.

    Raises what `served_worker` raises.
    """
    with served_worker(settings, narrate, worker=worker, model_name=model_name) as served:
        yield None if served is None else served.metrics


@contextmanager
def served_worker(
    settings: Settings,
    narrate: Callable[[str], None],
    *,
    worker: str,
    model_name: str = "",
    index: int = 0,
) -> Iterator[Served | None]:
    """The figures of a worker, and where they are served; None where no port is set.

    The worker of that `index` on a machine has the port `metrics_port + index`. A worker that
    writes with the models of its tasks has no `model_name`. Raises
    `UsageError` when the extra is missing or the port cannot be had.
    """
    if not settings.metrics_port:
        yield None
        return
    require_metrics_extra()
    from novelgen.metrics.server import MetricsServer, is_of_this_machine_alone
    from novelgen.metrics.worker_metrics import WorkerMetrics

    port = settings.metrics_port + index
    if port > _LAST_PORT:
        raise UsageError(
            f"Worker {index} would serve its metrics at port {port:,}, and {_LAST_PORT:,} is the "
            "last there is.",
            "Set metrics_port lower.",
        )
    metrics = WorkerMetrics(worker=worker, model_name=model_name)
    with MetricsServer(metrics, settings.metrics_host, port) as server:
        narrate(f"Metrics for Prometheus: {server.address}")
        if not is_of_this_machine_alone(settings.metrics_host):
            narrate(
                "Anybody who reaches that port can read them, without a password: figures, names "
                "of models and the state of this run, never its prose."
            )
        yield Served(metrics, server.place)
