"""The workers of a fleet: to be one, in this process, or to start some on a Ray cluster."""

import math
import os
import socket
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import database_url

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.fleet.ray_workers import Placed, RayWorkers
    from novelgen.fleet.shape import WorkerShape
    from novelgen.fleet.visit import WorkerEnding
    from novelgen.fleet.watch import LeaveSignal
    from novelgen.fleet.worker_order import WorkerOrder, WorkerSign

Narrate = Callable[[str], None]


class FleetStarter:
    """Workers for the database of a workbench.

    All but `work` is for a process that is connected to a Ray cluster.
    """

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    @property
    def has_password_in_address(self) -> bool:
        """Whether the address of the database, which Ray keeps, has a password in it."""
        from storage.address import parsed_address

        address = parsed_address(self._address)
        return address.password is not None or "password" in address.query

    def start_on_ray(self, shape: "WorkerShape", *, leaves_when_done: bool) -> "Placed":
        """Start workers. Raises `UsageError` when the cluster has no room for one."""
        from novelgen.bootstrap.fleet_actor import FleetActor
        from novelgen.fleet.ray_cluster import cluster_resources

        self._workbench.fleet.require_server()
        fitted = shape.fitted(*cluster_resources())
        return self._on_ray.start(FleetActor, self._orders(fitted, leaves_when_done))

    def signs(self, names: "Iterable[str]") -> "dict[str, WorkerSign]":
        """What actors of the cluster with these names say of themselves."""
        return self._on_ray.signs(names)

    def end(self, names: "Iterable[str]") -> None:
        """End actors at once, for good."""
        self._on_ray.end(names)

    def end_all(self) -> None:
        """End all actors of this database, and wait until they are gone.

        Raises `NovelgenError` where they do not go.
        """
        self._on_ray.end_all()

    def work(
        self,
        name: str,
        leave: "LeaveSignal",
        narrate: Narrate,
        *,
        leaves_when_done: bool,
        index: int = 0,
        generation: int | None = None,
    ) -> "WorkerEnding":
        """Be a worker of the fleet, in this process, until it is to leave.

        `index` tells it from the others on this machine, for the port of its metrics. Whoever was
        started before all were asked to leave the last time leaves at once: its `generation` says
        when it was, by default now. Raises `UsageError` when the other workers have another
        version or other prompts, and `StorageFailure` when the database cannot be used.
        """
        from novelgen.bootstrap.fleet_hands import WorkerHands
        from novelgen.bootstrap.fleet_listener import TellingListener
        from novelgen.fleet.visit import WorkerMeans
        from novelgen.fleet.worker import FleetWorker
        from novelgen.metrics.serving import served_worker
        from storage.fleet_records import NewWorker

        self._workbench.fleet.require_server()
        workbench = self._workbench
        if generation is None:
            generation = self._generation()
        with served_worker(workbench.settings, narrate, worker=name, index=index) as served:
            metrics = None if served is None else served.metrics
            hands = WorkerHands(workbench, narrate, metrics)
            card = NewWorker(
                name=name,
                host=socket.gethostname(),
                pid=os.getpid(),
                versions=hands.versions(),
                metrics_address="" if served is None else served.place,
                generation=generation,
            )
            means = WorkerMeans(
                workbench.store,
                hands,
                TellingListener(narrate, metrics),
                leave,
                leaves_when_done,
                standstill_seconds=60 * workbench.settings.standstill_minutes or math.inf,
            )
            return FleetWorker(means, card).run()

    def _orders(self, shape: "WorkerShape", leaves_when_done: bool) -> "list[WorkerOrder]":
        from novelgen.fleet.worker_order import WorkerOrder

        settings = self._workbench.settings.model_dump(mode="json")
        generation = self._generation()
        return [
            WorkerOrder(
                name=f"worker-{index + 1}",
                settings=settings,
                leaves_when_done=leaves_when_done,
                generation=generation,
                index=index,
                gpus=shape.gpus or 0.0,
                cpus=shape.cpus,
            )
            for index in range(shape.workers or 0)
        ]

    def _generation(self) -> int:
        with self._workbench.store.reading() as work:
            return work.fleet_workers.generation()

    @property
    def _address(self) -> str:
        return database_url(self._workbench.paths, self._workbench.settings)

    @cached_property
    def _on_ray(self) -> "RayWorkers":
        from novelgen.fleet.ray_workers import RayWorkers, namespace_of

        return RayWorkers(namespace_of(self._address))
