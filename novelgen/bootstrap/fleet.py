"""The fleet of a database: its queue, its workers, how all of it stands."""

import os
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import database_url
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import NovelRequest, Workbench
    from novelgen.config import Settings
    from novelgen.fleet.ray_cluster import Placed
    from novelgen.fleet.shape import WorkerShape
    from novelgen.fleet.standing import FleetStanding
    from novelgen.fleet.terms import WriteTerms
    from novelgen.fleet.watch import LeaveSignal
    from novelgen.fleet.worker import WorkerEnding
    from novelgen.generation.regeneration import Redraft
    from storage.fleet_records import JobRecord, TaskState
    from storage.records import NovelRecord
    from storage.run_records import PauseRequest

Narrate = Callable[[str], None]


class FleetDesk:
    """What a person does with a fleet. Everything but to look needs a PostgreSQL database."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    @property
    def is_possible(self) -> bool:
        """Whether the database is one that several machines can share."""
        from storage.address import is_server_address

        return is_server_address(database_url(self._workbench.paths, self._workbench.settings))

    def require_server(self) -> None:
        """Raises `UsageError` where the database is a file."""
        if not self.is_possible:
            raise UsageError(
                "A fleet keeps its novels in a PostgreSQL database, which all its machines reach; "
                "this one is an SQLite file.",
                "Name it with --db postgresql+psycopg://USER@HOST/NAME, or as database_url in "
                "config.toml.",
            )

    def standing(self, *, with_done: bool = False) -> "FleetStanding":
        from novelgen.fleet.standing import fleet_standing

        return fleet_standing(self._workbench.store, with_done=with_done)

    def create(
        self, requests: "Sequence[NovelRequest]", terms: "WriteTerms"
    ) -> "list[NovelRecord]":
        """Make novels and put them into the queue, all or none of them checked beforehand."""
        self.require_server()
        novels = [self._workbench.create_novel(request) for request in requests]
        for novel in novels:
            self.add(novel, terms)
        return novels

    def add(self, novel: "NovelRecord", terms: "WriteTerms") -> "JobRecord":
        from novelgen.fleet.queue import add_novel

        self.require_server()
        return add_novel(self._workbench.store, novel, terms)

    def redraft(self, novel: "NovelRecord", redraft: "Redraft") -> "JobRecord":
        from novelgen.fleet.queue import add_redraft

        self.require_server()
        return add_redraft(self._workbench.store, novel, redraft)

    def pause(self, request: "PauseRequest") -> None:
        """Let the whole fleet stand still, or with `NONE` go on."""
        self.require_server()
        with self._workbench.store.writing() as work:
            work.fleet_workers.set_pause(request)

    def pause_novel(self, novel: "NovelRecord", request: "PauseRequest") -> int:
        from novelgen.fleet.queue import pause_novel

        self.require_server()
        return pause_novel(self._workbench.store, novel.id, request)

    def let_go_on(self, novel: "NovelRecord | None", states: "Sequence[TaskState]") -> int:
        from novelgen.fleet.queue import let_go_on

        self.require_server()
        return let_go_on(self._workbench.store, None if novel is None else novel.id, states)

    def remove(self, novel: "NovelRecord") -> int:
        from novelgen.fleet.queue import remove_novel

        self.require_server()
        return remove_novel(self._workbench.store, novel.id)

    def ask_workers_to_leave(
        self, request: "PauseRequest", names: "Sequence[str] | None" = None
    ) -> int:
        """All of them, or those with these names; returns how many were asked."""
        self.require_server()
        with self._workbench.store.writing() as work:
            return work.fleet_workers.ask_to_leave(request, names)

    def unfinished_and_unqueued(self) -> "list[NovelRecord]":
        """The novels that have something to be written and are not in the queue, oldest first."""
        from storage.fleet_records import TaskKind
        from storage.records import NovelStatus

        with self._workbench.store.reading() as work:
            novels = [each.novel for each in work.novels.summaries()]
            return [
                novel
                for novel in reversed(novels)
                if novel.status is not NovelStatus.FINISHED
                and not work.fleet_tasks.is_queued(novel.id, TaskKind.WRITE)
            ]

    def start_on_ray(self, shape: "WorkerShape", *, leaves_when_done: bool) -> "Placed":
        """Start workers in the cluster that this process is connected to.

        Raises `UsageError` when the cluster has no room for one.
        """
        from novelgen.bootstrap.fleet_actor import FleetActor
        from novelgen.fleet.ray_cluster import cluster_resources, start_workers

        self.require_server()
        settings = self._workbench.settings.model_dump(mode="json")
        fitted = shape.fitted(*cluster_resources())
        orders = {
            f"worker-{number}": {
                "name": f"worker-{number}",
                "settings": settings,
                "leaves_when_done": leaves_when_done,
                "index": number - 1,
            }
            for number in range(1, (fitted.workers or 0) + 1)
        }
        return start_workers(FleetActor, orders, fitted)

    def work(
        self,
        name: str,
        leave: "LeaveSignal",
        narrate: Narrate,
        *,
        leaves_when_done: bool,
        index: int = 0,
    ) -> "WorkerEnding":
        """Be a worker of the fleet, in this process, until it is to leave.

        `index` tells it from the others on this machine, for the port of its metrics. Raises
        `UsageError` when the other workers have another version or other prompts.
        """
        from novelgen.bootstrap.fleet_hands import WorkerHands
        from novelgen.bootstrap.fleet_listener import TellingListener
        from novelgen.fleet.likeness import require_alike
        from novelgen.fleet.worker import FleetWorker
        from novelgen.metrics.serving import served_metrics
        from storage.fleet_records import NewWorker

        self.require_server()
        workbench = self._workbench
        with served_metrics(
            workbench.settings, narrate, worker=name, model_name="", index=index
        ) as metrics:
            hands = WorkerHands(workbench, narrate, metrics)
            versions = hands.versions()
            require_alike(workbench.store, versions)
            address = "" if metrics is None else _metrics_address(workbench.settings, index)
            card = NewWorker(name, socket.gethostname(), os.getpid(), versions, address)
            worker = FleetWorker(
                workbench.store,
                hands,
                card,
                TellingListener(narrate, metrics),
                leave=leave,
                leaves_when_done=leaves_when_done,
            )
            return worker.run()


def _metrics_address(settings: "Settings", index: int) -> str:
    return f"{settings.metrics_host}:{settings.metrics_port + index}"
