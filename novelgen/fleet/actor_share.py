"""What Ray has given to the worker that runs in this process, and to see nothing else."""

import os
from dataclasses import dataclass

_VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class ActorShare:
    """GPUs and cores of one worker."""

    gpus: float
    """Below 1 where several workers have one GPU together."""
    cpus: float


def share_of_this_actor() -> ActorShare:
    """Call it in an actor."""
    import ray

    resources = ray.get_runtime_context().get_assigned_resources()
    return ActorShare(float(resources.get("GPU", 0.0)), float(resources.get("CPU", 0.0)))


def see_no_other_gpus(share: ActorShare) -> None:
    """Call it before torch is imported.

    Ray names a worker's GPUs in the environment, and leaves that alone for one that has none,
    which would see all GPUs of its machine.
    """
    if not share.gpus:
        os.environ[_VISIBLE] = ""
