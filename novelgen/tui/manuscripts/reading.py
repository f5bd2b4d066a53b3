"""A manuscript as it was read from its file; a function for the desk's threads."""

from dataclasses import dataclass
from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.manuscript.archive.reading import Archive
from novelgen.manuscript.importing.values import ImportedManuscript, TrackedChanges


@dataclass(frozen=True, slots=True)
class ReadManuscript:
    """A manuscript, and what takes a while to count in it."""

    path: Path
    manuscript: ImportedManuscript
    chapter_words: tuple[int, ...]
    archive: Archive | None = None
    """The whole novel that the file holds, of which the manuscript is the text."""

    @property
    def words(self) -> int:
        return sum(self.chapter_words)


def read_manuscript(workbench: Workbench, path: Path, tracked: TrackedChanges) -> ReadManuscript:
    """Read a file, or a folder of chapters. Raises `UsageError`, `StorageError`."""
    found = workbench.imports.read(path, tracked)
    archive = None if isinstance(found, ImportedManuscript) else found
    manuscript = found if isinstance(found, ImportedManuscript) else found.manuscript()
    return ReadManuscript(
        path, manuscript, tuple(chapter.words for chapter in manuscript.chapters), archive
    )
