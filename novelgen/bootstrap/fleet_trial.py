"""Workers for a trial: on a database of its own, with a scripted engine at a set pace."""

from collections.abc import Callable

from novelgen.bootstrap.workbench import Workbench
from novelgen.config import Settings
from novelgen.fleet.ray_cluster import cluster_resources
from novelgen.fleet.shape import WorkerShape
from novelgen.paths import Paths


def starting_on_ray(
    paths: Paths, settings: Settings, tokens_per_second: float
) -> Callable[[str, int], None]:
    """What starts so many workers on a database, in the cluster this process is connected to.

    Each takes an equal share of the cluster's cores, so that any number of them fits.
    """

    def start(url: str, workers: int) -> None:
        changed = {"database_url": url, "scripted_tokens_per_second": tokens_per_second}
        with Workbench(paths, settings.model_copy(update=changed)) as workbench:
            _, cpus = cluster_resources()
            shape = WorkerShape(workers, 0, min(1.0, cpus / workers * 0.99))
            workbench.fleet.start_on_ray(shape, leaves_when_done=False)

    return start
