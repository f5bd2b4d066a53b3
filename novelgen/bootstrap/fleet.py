"""The fleet of a database as a person has it: its queue, what it is told, how all of it stands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import database_url
from novelgen.bootstrap.fleet_workers import FleetStarter
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import NovelRequest, Workbench
    from novelgen.fleet.standing import FleetStanding
    from novelgen.fleet.terms import WriteTerms
    from novelgen.generation.regeneration import Redraft
    from storage.fleet_records import JobRecord, TaskState
    from storage.records import NovelRecord
    from storage.run_records import PauseRequest


class FleetDesk:
    """What a person does with a fleet. Everything but to look needs a PostgreSQL database."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self.workers = FleetStarter(workbench)

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
        """Make novels and put each into the queue; those before one that is refused stay there."""
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
        """All of them, or those with these names; returns how many living ones were asked."""
        self.require_server()
        store = self._workbench.store
        with store.writing() as work:
            present = work.fleet_workers.present()
            work.fleet_workers.ask_to_leave(request, names)
        asked = {worker.id for worker in present if names is None or worker.name in names}
        return len(store.living_workers(asked))

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
                and work.fleet_tasks.queued(novel.id, TaskKind.WRITE) is None
            ]
