"""Imports: manuscripts out of files, as new novels or taken back into one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.generation.manuscript_comparison import TakingBack
    from novelgen.generation.stop import StopSignal
    from novelgen.generation.taking_back import TakenBack
    from novelgen.manuscript.archive.reading import Archive
    from novelgen.manuscript.importing.values import ImportedManuscript, TrackedChanges
    from storage.records import NovelRecord

OnChapter = Callable[[int, int], object]
"""Chapters done, and chapters in all."""
_ARCHIVE = ".json"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A manuscript as a person wants it for a new novel; texts are cleaned, numbers checked."""

    manuscript: "ImportedManuscript"
    title: str
    author: str
    target_words: int
    seed: int
    is_unfinished: bool = False
    premise: str = ""
    """What it is about; without one, sentences of its own text tell it."""


class ImportDesk:
    """The imports of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def read(
        self, path: Path, tracked: "TrackedChanges | None" = None, *, text_only: bool = False
    ) -> "ImportedManuscript | Archive":
        """What is in a file: a whole novel of `export --format json`, or a manuscript.

        `text_only` takes only the chapters of a whole novel. Raises `UsageError`, `StorageError`.
        """
        from novelgen.manuscript.importing.values import TrackedChanges

        if path.suffix.lower() == _ARCHIVE:
            from novelgen.manuscript.archive.reading import read_archive

            archive = read_archive(path)
            return archive if archive.is_whole and not text_only else archive.manuscript()
        from novelgen.manuscript.importing.reading import read_manuscript_file
        from novelgen.manuscript.importing.typed_notes import with_notes_beside

        read = read_manuscript_file(path, tracked=tracked or TrackedChanges.NOTES)
        return with_notes_beside(read)

    def restore(self, archive: "Archive") -> "NovelRecord":
        """Add a whole novel; a copy of its own where it is in the database already.

        Raises `UsageError` for an archive that this version cannot take, or that is damaged.
        """
        from novelgen.generation.restoring import restore_novel

        return restore_novel(self._workbench.store, archive)

    def create(self, request: ImportRequest, on_chapter: OnChapter | None = None) -> "NovelRecord":
        """Make a novel of a manuscript; no model is loaded. All of it is stored, or nothing."""
        from novelgen.generation.importing import store_import

        new = self._workbench.new_novel(
            request.title, request.author, request.premise, request.target_words, request.seed
        )
        return store_import(
            self._workbench.store,
            new,
            request.manuscript,
            is_unfinished=request.is_unfinished,
            on_chapter=on_chapter,
        )

    def compare(self, novel: "NovelRecord", manuscript: "ImportedManuscript") -> "TakingBack":
        """What a manuscript that comes back would change in a novel. Changes nothing."""
        from novelgen.generation.manuscript_comparison import compare

        return compare(self._workbench.store, novel, manuscript)

    def take_back(self, taking: "TakingBack") -> "TakenBack":
        """Make those changes, as one that can be undone. Raises `HeadMoved`, `UsageError`."""
        from novelgen.generation.taking_back import take_back

        return take_back(self._workbench.store, taking)

    def learn(self, novel: "NovelRecord", stop: "StopSignal", on_chapter: OnChapter) -> bool:
        """Bring what is known of the story up to the text, by plain rules; no model is loaded.

        Returns whether it was done to the end; stopped, it goes on there with the next run.
        """
        from novelgen.story.keeper import StoryKeeper

        keeper = StoryKeeper(self._workbench.store, novel, novel.active_branch_id)
        with self._workbench.store.reading() as work:
            chapters = work.chapters.of_branch(novel.active_branch_id)
        for done, chapter in enumerate(chapters, start=1):
            if stop.is_requested:
                return False
            keeper.read_chapter(chapter.number)
            on_chapter(done, len(chapters))
        return True
