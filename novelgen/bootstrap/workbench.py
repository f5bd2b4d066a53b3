"""Everything a front end needs, for one call or one session: the store, and what stands on it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from novelgen.bootstrap.choices import database_url, model_and_adapter, model_name, runtime_of
from novelgen.bootstrap.co_writing import CoWritingDesk
from novelgen.bootstrap.engines import EngineRoom
from novelgen.bootstrap.exporting import ExportDesk
from novelgen.bootstrap.fleet import FleetDesk
from novelgen.bootstrap.importing import ImportDesk
from novelgen.bootstrap.inbox import InboxDesk
from novelgen.bootstrap.running import RunDesk
from novelgen.bootstrap.sitting_desk import SittingDesk
from novelgen.bootstrap.spelling import SpellingDesk
from novelgen.config import Settings
from novelgen.paths import Paths

if TYPE_CHECKING:
    from novelgen.generation.memory_chain import Link
    from novelgen.generation.novel_settings import WritingPart
    from novelgen.generation.verification import Verification
    from novelgen.manuscript.novel_sections import NovelSections
    from novelgen.manuscript.overview import NovelOverview
    from novelgen.manuscript.statistics import NovelStatistics
    from novelgen.planning.document import PlanDocument
    from novelgen.story.voice import VoiceSheet
    from storage.backup import Backup
    from storage.records import NewNovel, NovelRecord, NovelSummary, SnapshotSummary
    from storage.store import Store

Narrate = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NovelRequest:
    """A novel as a person asks for it; texts are cleaned, numbers checked."""

    title: str
    author: str
    premise: str
    target_words: int
    seed: int
    chapters: int | None = None
    voice: "VoiceSheet | None" = None
    """How it is to sound, by the person."""
    without: "tuple[WritingPart, ...]" = ()
    """Parts of the writing that are left out, to see what they buy."""
    outline: "PlanDocument | None" = None
    """The author's own outline, which is taken as it is."""


class Workbench:
    """Everything a front end needs, for one call or one session."""

    def __init__(self, paths: Paths, settings: Settings, warn: "Narrate | None" = None) -> None:
        self.paths = paths
        self._warn = warn
        self.settings = settings
        self._store: Store | None = None
        self._opening = Lock()
        self.engines = EngineRoom(self)
        self.runs = RunDesk(self)
        self.inbox = InboxDesk(self)
        self.spelling = SpellingDesk(self)
        self.co_writing = CoWritingDesk(self)
        self.sittings = SittingDesk(self)
        self.exports = ExportDesk(self)
        self.imports = ImportDesk(self)
        self.fleet = FleetDesk(self)

    def __enter__(self) -> "Workbench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.co_writing.close()
        self.engines.close()
        if self._store is not None:
            self._store.close()

    @property
    def store(self) -> "Store":
        """The database, opened when first asked for, by whatever thread."""
        with self._opening:
            if self._store is None:
                self._store = self._opened()
            return self._store

    def _opened(self) -> "Store":
        from storage.store import open_store

        store = open_store(database_url(self.paths, self.settings))
        if self._warn is not None and store.unreadable_commits:
            self._warn(
                f"The log of the database was damaged where its last writer was cut off: up to "
                f"{store.unreadable_commits} of the last commits are lost. All before them is "
                "whole; `novelgen resume` writes a novel on from there."
            )
        return store

    def summaries(self) -> "list[NovelSummary]":
        with self.store.reading() as work:
            return work.novels.summaries()

    def find(self, reference: str) -> "NovelSummary":
        """The novel with that id or title, or its unique beginning."""
        with self.store.reading() as work:
            return work.novels.summary(work.novels.find(reference).id)

    def overview(self, reference: str) -> "NovelOverview":
        from novelgen.manuscript.overview import read_overview

        with self.store.reading() as work:
            summary = work.novels.summary(work.novels.find(reference).id)
            return read_overview(work, summary)

    def sections(self, reference: str) -> "NovelSections":
        """The chapters of a novel's active branch, as prose metrics read them."""
        from novelgen.manuscript.novel_sections import NovelSections

        return NovelSections(self.store, self.find(reference).novel)

    def statistics(self, reference: str) -> "NovelStatistics":
        from novelgen.manuscript.statistics import read_statistics

        return read_statistics(self.store, self.find(reference).novel)

    def snapshots(self, reference: str) -> "list[tuple[Link, SnapshotSummary | None]]":
        """Every segment of the active branch, with its memory where that is stored."""
        from novelgen.generation.memory_chain import branch_chain, links_of
        from novelgen.generation.memory_identity import identity_of_novel

        with self.store.reading() as work:
            novel = work.novels.find(reference)
            identity = identity_of_novel(novel)
            if identity is None:
                return []
            links = links_of(work, branch_chain(work, novel.active_branch_id, identity), identity)
            stored = work.snapshots.summaries([link.key for link in links])
        return [(link, stored.get(link.key)) for link in links]

    def verify(self, reference: str) -> "Verification":
        from novelgen.generation.verification import verify_branch

        with self.store.reading() as work:
            return verify_branch(work, work.novels.find(reference))

    def back_up(self, path: Path, *, overwrite: bool) -> "Backup":
        """Copy the whole database to a file, also while a run writes to it."""
        from storage.backup import back_up

        return back_up(database_url(self.paths, self.settings), path, overwrite=overwrite)

    def create_novel(self, request: NovelRequest) -> "NovelRecord":
        """Commit the novel's row, and its plan where the author has one.

        No model is loaded; its name and the adapter are checked.
        """
        from novelgen.generation.plan_editing import store_outline
        from novelgen.story.voice_keeper import keep_voice

        novel = self.new_novel(
            request.title,
            request.author,
            request.premise,
            request.target_words,
            request.seed,
            chapters=request.chapters,
            without=request.without,
        )
        with self.store.writing() as work:
            record = work.novels.add(novel)
            if request.voice is not None:
                keep_voice(work, record.active_branch_id, request.voice)
            if request.outline is not None:
                store_outline(work, record, request.outline, request.target_words)
        return record

    def new_novel(
        self,
        title: str,
        author: str,
        premise: str,
        target_words: int,
        seed: int,
        *,
        chapters: int | None = None,
        without: "tuple[WritingPart, ...]" = (),
    ) -> "NewNovel":
        """A novel to store, written as the settings say. Its model and adapter are checked."""
        from novelgen.engine.sampling_settings import change_sampling
        from novelgen.generation.novel_settings import PROSE_SAMPLING, NovelSettings
        from novelgen.modeling.catalog import DEFAULT_MODEL
        from storage.records import NewNovel

        model, adapter = model_and_adapter(
            self.settings.model or DEFAULT_MODEL, self.settings.adapter, self.settings
        )
        planner = self.settings.planner
        settings = NovelSettings(
            segment_size=self.settings.segment_size,
            tail_tokens=self.settings.tail_tokens,
            notes_tokens=self.settings.notes_tokens,
            without=without,
            candidates=self.settings.candidates,
            chapters=chapters,
            runtime=runtime_of(model, self.settings),
            planner="" if planner is None else model_name(planner, self.settings),
            sampling=change_sampling(PROSE_SAMPLING, self.settings.sampling),
        )
        return NewNovel(
            title=title,
            author=author,
            premise=premise,
            seed=seed,
            target_words=target_words,
            model=model,
            adapter=adapter,
            settings=settings.as_json(),
        )

    def titles(self) -> dict[str, str]:
        """The titles of all novels by their ids."""
        return {summary.novel.id: summary.novel.title for summary in self.summaries()}
