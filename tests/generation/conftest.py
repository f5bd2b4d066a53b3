"""Novels by the scripted engine, in a real database made by migrations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from novelgen.engine.protocol import Engine
from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.events import Event
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.retention import Retention
from novelgen.generation.run import NovelRun, RunTerms
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.prompting.library import PromptLibrary
from storage.records import NewNovel, NovelRecord, RevisionState
from storage.store import Store, open_store


@dataclass
class Desk:
    """A store with one novel, and a way to write it."""

    store: Store
    novel: NovelRecord
    stop: StopSignal = field(default_factory=StopSignal)
    retention: Retention = field(default_factory=lambda: Retention(None))

    def run(
        self,
        engine: Engine | None = None,
        limits: RunLimits | None = None,
        observer: RunObserver | None = None,
        **how: object,
    ) -> NovelRun:
        terms = RunTerms(limits=limits or RunLimits(), retention=self.retention)
        return NovelRun(  # type: ignore[arg-type]
            self.store,
            engine or ScriptedEngine(),
            PromptLibrary(),
            self.fresh(),
            **{"terms": terms, "stop": self.stop, "observer": observer, **how},
        )

    def fresh(self) -> NovelRecord:
        """The novel as it is stored now."""
        with self.store.reading() as work:
            return work.novels.get(self.novel.id)

    def write(self, **how: object) -> list[Event]:
        return list(self.run(**how).events())  # type: ignore[arg-type]

    def chapters(self) -> list[str]:
        with self.store.reading() as work:
            return [
                "".join(segment.text for segment in work.segments.of_revision(chapter.revision.id))
                for chapter in work.chapters.of_branch(self.novel.active_branch_id)
            ]

    def keys(self) -> list[str]:
        with self.store.reading() as work:
            return [
                segment.key for _, segment in work.segments.of_branch(self.novel.active_branch_id)
            ]

    def complete_chapters(self) -> int:
        with self.store.reading() as work:
            chapters = work.chapters.of_branch(self.novel.active_branch_id)
        return sum(chapter.revision.state is RevisionState.COMPLETE for chapter in chapters)


class Desks:
    """Makes desks, each with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[Store] = []

    def desk(self, words: int = 1_500, seed: int = 11, **settings: object) -> Desk:
        store = open_store(f"sqlite:///{self._folder / f'{len(self._open)}.db'}")
        self._open.append(store)
        with store.writing() as work:
            novel = work.novels.add(
                NewNovel(
                    title="The Keeper",
                    premise="A keeper finds a letter.",
                    seed=seed,
                    target_words=words,
                    model="scripted",
                    settings=NovelSettings(**settings).as_json(),  # type: ignore[arg-type]
                )
            )
        return Desk(store, novel)

    def close(self) -> None:
        for store in self._open:
            store.close()


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = Desks(tmp_path)
    yield made
    made.close()
