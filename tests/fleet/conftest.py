"""Fleets in a real PostgreSQL database, whose workers write with the scripted engine."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from novelgen.engine.protocol import Engine
from novelgen.engine.scripted import ScriptedEngine
from novelgen.fleet.outcome import Outcome
from novelgen.fleet.visit import WorkerEnding, WorkerMeans
from novelgen.fleet.watch import LeaveSignal
from novelgen.fleet.worker import FleetWorker
from novelgen.generation.events import Event
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.retention import Retention
from novelgen.generation.run import RunTerms
from novelgen.prompting.library import PromptLibrary
from storage.fleet_records import NewWorker, TaskRecord, TaskState, WorkerState
from storage.records import NewNovel, NovelRecord, RevisionRecord
from storage.store import open_store
from tests.generation.conftest import Desk, desks

__all__ = ["desks"]

OnEvent = Callable[[TaskRecord, Event], None]


@dataclass
class PlainHands:
    """Hands without settings: one engine for all novels."""

    writes: Engine = field(default_factory=ScriptedEngine)
    loading: Callable[[], object] = lambda: None
    """What happens while the engine is loaded."""
    library: PromptLibrary = field(default_factory=PromptLibrary)

    def engine(self, novel: NovelRecord) -> Engine:
        self.loading()
        return self.writes

    def planner(self, novel: NovelRecord) -> Engine | None:
        return None

    def terms(self, novel: NovelRecord, limits: RunLimits) -> RunTerms:
        return RunTerms(limits=limits, retention=Retention(None))


@dataclass
class Heard:
    """What a worker has told, and what is done the moment that it tells of an event."""

    then: OnEvent = lambda _task, _event: None
    on_trouble_too: Callable[[], object] = lambda: None
    states: list[WorkerState] = field(default_factory=list)
    tasks: list[TaskRecord] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    lost: list[TaskRecord] = field(default_factory=list)

    def on_state(self, state: WorkerState) -> None:
        self.states.append(state)

    def on_task(self, task: TaskRecord) -> None:
        self.tasks.append(task)

    def on_event(self, event: Event) -> None:
        self.events.append(event)
        self.then(self.tasks[-1], event)

    def on_settled(self, task: TaskRecord, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def on_lost(self, task: TaskRecord) -> None:
        self.lost.append(task)

    def on_trouble(self, message: str) -> None:
        self.troubles.append(message)
        self.on_trouble_too()


class Fleet:
    """A database, and workers in threads of this process, each with connections of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store = open_store(url)
        self.leave = LeaveSignal()
        self._threads: list[threading.Thread] = []

    def novel(self, words: int = 1_500, seed: int = 11, title: str = "The Keeper") -> Desk:
        """The novel that `Desks.desk` makes in a database of its own."""
        with self.store.writing() as work:
            record = work.novels.add(
                NewNovel(
                    title=title,
                    premise="A keeper finds a letter.",
                    seed=seed,
                    target_words=words,
                    model="scripted",
                    settings=NovelSettings().as_json(),
                )
            )
        return Desk(self.store, record)

    def work(
        self,
        hands: PlainHands | Engine | None = None,
        then: OnEvent | None = None,
        ending: WorkerEnding = WorkerEnding.LEFT,
        on_trouble: Callable[[], object] = lambda: None,
    ) -> Heard:
        """Be a worker until nothing is left to do, with those hands or that engine in them."""
        heard = Heard(then or (lambda _task, _event: None), on_trouble)
        if not isinstance(hands, PlainHands):
            hands = PlainHands(hands or ScriptedEngine())
        with open_store(self.url) as store:
            means = WorkerMeans(store, hands, heard, self.leave, leaves_when_done=True)
            worker = FleetWorker(means, NewWorker("worker", "desk", 1))
            assert worker.run() is ending
        return heard

    def begin(
        self, hands: PlainHands | Engine | None = None, then: OnEvent | None = None
    ) -> Callable[[], Heard]:
        """Let a worker begin in a thread; the function waits until it has ended."""
        heard: list[Heard] = []
        thread = threading.Thread(target=lambda: heard.append(self.work(hands, then)), daemon=True)
        thread.start()
        self._threads.append(thread)

        def ended() -> Heard:
            thread.join()
            assert heard, "the worker failed"
            return heard[0]

        return ended

    def tasks(self) -> list[TaskRecord]:
        with self.store.reading() as work:
            return work.fleet_tasks.all()

    def states(self) -> list[TaskState]:
        return [task.state for task in self.tasks()]

    def close(self) -> None:
        self.leave.leave_now()
        for thread in self._threads:
            thread.join()
        self.store.close()


def revisions_of(desk: Desk, chapter: int) -> list[tuple[int, str, dict[str, object], str]]:
    """All texts that a chapter has had: number, state, provenance and text."""
    with desk.store.reading() as work:
        found: list[RevisionRecord] = work.chapters.revisions(desk.novel.id, chapter)
        return [
            (each.number, each.state.value, dict(each.provenance), work.texts.of_revision(each.id))
            for each in found
        ]


@pytest.fixture
def fleet(postgresql_url: str) -> Iterator[Fleet]:
    made = Fleet(postgresql_url)
    yield made
    made.close()
