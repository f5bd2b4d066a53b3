"""A worker of two processes on a real Ray cluster, killed twice. Prints what was seen as JSON.

    python -m tests.fleet.group_on_ray

The queue is there already; settings come from the environment. The node has four GPUs that are
none: Ray gives them out, and torch computes on the processor.
"""

import json
import os
import signal
import sys

import psutil
import ray
from ray.cluster_utils import Cluster

from novelgen.bootstrap import Workbench
from novelgen.config import Settings
from novelgen.fleet.actor_share import see_no_other_gpus, share_of_this_actor
from novelgen.fleet.ray_cluster import NAMESPACE
from novelgen.fleet.shape import WorkerShape
from novelgen.paths import resolve_paths
from storage.fleet_records import TaskState, WorkerRecord
from tests.fleet.tiny_fleet import until, wait_until_gone

_STORE_BYTES = 80 * 2**20
_SECONDS = 300.0
_VISIBLE = "CUDA_VISIBLE_DEVICES"


class Plain:
    """An actor without a share of the GPUs."""

    def visible(self) -> str:
        see_no_other_gpus(share_of_this_actor())
        return os.environ[_VISIBLE]


def run() -> dict[str, object]:
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 2,
            "num_gpus": 4,
            "object_store_memory": _STORE_BYTES,
            "include_dashboard": False,
        },
    )
    ray.init(address=cluster.address, namespace=NAMESPACE, log_to_driver=False)
    told: dict[str, object] = {}
    with Workbench(resolve_paths(), Settings()) as workbench:
        workbench.fleet.workers.start_on_ray(WorkerShape(1, 2, 1), leaves_when_done=True)
        plain = ray.remote(Plain).options(num_cpus=1).remote()
        told["visible without a share"] = ray.get(plain.visible.remote())
        ray.kill(plain)
        told["killed"], told["visible"] = [], []
        for role in ("first process", "actor"):
            worker = at_work(workbench, is_far=role == "first process")
            group = processes_of(worker)
            told["visible"] += [group[0].environ()[_VISIBLE]]  # type: ignore[operator]
            victim = psutil.Process(worker.pid) if role == "first process" else actor_of(worker)
            victim.send_signal(signal.SIGKILL)
            wait_until_gone(group)
            told["killed"] += [role]  # type: ignore[operator]
        worker = at_work(workbench, is_far=False)
        group = processes_of(worker)
        told["visible"] += [group[-1].environ()[_VISIBLE]]  # type: ignore[operator]
        until(lambda: workbench.fleet.standing().is_done, _SECONDS)
        wait_until_gone(group)
        told["failed"] = workbench.fleet.standing().counts.get(TaskState.FAILED, 0)
    ray.shutdown()
    cluster.shutdown()
    return told


def at_work(workbench: Workbench, *, is_far: bool) -> WorkerRecord:
    """Who has a task, and with `is_far` has committed a segment of it."""

    def look() -> WorkerRecord | None:
        tasks = workbench.fleet.standing().tasks
        found = (each for each in tasks if each.worker is not None and not each.is_lost)
        return next((each.worker for each in found if each.words or not is_far), None)

    return until(look, _SECONDS)


def processes_of(worker: WorkerRecord) -> list[psutil.Process]:
    """torchrun and what it started."""
    torchrun = psutil.Process(worker.pid).parent()
    assert torchrun is not None
    return [torchrun, *torchrun.children(recursive=True)]


def actor_of(worker: WorkerRecord) -> psutil.Process:
    actor = processes_of(worker)[0].parent()
    assert actor is not None
    return actor


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run()) + "\n")
