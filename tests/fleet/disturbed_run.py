"""A fleet on a real Ray cluster of several nodes on this machine, disturbed at random until it is
done. Prints what was done to it as JSON.

    python -m tests.fleet.disturbed_run --database URL --seed 7 --disturbances 12

The queue is there already. First a worker is killed and a node, then it goes by chance: the cluster
is disturbed for as long as the fleet has something to do, and never twice at once, so that it gets
on.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import ray
from ray.cluster_utils import Cluster
from sqlalchemy import create_engine

from novelgen.bootstrap import Workbench
from novelgen.config import Settings
from novelgen.fleet.ray_cluster import NAMESPACE
from novelgen.fleet.shape import WorkerShape
from novelgen.fleet.standing import FleetStanding
from novelgen.paths import resolve_paths
from storage.fleet_records import TaskState, WorkerRecord
from storage.run_records import PauseRequest

_STORE_BYTES = 80 * 2**20
"""Of Ray's own memory on a node; no worker puts anything there."""
_PATIENCE_SECONDS = 600.0


class Disturber:
    """Does harm to a fleet, one thing at a time."""

    def __init__(self, cluster: Cluster, workbench: Workbench, chance: random.Random) -> None:
        self._cluster = cluster
        self._workbench = workbench
        self._chance = chance
        self._nodes = [add_node(cluster) for _ in range(3)]
        self._first = ["worker killed", "node killed"]
        self.done: Counter[str] = Counter()

    def disturb(self) -> None:
        kinds: dict[str, Callable[[], bool]] = {
            "worker killed": self.kill_worker,
            "node killed": self.kill_node,
            "connections cut": self.cut_connections,
            "worker frozen": self.freeze_worker,
            "fleet paused": self.pause,
        }
        by_chance = self._chance.choice([*kinds, "worker killed", "node killed"])
        kind = self._first[0] if self._first else by_chance
        if kinds[kind]():
            self.done[kind] += 1
            self._first = self._first[1:]

    def kill_worker(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        return True

    def kill_node(self) -> bool:
        """A node vanishes with all that runs on it, and another one comes."""
        node = self._chance.choice(self._nodes)
        self._nodes.remove(node)
        self._cluster.remove_node(node, allow_graceful=False)
        self._nodes.append(add_node(self._cluster))
        return True

    def cut_connections(self) -> bool:
        """The server ends the connections of everybody but those who look at it from here."""
        engine = create_engine(self._workbench.store.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND application_name = 'novelgen' AND random() < 0.5"
            )
        engine.dispose()
        return True

    def freeze_worker(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGSTOP)
            time.sleep(self._chance.uniform(0.5, 2))
            os.kill(worker.pid, signal.SIGCONT)
        return True

    def pause(self) -> bool:
        request = self._chance.choice([PauseRequest.AFTER_SEGMENT, PauseRequest.NOW])
        self._workbench.fleet.pause(request)
        time.sleep(self._chance.uniform(0.5, 2))
        self._workbench.fleet.pause(PauseRequest.NONE)
        return True

    def _some_worker(self) -> WorkerRecord | None:
        workers = self._workbench.fleet.standing().workers
        return self._chance.choice(workers) if workers else None


def add_node(cluster: Cluster) -> object:
    return cluster.add_node(num_cpus=2, num_gpus=0, object_store_memory=_STORE_BYTES)


def run(database: str, seed: int, disturbances: int, workers: int) -> dict[str, object]:
    """Disturb the fleet until its queue is done. Raises `TimeoutError`."""
    started = time.monotonic()
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 0,
            "num_gpus": 0,
            "object_store_memory": _STORE_BYTES,
            "include_dashboard": False,
        },
    )
    with Workbench(resolve_paths(), Settings(database_url=database)) as workbench:
        disturber = Disturber(cluster, workbench, random.Random(seed))
        ray.init(address=cluster.address, namespace=NAMESPACE, log_to_driver=False)
        shape = WorkerShape(workers, 0, 1)
        workbench.fleet.workers.start_on_ray(shape, leaves_when_done=True)
        begun = time.monotonic()
        retries = 0
        while not (standing := _patiently(workbench)).is_done or _has_killed(standing):
            if _has_killed(standing):
                with suppress_lost_connection():
                    retries += workbench.fleet.let_go_on(None, (TaskState.FAILED,))
                    workbench.fleet.workers.start_on_ray(shape, leaves_when_done=True)
            if time.monotonic() - begun > _PATIENCE_SECONDS:
                raise TimeoutError(f"after {dict(disturber.done)}: {standing}")
            time.sleep(disturber._chance.uniform(0.3, 1.5))
            if disturber.done.total() < disturbances:
                with suppress_lost_connection():
                    disturber.disturb()
        seconds = time.monotonic() - begun
    ray.shutdown()
    cluster.shutdown()
    return {
        "disturbances": dict(disturber.done),
        "retries": retries,
        "counts": {state.value: count for state, count in standing.counts.items()},
        "seconds": round(seconds, 1),
        "seconds_in_all": round(time.monotonic() - started, 1),
    }


def _has_killed(standing: FleetStanding) -> bool:
    """Whether the disturbances have hit a task three times before it got on: it is tried again."""
    failed = [each.task for each in standing.tasks if each.task.state is TaskState.FAILED]
    return any("died on it" in task.note for task in failed)


def suppress_lost_connection() -> suppress:
    from storage.errors import DatabaseUnavailable

    return suppress(DatabaseUnavailable)


def _patiently(workbench: Workbench):  # type: ignore[no-untyped-def]
    """How the fleet stands; a connection of this process may have been cut, too."""
    from storage.errors import DatabaseUnavailable

    for _ in range(20):
        try:
            return workbench.fleet.standing()
        except DatabaseUnavailable:
            time.sleep(0.2)
    return workbench.fleet.standing()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disturbances", type=int, default=10)
    parser.add_argument("--workers", type=int, default=4)
    wish = parser.parse_args()
    told = run(wish.database, wish.seed, wish.disturbances, wish.workers)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
