"""Workers for a trial: on a database of its own, with a scripted engine at a set pace."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from novelgen.bootstrap.workbench import Workbench
from novelgen.config import Settings
from novelgen.fleet.ray_cluster import cluster_resources
from novelgen.fleet.shape import WorkerShape
from novelgen.paths import Paths


def workers_on_ray(
    paths: Paths, settings: Settings, tokens_per_second: float
) -> Callable[[str, int], AbstractContextManager[None]]:
    """What keeps so many workers on a database, in the cluster this process is connected to.

    Each takes an equal share of the cluster's cores, so that any number of them fits. At the end
    of the block all are gone, also those that never began.
    """

    @contextmanager
    def workers_at(url: str, workers: int) -> Iterator[None]:
        changed = {"database_url": url, "scripted_tokens_per_second": tokens_per_second}
        with Workbench(paths, settings.model_copy(update=changed)) as workbench:
            _, cpus = cluster_resources()
            shape = WorkerShape(workers, 0, min(1.0, cpus / workers * 0.99))
            try:
                workbench.fleet.workers.start_on_ray(shape, leaves_when_done=False)
                yield
            finally:
                workbench.fleet.workers.end_all()

    return workers_at
