"""Novels by the scripted engine, in a real database made by migrations."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from novelgen.engine.protocol import Engine
from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.editing import ChapterText, Edited, chapter_text, edit_chapter
from novelgen.generation.events import Event
from novelgen.generation.memory_chain import Link, branch_chain, chapters_behind, links_of
from novelgen.generation.memory_identity import identity_of_novel
from novelgen.generation.memory_reader import MemoryReader
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.regeneration import Redraft, Redrafter
from novelgen.generation.retention import Retention
from novelgen.generation.run import NovelRun, RunTerms
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.prompting.library import PromptLibrary
from novelgen.text.manuscript_text import HandedIn
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

    def reader(self, engine: Engine | None = None, **how: object) -> MemoryReader:
        return MemoryReader(  # type: ignore[arg-type]
            self.store,
            engine or ScriptedEngine(),
            self.fresh().active_branch_id,
            **{"retention": self.retention, "stop": self.stop, **how},
        )

    def text(self, number: int) -> str:
        return self.seen(number).text

    def seen(self, number: int) -> ChapterText:
        """A chapter as a person sees it before a change."""
        return chapter_text(self.store, self.novel.id, self.fresh().active_branch_id, number)

    def edit(self, number: int, text: str, *, ends_chapter: bool | None = None) -> Edited:
        return edit_chapter(
            self.store, self.seen(number), HandedIn(text, None), ends_chapter=ends_chapter
        )

    def behind(self) -> tuple[int, ...]:
        novel = self.fresh()
        with self.store.reading() as work:
            return chapters_behind(work, novel.active_branch_id, identity_of_novel(novel))

    def redraft(self, redraft: Redraft, **how: object) -> list[Event]:
        def job(context: NovelContext) -> Iterator[Event]:
            return Redrafter(context, redraft).run()

        return list(self.run(job=job, **how).events())  # type: ignore[arg-type]

    def links(self) -> list[Link]:
        """The chain of the active branch as its text gives it."""
        novel = self.fresh()
        identity = identity_of_novel(novel)
        assert identity is not None
        with self.store.reading() as work:
            chain = branch_chain(work, novel.active_branch_id, identity)
            return links_of(work, chain, identity)

    def chapters(self) -> list[str]:
        with self.store.reading() as work:
            return [
                work.texts.of_revision(chapter.revision.id)
                for chapter in work.chapters.of_branch(self.fresh().active_branch_id)
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
