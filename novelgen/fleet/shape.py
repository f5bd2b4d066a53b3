"""How many workers a cluster is to have, and what each of them needs."""

from dataclasses import dataclass

from novelgen.errors import UsageError

_NO_ROOM = "Give each worker less with --gpus or --cpus, or let the cluster grow first."


@dataclass(frozen=True, slots=True)
class WorkerShape:
    """What a person asks for; None leaves it to what the cluster has."""

    workers: int | None = None
    gpus: float | None = None
    """Of one worker."""
    cpus: float = 1.0
    """Of one worker."""

    def fitted(self, cluster_gpus: float, cluster_cpus: float) -> "WorkerShape":
        """With nothing left open: a worker a GPU, and where there is none, as many as fit the CPUs.

        Raises `UsageError` when not one fits.
        """
        gpus = self.gpus if self.gpus is not None else (1.0 if cluster_gpus else 0.0)
        workers = self.workers
        if gpus > cluster_gpus or self.cpus > cluster_cpus:
            workers = 0  # not one fits, however many are asked for
        elif workers is None:
            room = [int(cluster_cpus / self.cpus + 1e-6)]
            if gpus:
                room.append(int(cluster_gpus / gpus + 1e-6))
            workers = min(room)
        if workers < 1:
            raise UsageError(
                f"The cluster has {cluster_gpus:g} GPUs and {cluster_cpus:g} CPUs, and a worker "
                f"wants {gpus:g} and {self.cpus:g}.",
                _NO_ROOM,
            )
        return WorkerShape(workers, gpus, self.cpus)
